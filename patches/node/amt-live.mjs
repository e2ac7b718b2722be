// Plays amt-live over OSC: one socket of node-osc sends and hears.
//
//   const band = await AmtLive.connect();
//   band.on('/amt/mood/applied', (id, text, bar) => console.log(text, bar));
//   await band.send('/amt/mood', 'slow waltz in fog', '@bar');
//
// Every address of ../README.md works: `send` commands, `ask` reads, `on` hears what is pushed.
import { EventEmitter, once } from 'node:events';
import { Server } from 'node-osc';

const KEEP_ALIVE_MS = 20000; // the band forgets a listener after 60 s of silence

export class AmtLive extends EventEmitter {
  #socket;
  #keeper;
  #waiting = [];

  static async connect({ host = '127.0.0.1', port = 9740, answerMs = 5000 } = {}) {
    const band = new AmtLive();
    band.host = host;
    band.port = port;
    band.answerMs = answerMs;
    // Heard on every interface only if the band is on another machine.
    band.#socket = new Server(0, host === '127.0.0.1' ? host : '0.0.0.0');
    await once(band.#socket, 'listening');
    band.#socket.on('message', (message) => band.#heard(message));
    band.#keeper = setInterval(() => band.#socket.send(['/amt/ping'], port, host), KEEP_ALIVE_MS);
    try {
      await band.send('/amt/notify', 1);
    } catch (error) {
      await band.close();
      throw error;
    }
    return band;
  }

  // Resolves when the band has done it; rejects with the band's own reason when it will not.
  send(address, ...atoms) {
    return this.#request(address, atoms, (from, values) => from === '/amt/done' && values[0] === address);
  }

  // Resolves with the values of a setting or a reading.
  ask(address) {
    return this.#request(address, [], (from) => from === address);
  }

  async close() {
    clearInterval(this.#keeper);
    for (const one of this.#waiting.splice(0)) one.end(new Error('closed'));
    await this.#socket.close();
  }

  #request(address, atoms, answers) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => one.end(new Error(`no answer from ${this.host}:${this.port}: is amt-live daemon running?`)),
        this.answerMs,
      );
      const one = {
        address,
        answers,
        end: (error, values) => {
          clearTimeout(timer);
          this.#waiting = this.#waiting.filter((other) => other !== one);
          if (error) reject(error);
          else resolve(values);
        },
      };
      this.#waiting.push(one);
      this.#socket.send([address, ...atoms], this.port, this.host).catch((error) => one.end(error));
    });
  }

  #heard([address, ...values]) {
    const failed = address === '/amt/fail';
    const one = this.#waiting.find((each) =>
      failed ? each.address === values[0] : each.answers(address, values),
    );
    if (one) one.end(failed ? new Error(values.slice(1).join(': ')) : null, values);
    this.emit(address, ...values);
  }
}
