import { payloadOf } from '../support/flow.ts';
import type { Cluster } from './cluster.ts';
import type { Answer, Wire } from './wire.ts';

/** Where races are run. */
export interface Course {
  readonly nodes: readonly { readonly port: number }[];
  readonly wire: Wire;
  /** The cookies of a session that is signed in. */
  readonly cookie: string;
}

/** A round that broke the promise, with all that was answered. */
class Broken extends Error {}

function insist(holds: boolean, promise: string, answers: readonly Answer[]): void {
  if (!holds) {
    const seen = Object.entries(Object.groupBy(answers, ({ status, json }) => `${status} ${json.error ?? ''}`)).map(([answer, all]) => `${all?.length} × ${answer}`);
    throw new Broken(`${promise}; answered: ${seen.join(', ')}`);
  }
}

function portOf(course: Course, index: number): number {
  return course.nodes[index % course.nodes.length]?.port ?? 0;
}

async function newCode(course: Course, round: number) {
  const answer = await course.wire.authorize(portOf(course, round), course.cookie);
  if (answer.code === undefined) {
    throw new Broken(`expected a code, got ${answer.status}`);
  }
  return answer.code;
}

/** One code presented `entrants` times at once, to the nodes in turn: one wins, and the replays leave it nothing. */
export async function raceForCode(course: Course, entrants: number, round = 0): Promise<void> {
  const code = await newCode(course, round);
  const answers = await Promise.all(Array.from({ length: entrants }, (_, index) => course.wire.redeem(portOf(course, round + index), code)));
  const winners = answers.filter(({ status }) => status === 200);
  insist(winners.length === 1, 'one redemption wins', answers);
  insist(answers.every(({ status, json }) => status === 200 || (status === 400 && json.error === 'invalid_grant')), 'the others are refused', answers);
  const winner = winners[0]?.json;
  const after = await Promise.all(
    course.nodes.flatMap(({ port }) => [course.wire.refresh(port, winner?.refresh_token ?? ''), course.wire.userinfo(port, winner?.access_token ?? '')]),
  );
  insist(after.every(({ status }) => status === 400 || status === 401), 'the replays have revoked everything, on every node', after);
}

/** One refresh token presented `entrants` times at once: all get one successor; once that is used, the old one revokes. */
export async function raceForRefresh(course: Course, entrants: number, round = 0): Promise<void> {
  const first = await course.wire.redeem(portOf(course, round), await newCode(course, round + 1));
  insist(first.status === 200, 'the code is redeemed', [first]);
  const old = first.json.refresh_token ?? '';
  const answers = await Promise.all(Array.from({ length: entrants }, (_, index) => course.wire.refresh(portOf(course, round + index), old)));
  insist(answers.every(({ status }) => status === 200), 'every refresh within the window is answered', answers);
  const successors = new Set(answers.map(({ json }) => json.refresh_token));
  insist(successors.size === 1, `there is one successor, not ${successors.size}`, answers);
  const [successor = ''] = successors;
  insist(payloadOf(successor ?? '')['generation'] === 1, 'the successor is the next generation', answers);
  const next = await course.wire.refresh(portOf(course, round + 1), successor ?? '');
  insist(next.status === 200 && payloadOf(next.json.refresh_token ?? '')['generation'] === 2, 'the successor goes on', [next]);
  const replayed = await course.wire.refresh(portOf(course, round), old);
  insist(replayed.status === 400, 'the old token is a replay now', [replayed]);
  const after = await Promise.all(
    course.nodes.flatMap(({ port }) => [course.wire.refresh(port, next.json.refresh_token ?? ''), course.wire.userinfo(port, next.json.access_token ?? '')]),
  );
  insist(after.every(({ status }) => status === 400 || status === 401), 'the replay has revoked everything, on every node', after);
}

/** A course over a cluster whose browser is signed in. */
export function courseOf(cluster: Cluster, wire: Wire, cookie: string): Course {
  return { nodes: cluster.nodes, wire, cookie };
}
