/*
 * Mutated requests to every route, signed out and signed in. Prints how far it is every ten seconds and what was measured at the end, as
 * JSON; ends with 1 where the server did what it must not do. A finding is looked at again with the same seed and its number.
 *
 *   npm run fuzz -- --requests 100000 --seed 1 [--postgres] [--from 0] [--connections 24]
 *   npm run fuzz -- --requests 1 --seed 1 --from 4711 --show
 */
import { parseArgs } from 'node:util';
import { fuzz } from '../test/fuzz/run.ts';
import { startPostgres } from '../test/support/postgres.ts';

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '0' },
    connections: { type: 'string', default: '24' },
    show: { type: 'boolean', default: false },
    postgres: { type: 'boolean', default: false },
  },
});
const postgres = values.postgres ? await startPostgres() : undefined;
try {
  const { findings, figures } = await fuzz({
    requests: Number(values.requests),
    seed: Number(values.seed),
    from: Number(values.from),
    connections: Number(values.connections),
    databaseUrl: await postgres?.database(),
    show: values.show ? (bytes) => console.log(bytes.toString('latin1')) : undefined,
    progress: (now) => console.log(JSON.stringify(now)),
  });
  console.log(JSON.stringify(figures));
  for (const finding of findings) {
    console.error(finding);
  }
  process.exitCode = findings.length === 0 ? 0 : 1;
} finally {
  await postgres?.stop();
}
