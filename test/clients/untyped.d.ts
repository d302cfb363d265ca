/* Clients that come without types of their own: declared here as far as the tests use them. */

declare module 'express' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  // Middleware adds to these by the global namespace, as @types/express has it.
  export interface Request extends IncomingMessage, Express.Request {}
  export interface Response extends ServerResponse, Express.Response {
    json(body: unknown): void;
    send(body: string): void;
  }
  export type RequestHandler = (request: Request, response: Response, next: (error?: unknown) => void) => void;
  export type Handler = RequestHandler;
  export interface Application {
    (request: IncomingMessage, response: ServerResponse): void;
    use(handler: RequestHandler): void;
    get(path: string, ...handlers: RequestHandler[]): void;
  }
  export default function express(): Application;
}

declare module 'simple-oauth2' {
  export interface ModuleOptions {
    readonly client: { readonly id: string; readonly secret: string };
    readonly auth: { readonly tokenHost: string; readonly tokenPath: string; readonly revokePath: string; readonly authorizePath?: string };
    readonly options?: { readonly credentialsEncodingMode?: 'strict' | 'loose'; readonly authorizationMethod?: 'header' | 'body' };
  }
  export interface AccessToken {
    readonly token: Readonly<Record<string, unknown>>;
    expired(): boolean;
    refresh(parameters?: Readonly<Record<string, string>>): Promise<AccessToken>;
    revoke(type: 'access_token' | 'refresh_token'): Promise<void>;
    revokeAll(): Promise<void>;
  }
  export class AuthorizationCode {
    constructor(options: ModuleOptions);
    authorizeURL(parameters: Readonly<Record<string, string | readonly string[]>>): string;
    getToken(parameters: Readonly<Record<string, string>>): Promise<AccessToken>;
  }
  export class ClientCredentials {
    constructor(options: Pick<ModuleOptions, 'client' | 'options'> & { readonly auth: { readonly tokenHost: string; readonly tokenPath: string } });
    getToken(parameters: Readonly<Record<string, string>>): Promise<AccessToken>;
  }
}
