import { styleText } from 'node:util';
import type { DemoClient } from '../dev/demo.ts';

/** What `dev` tells as soon as it is up. */
export interface DevSummary {
  readonly issuer: string;
  readonly discovery: string;
  readonly walk: string;
  /** Where mail can be read. */
  readonly mailbox: string;
  readonly user: { readonly email: string; readonly password: string };
  readonly clients: readonly DemoClient[];
  readonly dataDir: string;
}

/** The summary for programs. */
export function summaryView({ issuer, discovery, walk, mailbox, user, clients }: DevSummary) {
  return {
    issuer,
    discovery,
    walk,
    mailbox,
    user,
    clients: clients.map((client) => ({
      client_id: client.id,
      ...(client.secret !== undefined && { client_secret: client.secret }),
      type: client.type,
      redirect_uris: client.redirectUris ?? [],
    })),
  };
}

/** The summary for people. Plain text where the terminal knows no colour. */
export function banner({ issuer, discovery, walk, mailbox, user, clients, dataDir }: DevSummary): string {
  const paint = (format: Parameters<typeof styleText>[0], text: string): string => styleText(format, text, { stream: process.stdout });
  const row = (label: string, value: string): string => `  ${paint('dim', label.padEnd(12))}${value}`;
  const width = Math.max(...clients.map((client) => client.id.length)) + 2;
  return [
    '',
    `  ${paint('bold', 'MicroAuth')} is running at ${paint(['bold', 'cyan'], issuer)}`,
    '',
    row('Walk', `${paint('cyan', walk)}  ${paint('dim', 'the whole flow, step by step')}`),
    row('Discovery', paint('cyan', discovery)),
    row('Mailbox', `${paint('cyan', mailbox)}  ${paint('dim', 'what would be mailed')}`),
    row('Sign in as', `${paint('bold', user.email)}  ${paint('dim', 'password')} ${paint('bold', user.password)}`),
    '',
    ...clients.map((client, index) =>
      row(
        index === 0 ? 'Clients' : '',
        `${client.id.padEnd(width)}${paint('dim', client.type.padEnd(9))}${client.secret === undefined ? '' : `${paint('dim', 'secret')} ${client.secret}`}${client.thirdParty === true ? paint('dim', 'asks for consent') : ''}`.trimEnd(),
      ),
    ),
    '',
    `  ${paint('dim', `For development only: these passwords are public. Data in ${dataDir}.`)}`,
    `  ${paint('dim', 'Stop with Ctrl+C.')}`,
    '',
    '',
  ].join('\n');
}
