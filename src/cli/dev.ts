import type { Command } from 'commander';
import type { Config } from '../config/load.ts';
import { issuerOf } from '../core/issuer.ts';
import { succeed } from '../core/result.ts';
import { demoClients, demoUser, seedDemo, walk } from '../dev/demo.ts';
import { type CommonOptions, complain } from './answer.ts';
import { banner, type DevSummary, summaryView } from './banner.ts';
import { environmentHelp } from './environment-help.ts';
import { createLogger } from './logging.ts';
import { runServer } from './server.ts';

/** `microauth dev` */
export function completeDev(command: Command): void {
  command
    .option('--no-explain', 'send what is wrong with a request on to the application at once, as serve does')
    .addHelpText('after', environmentHelp)
    .action((options: DevOptions) => dev(options));
}

interface DevOptions extends CommonOptions {
  readonly explain: boolean;
}

async function dev(options: DevOptions): Promise<void> {
  const ended = await runServer({
    mode: 'dev',
    configFile: options.config,
    logger: (config) => createLogger('people-stderr', config.logLevel),
    prepare: async (context, tenant) => {
      const seeded = await seedDemo(context, tenant);
      return seeded.ok ? succeed({ walk: { ...walk, user: demoUser }, explains: options.explain }) : seeded;
    },
    announce: (config, tenant) => {
      const summary = summarise(config, issuerOf(config.url, tenant.domain));
      process.stdout.write(options.json === true ? `${JSON.stringify(summaryView(summary))}\n` : banner(summary));
    },
  });
  if (!ended.ok) {
    complain(ended.failure);
  }
}

function summarise(config: Config, issuer: string): DevSummary {
  return {
    issuer,
    discovery: `${issuer}/.well-known/openid-configuration`,
    walk: `${issuer}${walk.redirectPath}`,
    mailbox: `${issuer}/dev/mailbox`,
    user: demoUser,
    clients: demoClients(issuer),
    dataDir: config.dataDir,
  };
}
