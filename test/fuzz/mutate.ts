import { cborOf } from './cbor.ts';
import { mutateText } from './mutate-text.ts';
import { type Encoded, encodeRequest, type FuzzRequest, type Pairs } from './request.ts';
import type { Random } from './random.ts';

type Mutation = (request: FuzzRequest, random: Random, others: readonly FuzzRequest[]) => FuzzRequest;

/** Names that some route reads, so that each is tried at all others too. */
const knownNames = [
  'account', 'access_token', 'acr_values', 'authorization', 'challenge', 'change', 'claims', 'claims_locales', 'client', 'client_assertion', 'client_assertion_type', 'client_id',
  'client_secret', 'code', 'code_challenge', 'code_challenge_method', 'code_new', 'code_old', 'code_verifier', 'credential', 'current_password', 'decision', 'display',
  'email', 'grant_type', 'id', 'id_token_hint', 'interaction', 'login_hint', 'logout_hint', 'max_age', 'method', 'name', 'new_password', 'nonce', 'note', 'other', 'password',
  'pending', 'post_logout_redirect_uri', 'prompt', 'redirect_uri', 'refresh_token', 'registration', 'remember', 'request', 'request_uri', 'resource', 'response_mode',
  'response_type', 'scope', 'send', 'session', 'state', 'terms', 'ticket', 'token', 'token_type_hint', 'ui_locales',
];

/** Where a request has names with values. */
const places = ['query', 'form', 'headers', 'cookies'] as const;

function at(request: FuzzRequest, random: Random): readonly [(typeof places)[number], Pairs] {
  const filled = places.filter((place) => (request[place]?.length ?? 0) > 0);
  // Parameters are what most of the code reads.
  const wanted = filled.filter((place) => place === 'query' || place === 'form');
  const place = random.of(wanted.length > 0 && !random.once(4) ? wanted : filled);
  return [place, request[place] ?? []];
}

const change = (edit: (pairs: Pairs, index: number, random: Random, others: readonly FuzzRequest[]) => Pairs): Mutation => (request, random, others) => {
  const [place, pairs] = at(request, random);
  return { ...request, [place]: edit(pairs, random.below(pairs.length), random, others) };
};

const contentTypes = ['application/json', 'multipart/form-data; boundary=x', 'application/cbor', 'text/plain', 'application/x-www-form-urlencoded; charset=utf-16', 'application/x-www-form-urlencoded;charset="utf-8"', '', 'x', 'application/xml'];

const oddHeaders: Pairs = [
  ['Content-Encoding', 'gzip'],
  ['Expect', '100-continue'],
  ['Expect', 'x'],
  ['Upgrade', 'h2c'],
  ['Origin', 'null'],
  ['Origin', 'https://evil.example'],
  ['Sec-Fetch-Site', 'cross-site'],
  ['X-Forwarded-Host', 'other.localhost'],
  ['X-Forwarded-Host', 'nobody.example'],
  ['X-Forwarded-For', ', , ,'],
  ['X-Forwarded-Proto', 'gopher'],
  ['X-HTTP-Method-Override', 'DELETE'],
  ['Authorization', 'Basic Og=='],
  ['Authorization', `Basic ${Buffer.from('%:%').toString('base64')}`],
  ['Authorization', 'Bearer x.y.z'],
  ['Authorization', 'DPoP x'],
  ['Accept-Language', 'de;q=0.9,*;q=x,fr-'],
  ['Accept', '*/*;q=nan'],
  ['Range', 'bytes=0-1,2-3'],
  ['If-None-Match', '*'],
  ['Forwarded', 'for="[::1]";host=x'],
  ['Cookie', '; ;=;a;=b; __proto__=x'],
];

const mutations: readonly Mutation[] = [
  change((pairs, index) => pairs.toSpliced(index, 1)),
  change((pairs, index) => [...pairs, pairs[index] ?? ['', '']]),
  change((pairs, index, random) => {
    const other = random.below(pairs.length);
    const [a, b] = [pairs[index], pairs[other]];
    return a === undefined || b === undefined ? pairs : pairs.with(index, [a[0], b[1]]).with(other, [b[0], a[1]]);
  }),
  // A value of another request, which is right there.
  change((pairs, index, random, others) => {
    const other = random.of(others);
    const theirs = [...other.query, ...(other.form ?? [])];
    return theirs.length === 0 ? pairs : pairs.with(index, [pairs[index]?.[0] ?? '', random.of(theirs)[1]]);
  }),
  ...Array.from({ length: 6 }, () => change((pairs, index, random) => pairs.with(index, [pairs[index]?.[0] ?? '', mutateText(pairs[index]?.[1] ?? '', random)]))),
  change((pairs, index, random) => pairs.with(index, [mutateText(pairs[index]?.[0] ?? '', random).slice(0, 200), pairs[index]?.[1] ?? ''])),
  change((pairs, _index, random, others) => {
    const other = random.of(others);
    return [...pairs, [random.of(knownNames), random.of([...other.query, ...(other.form ?? []), ['', 'x']])[1]]];
  }),
  (request, random) => ({ ...request, method: random.of(['GET', 'POST', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'PATCH', 'TRACE', 'PROPFIND']) }),
  (request, random) => ({ ...request, path: mutatePath(request.path, random) }),
  (request) => ({ ...request, query: [...request.query, ...(request.form ?? [])], form: [] }),
  (request) => ({ ...request, query: [], form: [...request.query, ...(request.form ?? [])] }),
  (request, random, others) => ({ ...request, cookies: random.of(others).cookies }),
  (request, random) => ({ ...request, headers: [...request.headers, random.of(oddHeaders)] }),
  (request, random) => ({ ...request, headers: setHeader(request.headers, 'Content-Type', random.of(contentTypes)), form: request.form ?? [] }),
  (request, random) => ({ ...request, headers: setHeader(request.headers, 'Host', random.of(['other.localhost', 'nobody.example', 'localhost', '127.0.0.1', 'a@b', '[::1]:1', '', 'x'.repeat(300)])) }),
  (request) => ({ ...request, headers: [...request.headers, ['Transfer-Encoding', 'chunked']], form: request.form ?? [] }),
  asJson,
  asMultipart,
  (request, random) => ({ ...request, headers: setHeader(request.headers, 'Content-Type', 'application/cbor'), form: undefined, body: cborOf(random, 0) }),
  (request, random) => ({ ...request, body: random.bytes(random.below(300)) }),
];

/** How many requests are sent as they are: what changes nothing must go on working, and brings others further. */
const untouched = 10;

/** Changes a request in one to four ways; in one of fifty its bytes too, the framing included. */
export function mutate(request: FuzzRequest, random: Random, others: readonly FuzzRequest[]): Encoded {
  if (random.once(untouched)) {
    return encodeRequest(clean(request));
  }
  let mutated = request;
  for (let step = 1 + Math.min(random.below(4), random.below(4)); step > 0; step -= 1) {
    mutated = random.of(mutations)(mutated, random, others);
  }
  const encoded = encodeRequest(clean(mutated));
  return random.once(50) ? { bytes: flip(encoded.bytes, random), framed: false, head: encoded.head } : encoded;
}

/** Node itself refuses what would break a line; that is tried by its bytes. */
function clean(request: FuzzRequest): FuzzRequest {
  const line = (text: string) => text.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, '?');
  const token = (text: string) => text.replaceAll(/[^\w!#$%&'*+.^`|~-]/g, '_').slice(0, 100) || 'X';
  return {
    ...request,
    headers: request.headers
      .map(([name, value]) => [token(name), line(value).slice(0, 4000)] as const)
      // The length of a body is what it is.
      .filter(([name]) => name.toLowerCase() !== 'content-length' && name.toLowerCase() !== 'connection'),
    cookies: request.cookies.map(([name, value]) => [line(name).slice(0, 200), line(value).slice(0, 4000)] as const),
    query: request.query.map(([name, value]) => [name, value.slice(0, 12_000)] as const),
    path: request.path.replaceAll(/[^\x21-\x7e]/g, '?'),
  };
}

function setHeader(headers: Pairs, name: string, value: string): Pairs {
  return [...headers.filter(([known]) => known.toLowerCase() !== name.toLowerCase()), [name, value]];
}

function mutatePath(path: string, random: Random): string {
  const position = random.below(path.length + 1);
  return random.of([
    `${path}/`,
    path.toUpperCase(),
    `/${path}`,
    `/.${path}`,
    `/x/..${path}`,
    `http://localhost${path}`,
    `http://evil.example${path}`,
    path.slice(0, position),
    `${path.slice(0, position)}%${random.below(256).toString(16).padStart(2, '0')}${path.slice(position)}`,
    `${path}#x`,
    '*',
    path.replace(/[^/]+$/, (last) => last.replaceAll(/\w/g, (letter) => `%${letter.charCodeAt(0).toString(16)}`)),
  ]);
}

function asJson(request: FuzzRequest): FuzzRequest {
  const body = Buffer.from(JSON.stringify(Object.fromEntries(request.form ?? request.query)));
  return { ...request, headers: setHeader(request.headers, 'Content-Type', 'application/json'), body };
}

function asMultipart(request: FuzzRequest): FuzzRequest {
  const parts = (request.form ?? request.query).map(([name, value]) => `--x\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`);
  return { ...request, headers: setHeader(request.headers, 'Content-Type', 'multipart/form-data; boundary=x'), body: Buffer.from(`${parts.join('')}--x--\r\n`) };
}

function flip(bytes: Buffer, random: Random): Buffer {
  const flipped = Buffer.from(bytes);
  for (let step = 1 + random.below(4); step > 0 && flipped.byteLength > 0; step -= 1) {
    flipped[random.below(flipped.byteLength)] = random.below(256);
  }
  return random.once(3) ? flipped.subarray(0, random.below(flipped.byteLength)) : flipped;
}

