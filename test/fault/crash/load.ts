import { payloadOf } from '../../support/flow.ts';
import type { Answer, Wire } from '../../nodes/wire.ts';
import { insist, type Life, type Tally } from './history.ts';

/** Where the load goes, and what becomes of it. */
export interface Load {
  readonly wire: Wire;
  /** Who begins new lives. */
  readonly clients: readonly string[];
  readonly ports: readonly number[];
  readonly cookie: string;
  /** Whether new lives may begin. */
  readonly goesOn: () => boolean;
  readonly lives: Life[];
  readonly tally: Tally;
}

/** How long a client tries again before it gives the server up, in milliseconds. */
const patience = 30_000;

/** A successor is given again for ten seconds; the second more is that its `iat` is counted in seconds. */
const window = 11_000;

/** An answer that is one, and whether some were lost before it came. */
interface Settled extends Answer {
  readonly doubted: boolean;
  readonly firstSentAt: number;
  readonly sentAt: number;
}

/** Sends a request, to any node, until it is answered: a broken connection or a 503 says nothing about what happened. */
async function settle(load: Load, send: (port: number) => Promise<Answer>): Promise<Settled> {
  const firstSentAt = Date.now();
  for (let attempt = 0; ; attempt += 1) {
    const sentAt = Date.now();
    const answer = await send(load.ports[Math.floor(Math.random() * load.ports.length)] ?? 0);
    if (answer.status !== undefined && answer.status !== 503) {
      return { ...answer, doubted: attempt > 0, firstSentAt, sentAt };
    }
    load.tally.in_doubt += attempt === 0 ? 1 : 0;
    insist(Date.now() - firstSentAt < patience, 'the server comes back', answer);
    await new Promise((resolve) => {
      setTimeout(resolve, 10);
    });
  }
}

/** Once, or twice at the same time. */
function maybeTwice(load: Load, send: (port: number) => Promise<Answer>): Promise<Settled[]> {
  return Promise.all(Array.from({ length: Math.random() < 0.15 ? 2 : 1 }, () => settle(load, send)));
}

async function redeem(load: Load, life: Life): Promise<void> {
  const answers = await maybeTwice(load, (port) => load.wire.as(life.clientId).redeem(port, life.code));
  const winners = answers.filter(({ status }) => status === 200);
  const evidence = answers.map(({ status, json, doubted }) => ({ status, error: json.error, doubted }));
  insist(winners.length <= 1, 'a code is honoured once', evidence);
  insist(winners.length === 1 || answers.some(({ doubted }) => doubted), 'a code that nobody has used is honoured', evidence);
  insist(answers.every(({ status, json }) => status === 200 || json.error === 'invalid_grant'), 'a code that is spent is refused as that', evidence);
  life.redeemed = true;
  // Whoever was refused was a replay, of the answer that came or of one that was lost; it took the grant along.
  life.revoked = answers.length > winners.length;
  life.refreshToken = winners[0]?.json.refresh_token;
  life.accessToken = winners[0]?.json.access_token;
  load.tally.redemptions += winners.length;
  load.tally.replays_refused += answers.length - winners.length;
}

/** Refreshes a life; whatever crashes meanwhile, the same successor must come within the window. */
export async function refresh(load: Load, life: Life): Promise<void> {
  const presented = life.refreshToken ?? '';
  const answers = await maybeTwice(load, (port) => load.wire.as(life.clientId).refresh(port, presented));
  for (const answer of answers) {
    const late = answer.doubted && answer.sentAt - answer.firstSentAt > window - 2000;
    if (late && answer.status === 400) {
      life.revoked = true;
      life.tooLate = true;
      load.tally.too_late += 1;
      return;
    }
    insist(answer.status === 200, 'the current refresh token is honoured', { status: answer.status, json: answer.json, doubted: answer.doubted, life });
    const successor = answer.json.refresh_token ?? '';
    const { generation, iat } = payloadOf(successor) as { generation: number; iat: number };
    insist(generation === life.generation + 1, 'a refresh goes on by one', { generation, life });
    insist(answer.sentAt - iat * 1000 < window, 'a generation is honoured again for ten seconds only', { iat, sentAt: answer.sentAt });
    load.tally.refreshes += 1;
    load.tally.resumed += answer.doubted ? 1 : 0;
  }
  insist(new Set(answers.map(({ json }) => json.refresh_token)).size === 1, 'a generation has one successor', answers.map(({ json }) => json));
  life.generation += 1;
  life.refreshToken = answers[0]?.json.refresh_token;
  life.accessToken = answers[0]?.json.access_token;
}

/** Revokes a life by its refresh token. */
async function revoke(load: Load, life: Life): Promise<void> {
  const { status } = await settle(load, (port) => load.wire.as(life.clientId).revoke(port, life.refreshToken ?? ''));
  insist(status === 200, 'a revocation is answered', status);
  life.revoked = true;
  load.tally.revocations += 1;
}

/** Begins lives, one after the other, until the load ends; each is lived to its end, whatever crashes meanwhile. */
export async function live(load: Load): Promise<void> {
  while (load.goesOn()) {
    const clientId = load.clients[load.lives.length % load.clients.length] ?? '';
    const authorized = await settle(load, (port) => load.wire.as(clientId).authorize(port, load.cookie));
    const code = 'code' in authorized ? (authorized.code as Life['code'] | undefined) : undefined;
    insist(code !== undefined, 'whoever is signed in gets a code', authorized.status);
    const life: Life = { clientId, code, redeemed: false, refreshToken: undefined, accessToken: undefined, generation: 0, tooLate: false, revoked: false };
    load.lives.push(life);
    load.tally.codes += 1;
    if (Math.random() < 0.05) {
      continue;
    }
    await redeem(load, life);
    for (let left = Math.floor(Math.random() * 4); left > 0 && !life.revoked; left -= 1) {
      await refresh(load, life);
    }
    if (!life.revoked && Math.random() < 0.4) {
      await revoke(load, life);
    }
  }
}
