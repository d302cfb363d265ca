/** A mail server, as it was configured. */
export interface MailServer {
  /** A host name, or an address without brackets. */
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte; otherwise by STARTTLS where the server offers it. */
  readonly secure: boolean;
  /** What to sign in with; undefined where the server asks for nothing. */
  readonly credentials: { readonly user: string; readonly password: string } | undefined;
}
