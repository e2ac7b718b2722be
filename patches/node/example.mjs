// Start `amt-live daemon` in a terminal, then: npm install && npm start
import { AmtLive } from './amt-live.mjs';

const band = await AmtLive.connect();
band.on('/amt/mood/armed', (id, text, bar, beat, eta) =>
  console.log(`armed: ${text}, bar ${bar}, in ${eta.toFixed(1)} s`),
);
band.on('/amt/mood/applied', (id, text, bar) => console.log(`playing: ${text}, since bar ${bar}`));
band.on('/amt/beat', (bar, beat) => process.stdout.write(beat === 1 ? `\n${bar} ` : '. '));

await band.send('/amt/tempo', 112);
await band.send('/amt/transport/play');
await band.send('/amt/mood', 'sparse melancholic jazz ballad', '@bar');

// Ctrl-C leaves the band playing; so does the death of this process. `/amt/panic` silences it.
process.on('SIGINT', async () => {
  await band.close();
  process.exit(0);
});
