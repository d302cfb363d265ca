/* What the fuzzer and the server that it fuzzes say to each other. */

interface Client {
  readonly id: string;
  readonly secret: string;
}

/** Who is there from the beginning. */
export interface Cast {
  readonly issuer: string;
  readonly port: number;
  /** The identifier of a resource. */
  readonly api: string;
  readonly clients: Readonly<Record<'spa' | 'web' | 'thirdParty' | 'strong' | 'service', Client>>;
}

export interface Person {
  readonly email: string;
  /** The value of the session cookie. */
  readonly session: string;
}

/** How the server is doing. Sizes in bytes, delays in milliseconds since the last time that it was asked. */
export interface Vitals {
  readonly heapUsed: number;
  readonly rss: number;
  readonly external: number;
  readonly delayP99: number;
  readonly delayMax: number;
  /** Of the database file and its log; undefined on PostgreSQL. */
  readonly bytes: number | undefined;
  readonly rows: Readonly<Record<string, number>>;
  /** What the log told of that must not be. */
  readonly findings: readonly string[];
}

export type Order = { readonly people: number } | { readonly secrets: readonly string[] } | { readonly vitals: true } | { readonly stop: true };

export type FromServer = { readonly cast: Cast } | { readonly people: readonly Person[] } | { readonly noted: true } | { readonly vitals: Vitals };
