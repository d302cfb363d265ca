/* Serves the single-page application: three files and its settings. There is nothing to build. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';

const port = Number(process.env['PORT'] ?? 5173);
const settings = {
  issuer: process.env['ISSUER'] ?? 'http://localhost:4000',
  clientId: process.env['CLIENT_ID'] ?? 'demo-spa',
  api: process.env['API_URL'] ?? 'http://localhost:3001',
  /** The name that the API goes by, which its access tokens carry as `aud`. */
  resource: process.env['API_AUDIENCE'] ?? 'http://localhost:3001',
};

const html = 'text/html; charset=utf-8';
const script = 'text/javascript; charset=utf-8';
const files: Readonly<Record<string, readonly [file: string, type: string]>> = {
  '/': ['index.html', html],
  '/app.js': ['app.js', script],
  '/oidc.js': ['oidc.js', script],
  '/style.css': ['../style.css', 'text/css; charset=utf-8'],
};

const headers = {
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  // Scripts that are not ours could read the tokens, so there are none; and ours talk to these two servers only.
  'Content-Security-Policy': `default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self' ${settings.issuer} ${settings.api}; base-uri 'none'; frame-ancestors 'none'`,
};

const server = createServer(async (request, response) => {
  const path = new URL(request.url ?? '/', `http://localhost:${port}`).pathname;
  const file = Object.hasOwn(files, path) ? files[path] : undefined;
  if (path === '/settings.json') {
    response.writeHead(200, { ...headers, 'Content-Type': 'application/json' }).end(JSON.stringify(settings));
  } else if (file === undefined) {
    response.writeHead(404, headers).end();
  } else {
    response.writeHead(200, { ...headers, 'Content-Type': file[1] }).end(await readFile(new URL(file[0], import.meta.url)));
  }
});
server.on('error', (error) => {
  console.error(`It cannot listen on port ${port}: ${error.message}. Stop what listens there, or set PORT.`);
  process.exit(1);
});
server.listen(port, 'localhost', () => console.log(`Single-page application at http://localhost:${port} (client ${settings.clientId} of ${settings.issuer})`));
