import type { Command } from 'commander';
import { issuerOf } from '../core/issuer.ts';
import { succeed } from '../core/result.ts';
import { type CommonOptions, complain } from './answer.ts';
import { environmentHelp } from './environment-help.ts';
import { createLogger } from './logging.ts';
import { runServer } from './server.ts';

/** `microauth serve` */
export function completeServe(command: Command): void {
  command.addHelpText('after', environmentHelp).action(async (options: CommonOptions) => {
    const ended = await runServer({
      mode: 'serve',
      configFile: options.config,
      logger: (config) => createLogger(options.json === true ? 'json-stderr' : 'json-stdout', config.logLevel),
      prepare: async () => succeed(undefined),
      announce: (config, tenant, log) => {
        const summary = { issuer: issuerOf(config.url, tenant.domain), ...config.listen };
        log.info({ event: 'listening', ...summary });
        if (options.json === true) {
          process.stdout.write(`${JSON.stringify(summary)}\n`);
        }
      },
    });
    if (!ended.ok) {
      complain(ended.failure);
    }
  });
}
