// Drives a real daemon with node-osc, for the tests: prints a line for everything it sees.
import { once } from 'node:events';
import { AmtLive } from './amt-live.mjs';

const { AMT_LIVE_OSC_PORT: port, AMT_LIVE_NAME: name, AMT_LIVE_MODE: mode } = process.env;
const say = (...words) => console.log('said:', ...words);
const band = await AmtLive.connect({ port: Number(port), answerMs: 60000 });
band.on('/amt/mood/armed', (id, text, bar, beat) => say('armed', text, bar, beat));
band.on('/amt/mood/applied', (id, text, bar, beat) => say('applied', text, bar, beat));
band.on('/amt/beat', (bar, beat) => say('beat', bar, beat));
band.on('/amt/note', (part, pitch) => say('note', part, pitch));
band.on('/amt/tempo', (bpm) => say('tempo', bpm));
say('connected');
if (mode !== 'listen') {
  const applied = once(band, '/amt/mood/applied');
  await band.send('/amt/mood', `${name} waltz`, '@beat');
  await applied;
  const changed = once(band, '/amt/tempo');
  await band.send('/amt/tempo', 144);
  await changed;
  await band.send('/amt/take/start', `${name}-take`);
  say('take');
  await band.send('/amt/take/stop');
  await band.send('/amt/capture', 2, `${name}-capture`);
  say('captured');
  band.on('/amt/transport/state', (state) => state === 'stopped' && say('panic', state));
  const stopped = once(band, '/amt/transport/state');
  await band.send('/amt/panic');
  await stopped;
  await band.close();
}
