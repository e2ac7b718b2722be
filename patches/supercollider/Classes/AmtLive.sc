// Plays amt-live, a band that listens to words, over OSC. AmtLive.help tells the rest.
// One method for every address stands in AmtLiveAddresses.sc, which is made from the band's own table.
AmtLive {
	classvar <>period = 5;  // seconds between two signs of life; the band forgets a listener after 60

	var <addr, <values, <isConnected = false;
	var <>onFound, <>onLost, <>onFail;
	var receiver, keeper, heardAt, actions, waiting, syncs = 0;

	*new { |host = "127.0.0.1", port = 9740|
		^super.new.init(NetAddr(host, port))
	}

	init { |netAddr|
		addr = netAddr;
		values = IdentityDictionary.new;
		actions = IdentityDictionary.new;
		waiting = List.new;
		onFail = { |address, code, why|
			"amt-live refused % (%): %".format(address, code, why).warn;
		};
	}

	// Listen from now on. The action is called each time when the band is found, with all values known.
	connect { |action|
		action !? { onFound = action };
		this.close;
		receiver = { |message, time, from|
			// Only what comes from the band: other programs may send to sclang too.
			if((from.port == addr.port) and: { from.addr == addr.addr }) { this.heard(message) }
		};
		thisProcess.addOSCRecvFunc(receiver);
		this.keepAlive;
		// A SkipJack waits first, and goes on after Cmd-period.
		keeper = SkipJack({ this.keepAlive }, period, name: "AmtLive", clock: SystemClock);
	}

	// Forget the band; it plays on.
	close {
		keeper !? {
			keeper.stop;
			addr.sendMsg('/amt/notify', 0);
		};
		keeper = nil;
		receiver !? { thisProcess.removeOSCRecvFunc(receiver) };
		receiver = nil;
		isConnected = false;
		waiting.clear;
	}

	// Any address of the table. A nil at the end is an argument left out; a symbol is a text too.
	send { |address ... atoms|
		while { atoms.notEmpty and: { atoms.last.isNil } } { atoms.pop };
		addr.sendMsg(address, *atoms);
	}

	// The value of a setting or a reading: action.value(value, value, ...).
	ask { |address, action|
		waiting.add([address.asSymbol, { |atoms| action.valueArray(atoms); true }]);
		addr.sendMsg(address);
	}

	// Call the action when everything sent before has taken effect.
	sync { |action|
		var number = syncs = syncs + 1;
		waiting.add(['/amt/synced', { |atoms|
			if(atoms[0] == number) { action.value(this); true } { false }
		}]);
		addr.sendMsg('/amt/sync', number);
	}

	// Call the action with the arguments of everything that comes on this address; nil ends that.
	on { |address, action|
		actions[address.asSymbol] = action;
	}

	onArmed_ { |action| this.on('/amt/mood/armed', action) }
	onApplied_ { |action| this.on('/amt/mood/applied', action) }
	onBeat_ { |action| this.on('/amt/beat', action) }
	onNote_ { |action| this.on('/amt/note', action) }

	play { this.transportPlay }
	stop { this.transportStop }
	resume { this.transportContinue }
	countIn { this.transportCountIn }
	take { |name| this.takeStart(name) }
	endTake { this.takeStop }

	heard { |message|
		var address = message[0], atoms = message.drop(1);
		var action = actions[address];
		heardAt = Main.elapsedTime;
		if(isConnected.not) { this.found };
		values[address] = atoms;
		waiting.copy.do { |pair|
			if((pair[0] == address) and: { pair[1].value(atoms) }) { waiting.remove(pair) };
		};
		if(address == '/amt/fail') { onFail.valueArray(atoms) };
		if(action.notNil) { action.valueArray(atoms) };
	}

	found {
		isConnected = true;
		addr.sendMsg('/amt/status');
		this.sync { onFound.value(this) };
	}

	keepAlive {
		if(isConnected and: { Main.elapsedTime - heardAt > (3 * period) }) {
			isConnected = false;
			onLost.value(this);
		};
		addr.sendMsg('/amt/notify', 1);
	}

	at_ { |at|
		^at !? { if(at.asString.beginsWith("@")) { at } { "@" ++ at } }
	}
}
