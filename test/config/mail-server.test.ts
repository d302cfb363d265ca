import { SMTPServer } from 'smtp-server';
import { expect, test } from 'vitest';
import { parseSmtpUrl } from '../../src/config/values.ts';
import { createSmtpTransport } from '../../src/mail/smtp.ts';
import { mayConnectTo } from '../support/connections.ts';
import { freePort, unwrap } from '../support/server.ts';

test('user and password reach the mail server as they were meant', async () => {
  const port = await freePort();
  const came: unknown[] = [];
  const server = new SMTPServer({
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    onAuth({ username, password }, _session, callback) {
      came.push([username, password]);
      callback(null, { user: username });
    },
    onData(stream, _session, callback) {
      stream.resume().once('end', () => callback());
    },
  });
  await new Promise<void>((resolve) => void server.listen(port, '127.0.0.1', () => resolve()));
  try {
    const url = `smtp://ada%40example.com:p%25a%23b%2Fc%3Fd@e:f@127.0.0.1:${port}`;
    mayConnectTo(url);
    const send = createSmtpTransport(unwrap(parseSmtpUrl(url)), 'no-reply@example.com');
    expect(await send({ to: 'bob@example.com', fromName: 'Acme', subject: 's', text: 't', html: '<p>t</p>' }, 'id')).toEqual({ sent: true });
    expect(came).toEqual([['ada@example.com', 'p%a#b/c?d@e:f']]);
  } finally {
    await new Promise<void>((resolve) => {
      server.close(resolve);
    });
  }
});
