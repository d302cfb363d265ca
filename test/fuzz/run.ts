import { fork } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { demoUser, walk } from '../../src/dev/demo.ts';
import { createRoutes } from '../../src/http/routes.ts';
import { mutate } from './mutate.ts';
import type { Cast, FromServer, Order, Vitals } from './messages.ts';
import { randomFor } from './random.ts';
import type { FuzzRequest } from './request.ts';
import { collectSeeds, type Seeds } from './seeds.ts';
import { type Answer, openConnection } from './wire.ts';

export interface FuzzOptions {
  readonly requests: number;
  readonly seed: number;
  /** The number of the first request, to look at one again. */
  readonly from?: number;
  /** An SQLite file of its own otherwise. */
  readonly databaseUrl?: string | undefined;
  readonly connections?: number;
  /** Called every so many milliseconds with how far it is. */
  readonly interval?: number;
  readonly progress?: (figures: object) => void;
  /** Shown each request before it is sent. */
  readonly show?: ((bytes: Buffer) => void) | undefined;
}

export interface FuzzReport {
  /** What must not happen, and did. Empty is good. */
  readonly findings: readonly string[];
  readonly figures: {
    readonly requests: number;
    readonly routes: number;
    /** Routes to which nobody knew a valid request. */
    readonly blind: readonly string[];
    readonly statuses: Readonly<Record<string, number>>;
  };
}

/** How many requests are made from what was collected once; after so many, half of it is spent or signed out. */
const freshness = 50_000;

/** What a password costs must not be all that is tried: one in so many requests to a form that asks for one. */
const passwordShare = 40;

/** The longest that a request may keep the event loop, in milliseconds. This machine may be doing something else besides. */
const delayBound = 1000;

/** What the heap may have grown by in the end, in bytes, however many requests there were. */
const heapBound = 128 * 1024 * 1024;

/**
 * Sends mutated requests to every route of the route table, signed out and signed in, and watches the server: its answers,
 * its log, its heap, its event loop, its rows and its file. The same seed gives the same choices.
 */
export async function fuzz({ requests, seed, from = 0, databaseUrl, connections = 24, interval = 10_000, progress, show }: FuzzOptions): Promise<FuzzReport> {
  const server = fork(resolve(import.meta.dirname, 'server-entry.ts'), [], {
    execArgv: ['--expose-gc'],
    env: { ...process.env, ...(databaseUrl === undefined ? {} : { FUZZ_DATABASE_URL: databaseUrl }) },
  });
  const findings = new Set<string>();
  server.once('exit', (code, signal) => code !== 0 && findings.add(`the server ended: ${code ?? signal}`));
  const hear = async (): Promise<FromServer> => ((await once(server, 'message')) as [FromServer])[0];
  // One question at a time: an answer does not say what it answers.
  let asked: Promise<unknown> = Promise.resolve();
  const ask = (order: Order): Promise<FromServer> => {
    const answer = asked.then(() => {
      const heard = hear();
      server.send(order);
      return heard;
    });
    asked = answer.catch(() => undefined);
    return answer;
  };
  const opening = await hear();
  if (!('cast' in opening)) {
    throw new Error('the server has not said who is there');
  }
  const { cast } = opening;
  const vitals = async (): Promise<Vitals> => {
    const answer = await ask({ vitals: true });
    if (!('vitals' in answer)) {
      throw new Error('the server has not said how it is');
    }
    return answer.vitals;
  };

  const routes = createRoutes({ walk: { ...walk, user: demoUser }, explains: false });
  const statuses: Record<string, number> = {};
  const wires = Array.from({ length: connections }, () => openConnection(cast.port));
  let collected = await refresh(cast, routes, ask);
  const first = await vitals();
  let worstDelay = 0;
  let latest = first;
  let done = 0;
  const startedAt = performance.now();
  const rate = () => Math.round(done / ((performance.now() - startedAt) / 1000));
  const timer = setInterval(() => {
    void vitals().then((now) => {
      latest = now;
      worstDelay = Math.max(worstDelay, now.delayMax);
      progress?.({ requests: done, per_second: rate(), findings: findings.size, ...shown(now), statuses });
    });
  }, interval);

  /** One request, whose choices its number decides. */
  async function attempt(index: number, wire: (typeof wires)[number]): Promise<void> {
    const random = randomFor(seed, index);
    const chosen = choose(collected, random);
    const where = `request ${index}: ${chosen.method} ${chosen.path}`;
    const address = `10.${random.below(256)}.${random.below(256)}.${random.below(256)}`;
    const encoded = mutate({ ...chosen, headers: [...chosen.headers, ['X-Forwarded-For', address]] }, random, collected.all);
    show?.(encoded.bytes);
    const answer = await wire.send(encoded);
    const finding = judge(answer, encoded.framed);
    if (finding !== undefined) {
      findings.add(`${where}: ${finding}`);
    }
    const name = answer.kind === 'answered' ? String(answer.status) : answer.kind;
    statuses[name] = (statuses[name] ?? 0) + 1;
    done += 1;
  }

  for (let start = from; start < from + requests && server.connected; start += freshness) {
    if (start > from) {
      collected = await refresh(cast, routes, ask);
    }
    const end = Math.min(start + freshness, from + requests);
    let next = start;
    await Promise.all(
      wires.map(async (wire) => {
        while (next < end && server.connected) {
          const index = next;
          next += 1;
          await attempt(index, wire);
        }
      }),
    );
  }
  clearInterval(timer);
  wires.forEach((wire) => wire.close());
  const perSecond = rate();
  if (server.connected) {
    latest = await vitals();
    server.send({ stop: true } satisfies Order);
    await once(server, 'exit');
  }
  worstDelay = Math.max(worstDelay, latest.delayMax);
  latest.findings.forEach((finding) => findings.add(finding));
  if (worstDelay > delayBound) {
    findings.add(`the event loop stood still for ${Math.round(worstDelay)} ms`);
  }
  const growth = latest.heapUsed + latest.external - first.heapUsed - first.external;
  if (growth > heapBound) {
    findings.add(`the heap has grown by ${megabytes(growth)} MB`);
  }
  const figures = { engine: databaseUrl === undefined ? 'sqlite' : 'postgres', seed, from, requests: done, per_second: perSecond, routes: routes.length, blind: collected.unknown, before: shown(first), after: shown(latest), worst_delay_ms: Math.round(worstDelay), statuses, node: process.version };
  return { findings: [...findings], figures };
}

async function refresh(cast: Cast, routes: ReturnType<typeof createRoutes>, ask: (order: Order) => Promise<FromServer>): Promise<Seeds> {
  const answer = await ask({ people: 4 });
  if (!('people' in answer)) {
    throw new Error('the server has made nobody');
  }
  const seeds = await collectSeeds(cast, answer.people, routes);
  await ask({ secrets: seeds.secrets });
  return seeds;
}

/** Every route as often as any other, but for those that cost a password hash. */
function choose({ byRoute }: Seeds, random: ReturnType<typeof randomFor>): FuzzRequest {
  for (;;) {
    const request = random.of(random.of(byRoute));
    const costs = request.form?.some(([name]) => name.endsWith('password')) === true;
    if (!costs || random.once(passwordShare)) {
      return request;
    }
  }
}

/** What of an answer must not be; undefined where it is as it should. */
function judge(answer: Answer, framed: boolean): string | undefined {
  switch (answer.kind) {
    case 'answered':
      return answer.status >= 500 ? `answered ${answer.status}: ${answer.body.slice(0, 500)}` : undefined;
    case 'silent':
      return 'no answer';
    case 'closed':
      // Whoever breaks the framing may be left without a word.
      return framed ? 'the connection was closed without an answer' : undefined;
  }
}

function shown({ heapUsed, external, rss, delayP99, delayMax, bytes, rows }: Vitals): object {
  return { heap_mb: megabytes(heapUsed), external_mb: megabytes(external), rss_mb: megabytes(rss), delay_p99_ms: Math.round(delayP99), delay_max_ms: Math.round(delayMax), ...(bytes === undefined ? {} : { file_mb: megabytes(bytes) }), rows };
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1024 / 1024);
}

