// Made from the table of addresses by `python -m patches.making`; do not edit.
+ AmtLive {

	// Play this mood from the next boundary on; a last atom such as @beat says which.
	mood { |text, at| this.send('/amt/mood', text, this.at_(at)) }

	// Play a mood that lies between these texts, by their weights, from the next boundary on.
	moodBlend { |... textsAndWeights| this.send('/amt/mood/blend', *textsAndWeights) }

	// Move from the present mood to this one, a step at every bar line, over so many bars.
	moodGlide { |text, bars, at| this.send('/amt/mood/glide', text, bars, this.at_(at)) }

	// Forget the mood that is armed and not playing yet; a glide ends where it is.
	moodCancel { this.send('/amt/mood/cancel') }

	// Go back to the mood that played before this one.
	moodUndo { this.send('/amt/mood/undo') }

	// Play a style of the model's palette, by its name or its number from 1, as a mood is.
	style { |style, at| this.send('/amt/style', style, this.at_(at)) }

	// The boundary at which moods without @when take effect.
	quantise { |when| this.send('/amt/quantise', when) }

	// Tempo in quarter notes a minute, at once or gliding there over some beats.
	tempo { |bpm, glideBeats| this.send('/amt/tempo', bpm, glideBeats) }

	// What is heard when decoding falls behind: thin plays fewer notes, repeat the last bar again, hold keeps the last chord.
	late { |policy| this.send('/amt/late', policy) }

	// How late the instrument sounds: notes are sent so much earlier, later if negative.
	latency { |ms| this.send('/amt/latency', ms) }

	// Play from the start.
	transportPlay { this.send('/amt/transport/play') }

	// Stop, and end every note.
	transportStop { this.send('/amt/transport/stop') }

	// Go on from where it stopped.
	transportContinue { this.send('/amt/transport/continue') }

	// Count one bar in, then play.
	transportCountIn { this.send('/amt/transport/count_in') }

	// All sound off, now: jumps every queue, whatever its arguments or time tag.
	panic { this.send('/amt/panic') }

	// Who gives the tempo: the band, a MIDI clock that comes in, or an Ableton Link session; nothing jumps when it changes.
	clock { |source| this.send('/amt/clock', source) }

	// 1 sends MIDI clock beside the notes: 24 pulses a beat, start, stop, continue, position.
	clockOut { |on| this.send('/amt/clock/out', on) }

	// The clock that is followed: waiting is not heard yet, lost keeps the tempo; and the other peers of a Link session.
	clockState { this.send('/amt/clock/state') }

	// How late off-beats come, up to triplets at 1; free leaves it to the model.
	swing { |swing| this.send('/amt/swing', swing) }

	// How many notes are played; free leaves it to the mood.
	density { |density| this.send('/amt/density', density) }

	// How hard it plays; free leaves it to the mood.
	energy { |energy| this.send('/amt/energy', energy) }

	// The key, such as D minor; free leaves it to the model.
	key { |key| this.send('/amt/key', key) }

	// A chord line that is repeated, such as Dm7 | G7 | Cmaj7 | %; free ends it.
	chords { |chords| this.send('/amt/chords', chords) }

	// Seed of the dice: the same seed, moods and model give the same music.
	seed { |seed| this.send('/amt/seed', seed) }

	// How daring the choice of notes is: low is safe, high is wild.
	samplingTemperature { |temperature| this.send('/amt/sampling/temperature', temperature) }

	// Choose among the likeliest notes that together have this probability.
	samplingTopP { |topP| this.send('/amt/sampling/top_p', topP) }

	// Choose among this many likeliest notes; 0 is no limit.
	samplingTopK { |topK| this.send('/amt/sampling/top_k', topK) }

	// How strictly the music follows the mood; 1 is the model as it is.
	samplingGuidance { |guidance| this.send('/amt/sampling/guidance', guidance) }

	// Prefer some notes in one bar that is not decoded yet: names and nats in turn, such as C 2 F# -8 bass -4 pitch60 1 length6 2 step18 -3.
	lean { |bar, leans| this.send('/amt/lean', bar, leans) }

	// Silence this part.
	partMute { |part, mute| this.send("/amt/part/%/mute".format(part), mute) }

	// Hear only the parts that are soloed.
	partSolo { |part, solo| this.send("/amt/part/%/solo".format(part), solo) }

	// The MIDI channel of this part, counted from 1.
	partChannel { |part, channel| this.send("/amt/part/%/channel".format(part), channel) }

	// The sound of this part: a General MIDI program from 0.
	partProgram { |part, program| this.send("/amt/part/%/program".format(part), program) }

	// How loud this part is.
	partLevel { |part, level| this.send("/amt/part/%/level".format(part), level) }

	// Move this part by octaves.
	partOctave { |part, octave| this.send("/amt/part/%/octave".format(part), octave) }

	// The model that plays, by its folder's bare name. Another one is opened beside the music and plays from a bar line on; a bad one changes nothing.
	model { |name, at| this.send('/amt/model', name, this.at_(at)) }

	// Keep all that is set now (mood, tempo, controls, sampling, parts); 128 at most.
	sceneSave { |name| this.send('/amt/scene/save', name) }

	// Set all of a scene at the next boundary: it is armed and cancelled like a mood.
	sceneCue { |name, at| this.send('/amt/scene/cue', name, this.at_(at)) }

	// Forget a scene.
	sceneDelete { |name| this.send('/amt/scene/delete', name) }

	// Record what is sent to the port, into the takes folder; a bare name or none.
	takeStart { |name| this.send('/amt/take/start', name) }

	// End the recording and write it.
	takeStop { this.send('/amt/take/stop') }

	// Write the last bars, and the one in progress, into the takes folder, though nothing was recording; a bare name or none.
	capture { |bars, name| this.send('/amt/capture', bars, name) }

	// Keep where the music is at the next bar line: what the model has in mind, the random state and all that is set. A file keeps it, also over a restart.
	bankStore { |number, at| this.send('/amt/bank/store', number, this.at_(at)) }

	// Go on from a bank at a bar line: what followed when it was stored follows again. It is armed and cancelled like a mood; the model must be the one of then.
	bankRecall { |number, at| this.send('/amt/bank/recall', number, this.at_(at)) }

	// Forget what is stored in a bank, and its file.
	bankClear { |number| this.send('/amt/bank/clear', number) }

	// The numbers of the banks in which something is stored, as many arguments as there are.
	bankList { this.send('/amt/bank/list') }

	// Bind the controller or key that is moved next to this address, over its range or the two numbers after it; or to a whole command.
	learn { |target| this.send('/amt/learn', target) }

	// Forget the controllers that are bound to this address; * forgets all.
	unlearn { |target| this.send('/amt/unlearn', target) }

	// The controllers and what they are bound to, as many arguments as there are.
	learnList { this.send('/amt/learn/list') }

	// The port through which hands are heard; empty while there is none.
	midiIn { this.send('/amt/midi/in') }

	// 1 sends on what comes in from the hands, beside the band's own notes.
	thru { |on| this.send('/amt/thru', on) }

	// Listen to the hands for so many bars, silent or with bass and drums going round (thin); then answer for as many in their key and density.
	call { |bars, mode, at| this.send('/amt/call', bars, mode, this.at_(at)) }

	// Listen no more, and play on as before.
	callCancel { this.send('/amt/call/cancel') }

	// Where call and response stands: idle, armed, listening or answering, in which of how many bars; and notes, key and density heard.
	callState { this.send('/amt/call/state') }

	// 1 sends everything that happens to the asker (or to that port of its machine) for 60 s, renewed by any message from it; 0 ends that.
	notify { |on, port| this.send('/amt/notify', on, port) }

	// Sends every value there is, then done.
	status { this.send('/amt/status') }

	// Sends one line for each address, or for the one that is asked about.
	describe { |address| this.send('/amt/help', address) }

	// Answered by /amt/pong with the version of the daemon.
	ping { this.send('/amt/ping') }

	// What the transport does: stopped, waiting (for a clock), count_in or playing.
	transportState { this.send('/amt/transport/state') }

	// The take that is being recorded; empty when none is.
	takeState { this.send('/amt/take/state') }

	// The names of the scenes, as many arguments as there are scenes.
	sceneList { this.send('/amt/scene/list') }

	// The names of the model's styles, as many arguments as there are styles.
	styles { this.send('/amt/styles') }

	// What became of the set list when it was saved last; line and column from 1, 0 for none.
	setState { this.send('/amt/set/state') }

	// The same for the rules: that they run, what they print, or why they were rolled back.
	rulesState { this.send('/amt/rules/state') }

	// The MIDI system and the port that the band plays into.
	midiPort { this.send('/amt/midi/port') }

	// A mood was accepted and waits for this bar and beat; id 0 when none waits.
	moodArmed { this.send('/amt/mood/armed') }

	// How the armed mood was read, else the one that plays: dark to bright, calm to wild, about -2 to 2, and the nearest moods and kinds of music.
	moodUnderstood { this.send('/amt/mood/understood') }

	// A beat is passed; both count from 1.
	beat { this.send('/amt/beat') }

	// How the band is doing, about twice a second.
	health { this.send('/amt/health') }
}
