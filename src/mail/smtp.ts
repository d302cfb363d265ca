import type { Transporter } from 'nodemailer';
import { second } from '../core/clock.ts';
import { isLoopbackHost } from '../core/host-name.ts';
import type { MailServer } from '../core/mail-server.ts';
import type { Transport } from './deliver.ts';

/** A transport to a mail server. It gives up well before a claim on a mail runs out. */
export function createSmtpTransport({ host, port, secure, credentials }: MailServer, from: string): Transport {
  const options = {
    host,
    port,
    secure,
    // A password never goes over a connection that anybody can read; loopback is no such connection.
    requireTLS: credentials !== undefined && !isLoopbackHost(host),
    ...(credentials !== undefined && { auth: { user: credentials.user, pass: credentials.password } }),
    connectionTimeout: 10 * second,
    greetingTimeout: 10 * second,
    socketTimeout: 20 * second,
    // Content comes from us alone; nothing is to be read from files or addresses.
    disableFileAccess: true,
    disableUrlAccess: true,
  };
  // A server starts without it: the first mail may be long in coming.
  let transporter: Promise<Transporter> | undefined;
  const connect = async () => (await import('nodemailer')).createTransport(options);
  return async (mail, messageId) => {
    try {
      await (await (transporter ??= connect())).sendMail({
        from: { name: mail.fromName, address: from },
        to: { name: '', address: mail.to },
        subject: mail.subject,
        text: mail.text,
        html: mail.html,
        // The same mail sent twice, after a crash between sending and noting it, is one mail to its reader.
        messageId: `<${messageId}@${from.slice(from.lastIndexOf('@') + 1)}>`,
        headers: { 'Auto-Submitted': 'auto-generated' },
      });
      return { sent: true };
    } catch (error) {
      const { responseCode } = error as SmtpError;
      // RFC 5321 §4.2.1: 5yz is the server's last word. 535 and 530 are about our credentials, which an operator can mend.
      const permanent = responseCode !== undefined && responseCode >= 500 && responseCode !== 530 && responseCode !== 535;
      return { sent: false, reason: reasonOf(error as SmtpError), permanent };
    }
  };
}

/** What nodemailer throws. */
interface SmtpError {
  readonly message?: string;
  /** Nodemailer's own: `EENVELOPE`, `EAUTH`. */
  readonly code?: string;
  /** What was being said: `RCPT TO`. */
  readonly command?: string;
  readonly responseCode?: number;
  /** The server's words. */
  readonly response?: string;
}

/** Failures of the connection, in Node's words: they tell of the mail server, whose address is the operator's own setting. */
const ofConnection = new Set(['ESOCKET', 'ECONNECTION', 'ETIMEDOUT', 'EDNS', 'ETLS']);

/**
 * Why a mail did not go out, for the log and the outbox. A server quotes the recipient in its refusal, spelled as it likes, and names
 * addresses of machines; so of what it says only the numbers are kept (RFC 5321 §4.2, RFC 3463 §2).
 */
function reasonOf({ message, code = 'unknown', command, responseCode, response }: SmtpError): string {
  if (response === undefined && ofConnection.has(code)) {
    return message ?? code;
  }
  const enhanced = /^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})\b/.exec(response ?? '')?.[1];
  return [code, command, responseCode, enhanced].filter((part) => part !== undefined).join(' ');
}
