import { createServer, type Server } from 'node:http';
import { freePort } from '../support/server.ts';

/** Where a browser comes back to. It redirects once more to another host, as many applications do. */
export interface RelyingParty {
  readonly redirectUri: string;
  /** The parameters of the last answer and how they came. */
  last(): { readonly method: string; readonly parameters: URLSearchParams; readonly query: string } | undefined;
  stop(): Promise<void>;
}

export async function startRelyingParty(): Promise<RelyingParty> {
  const port = await freePort();
  let last: ReturnType<RelyingParty['last']>;
  const server: Server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', `http://localhost:${port}`);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (url.pathname === '/callback') {
        const body = Buffer.concat(chunks).toString('utf8');
        last = { method: request.method ?? '', parameters: new URLSearchParams(body === '' ? url.search : body), query: url.search };
        response.writeHead(302, { location: `http://app.localhost:${port}/welcome` }).end();
      } else {
        response.writeHead(200, { 'content-type': 'text/html' }).end('<title>Welcome</title><h1>Welcome back</h1>');
      }
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(port, '127.0.0.1', () => resolve());
  });
  return {
    redirectUri: `http://localhost:${port}/callback`,
    last: () => last,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
