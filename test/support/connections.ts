import { AsyncLocalStorage, createHook } from 'node:async_hooks';
import { subscribe } from 'node:diagnostics_channel';
import { isIP } from 'node:net';

/*
 * Sees every connection that this process opens, every name that it looks up and every datagram socket, whichever package does
 * so: Node tells of each by async_hooks, below `net`, `tls`, `http`, `fetch` and `dns` alike. A request over a connection that was
 * open before is told by the diagnostics channels of the clients.
 */

/** Runs what is under test; whatever it starts (listeners with their requests, timers, connections) knows that it is. */
const scope = new AsyncLocalStorage<true>();

/** Where what is under test may connect to: the store and the mail server, as `host:port`. */
const destinations = new Set<string>();

/** Runs a part of the product in the process of a test: what it does later counts as its doing too. */
export function underTest<Value>(work: () => Value): Value {
  return scope.run(true, work);
}

/** Says that what is under test may connect to the server of this URL: a store or a mail server. */
export function mayConnectTo(url: string | undefined): void {
  const { protocol = '', hostname = '', port = '' } = url !== undefined && URL.canParse(url) ? new URL(url) : {};
  // A file is no server.
  if (hostname !== '') {
    destinations.add(`${hostname.replaceAll(/[[\]]/g, '')}:${port === '' ? standardPorts[protocol] : port}`);
  }
}

const standardPorts: Readonly<Record<string, string>> = { 'postgres:': '5432', 'postgresql:': '5432', 'smtp:': '587', 'smtps:': '465' };

/** The environment of a process of the product that is to end as soon as it connects to anything else. */
export const tripwire = { NODE_OPTIONS: `--import=${new URL('./tripwire-process.ts', import.meta.url).href}` };

/** What async_hooks shows of a request to the system, as far as its kind has it. */
interface SystemRequest {
  readonly address?: string;
  readonly port?: number;
  readonly hostname?: string;
}

/**
 * Calls back with each connection that nobody may open: to another machine, whoever opens it, and from what is under test to
 * anything but the store and the mail server. In a process of its own everything is under test.
 */
export function watchConnections(process: 'of a test' | 'of its own', onTrip: (what: string) => void): void {
  const isUnderTest = () => process === 'of its own' || scope.getStore() === true;
  const trip = (what: string): void => onTrip(`${what}${new Error().stack?.split('\n').slice(3).join('\n') ?? ''}`);

  const judge: Readonly<Record<string, (request: SystemRequest) => string | undefined>> = {
    TCPCONNECTWRAP: ({ address = '', port = 0 }) =>
      isLoopback(address) && (!isUnderTest() || isDestination((host, known) => (host === address || host === 'localhost') && known === port))
        ? undefined
        : `a connection to ${address} port ${port}`,
    PIPECONNECTWRAP: ({ address }) => (isUnderTest() ? `a connection to the socket ${address}` : undefined),
    UDPWRAP: () => (isUnderTest() ? 'a datagram socket' : undefined),
    GETADDRINFOREQWRAP: judgeName,
    QUERYWRAP: judgeName,
    GETNAMEINFOREQWRAP: judgeName,
  };

  function judgeName({ hostname = '' }: SystemRequest): string | undefined {
    const known = isUnderTest() ? isDestination((host) => host === hostname) : isLoopback(hostname);
    return known ? undefined : `a look-up of ${hostname}`;
  }

  createHook({
    // Node's own name for promises is left out: there are very many.
    trackPromises: false,
    init(_id, type, _trigger, request) {
      const what = judge[type]?.(request);
      if (what !== undefined) {
        trip(what);
      }
    },
  }).enable();
  for (const channel of ['undici:request:create', 'http.client.request.start']) {
    subscribe(channel, () => {
      if (isUnderTest()) {
        trip(`a request by ${channel}`);
      }
    });
  }
}

function isDestination(holds: (host: string, port: number) => boolean): boolean {
  return [...destinations].some((destination) => holds(destination.slice(0, destination.lastIndexOf(':')), Number(destination.slice(destination.lastIndexOf(':') + 1))));
}

function isLoopback(host: string): boolean {
  return isIP(host) === 0 ? /^(?:.*\.)?localhost$/.test(host) : /^(?:127\.|::1$|::ffff:127\.)/.test(host);
}
