import cluster from 'node:cluster';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { issuerOf } from '../core/issuer.ts';
import { succeed } from '../core/result.ts';
import { type CommonOptions, complain } from './answer.ts';
import { environmentHelp } from './environment-help.ts';
import { createLogger } from './logging.ts';
import { runServer } from './server.ts';
import { superviseWorkers } from './workers.ts';

interface ServeOptions extends CommonOptions {
  readonly workers: number;
}

function parseWorkers(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 64) {
    throw new InvalidArgumentError('It must be a number from 1 to 64.');
  }
  return count;
}

/** `microauth serve` */
export function completeServe(command: Command): void {
  const workers = new Option('--workers <n>', 'processes that share the port, for machines with cores to spare')
    .argParser(parseWorkers)
    .default(1);
  command.addOption(workers).addHelpText('after', environmentHelp).action(async (options: ServeOptions) => {
    if (options.workers > 1 && cluster.isPrimary) {
      const supervised = await superviseWorkers(options.workers);
      if (!supervised.ok) {
        complain([supervised.failure]);
      }
      return;
    }
    const ended = await runServer({
      mode: 'serve',
      configFile: options.config,
      logger: (config) => createLogger(options.json === true ? 'json-stderr' : 'json-stdout', config.logLevel),
      prepare: async () => succeed(undefined),
      announce: (config, tenant, log) => {
        const summary = { issuer: issuerOf(config.url, tenant.domain), ...config.listen };
        log.info({ event: 'listening', ...summary });
        // Of several workers the first speaks for all.
        if (options.json === true && (cluster.worker?.id ?? 1) === 1) {
          process.stdout.write(`${JSON.stringify(summary)}\n`);
        }
      },
    });
    if (!ended.ok) {
      complain(ended.failure);
    }
    // The channel to the primary would keep the process alive.
    cluster.worker?.disconnect();
  });
}
