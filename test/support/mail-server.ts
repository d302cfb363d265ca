import PostalMime from 'postal-mime';
import { SMTPServer } from 'smtp-server';
import { freePort } from './server.ts';

/** A mail as it arrived. */
export interface ReceivedMail {
  readonly to: string;
  readonly from: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly messageId: string;
  readonly headers: readonly { readonly key: string; readonly value: string }[];
}

/** A real SMTP server that keeps what it is given. */
export interface MailServer {
  readonly url: string;
  readonly mails: readonly ReceivedMail[];
  /** What the server says to the next recipients instead of accepting them; undefined accepts again. */
  refuse(answer: { readonly code: number; readonly text: string } | undefined): void;
  /** The first mail to this address that `after` mails had not brought yet. */
  waitFor(to: string, after?: number, kind?: (mail: ReceivedMail) => boolean): Promise<ReceivedMail>;
  stop(): Promise<void>;
  /** Listens again at the same port. */
  start(): Promise<void>;
}

export async function startMailServer(): Promise<MailServer> {
  const port = await freePort();
  const mails: ReceivedMail[] = [];
  const waiting = new Set<() => void>();
  let refusal: { readonly code: number; readonly text: string } | undefined;

  function create(): SMTPServer {
    return new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      onRcptTo(_address, _session, callback) {
        callback(refusal && Object.assign(new Error(refusal.text), { responseCode: refusal.code }));
      },
      onData(stream, session, callback) {
        void (async () => {
          await keep(Buffer.concat((await stream.toArray()) as Buffer[]), session.envelope.rcptTo[0]?.address ?? '');
          callback();
        })();
      },
    });
  }

  async function keep(raw: Buffer, to: string): Promise<void> {
    const mail = await PostalMime.parse(raw);
    mails.push({
      to,
      from: `${mail.from?.name ?? ''} <${mail.from?.address ?? ''}>`,
      subject: mail.subject ?? '',
      text: mail.text ?? '',
      html: mail.html ?? '',
      messageId: mail.messageId ?? '',
      headers: mail.headers.map(({ key, value }) => ({ key, value })),
    });
    waiting.forEach((wake) => wake());
  }
  let server = create();
  const start = () => new Promise<void>((resolve) => void server.listen(port, '127.0.0.1', () => resolve()));
  await start();
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    refuse(answer) {
      refusal = answer;
    },
    async waitFor(to, after = 0, kind = () => true) {
      for (;;) {
        const mail = mails.slice(after).find((one) => one.to === to && kind(one));
        if (mail !== undefined) {
          return mail;
        }
        await new Promise<void>((resolve) => {
          waiting.add(resolve);
        });
      }
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
      }),
    async start() {
      server = create();
      await start();
    },
  };
}

/** The code in a mail. */
export function codeIn(mail: ReceivedMail): string {
  return /^ {4}(\d{4} \d{4})$/m.exec(mail.text)?.[1]?.replace(' ', '') ?? '';
}

/** The link in a mail. */
export function linkIn(mail: ReceivedMail): string {
  return /^https?:\/\/\S+$/m.exec(mail.text)?.[0] ?? '';
}

/** Whether a mail carries the code of a second step; notices come to the same address. */
export function isSecondStep(mail: ReceivedMail): boolean {
  return mail.subject.includes('finish signing in');
}

/** Whether a mail carries the link of a forgotten password. */
export function isReset(mail: ReceivedMail): boolean {
  return codeIn(mail) === '' && linkIn(mail).includes('/link?');
}
