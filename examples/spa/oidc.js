/*
 * Signing in from a browser, without a library: the authorization code flow with PKCE (RFC 7636), written to be read.
 *
 * Tokens stay in memory. Whatever is in localStorage, a single injected script can take away and use elsewhere.
 * When the page is loaded again they are gone; then the user signs in again, which takes no password while the
 * session at the provider lasts.
 */

/**
 * @typedef {{ issuer: string, authorization_endpoint: string, token_endpoint: string, end_session_endpoint: string }} Provider
 * @typedef {{ iss: string, sub: string, aud: string, exp: number, nonce?: string, name?: string, email?: string }} Claims
 * @typedef {{ accessToken: string, refreshToken: string, idToken: string, claims: Claims, scope: string, expiresAt: number }} Tokens
 * @typedef {{ verifier: string, state: string, nonce: string }} SignIn
 */

/**
 * Finds out where the provider's endpoints are.
 * @param {string} issuer
 * @returns {Promise<Provider>}
 */
export async function discover(issuer) {
  const response = await fetch(`${issuer}/.well-known/openid-configuration`);
  const provider = await response.json();
  if (provider.issuer !== issuer) {
    throw new Error(`The server at ${issuer} says that it is ${provider.issuer}.`);
  }
  return provider;
}

/** One user in one application. */
export class Session {
  /** @type {Tokens | undefined} */
  tokens;
  /** @type {Promise<Tokens> | undefined} */
  #refreshing;
  #provider;
  #clientId;
  #redirectUri;

  /**
   * @param {Provider} provider
   * @param {string} clientId
   * @param {string} redirectUri where the provider sends the user back to; registered for this client, byte for byte
   */
  constructor(provider, clientId, redirectUri) {
    this.#provider = provider;
    this.#clientId = clientId;
    this.#redirectUri = redirectUri;
  }

  /**
   * Leaves for the provider. Three random values go along: only this tab can finish what it has started.
   * @param {Record<string, string>} parameters `scope`, and `resource` for the API that the access token is for
   */
  async signIn(parameters) {
    /** @type {SignIn} */
    const started = { verifier: randomText(), state: randomText(), nonce: randomText() };
    sessionStorage.setItem('sign-in', JSON.stringify(started));
    leaveFor(this.#provider.authorization_endpoint, {
      response_type: 'code',
      client_id: this.#clientId,
      redirect_uri: this.#redirectUri,
      state: started.state,
      nonce: started.nonce,
      code_challenge: await sha256(started.verifier),
      code_challenge_method: 'S256',
      ...parameters,
    });
  }

  /**
   * Takes the answer that the provider has sent the user back with.
   * @param {URLSearchParams} answer the query of the redirect URI
   */
  async finishSignIn(answer) {
    /** @type {SignIn | null} */
    const started = JSON.parse(sessionStorage.getItem('sign-in') ?? 'null');
    sessionStorage.removeItem('sign-in');
    // Somebody else may have sent the user here with a code of their own.
    if (started === null || answer.get('state') !== started.state) {
      throw new Error('This answer belongs to no sign-in that was started here.');
    }
    // RFC 9207: another provider may have answered in place of this one.
    if (answer.get('iss') !== this.#provider.issuer) {
      throw new Error('This answer comes from another provider.');
    }
    if (answer.has('error')) {
      throw new Error(answer.get('error_description') ?? answer.get('error') ?? '');
    }
    const tokens = await this.#requestTokens({
      grant_type: 'authorization_code',
      code: answer.get('code') ?? '',
      redirect_uri: this.#redirectUri,
      code_verifier: started.verifier,
    });
    if (tokens.claims.nonce !== started.nonce) {
      throw new Error('The ID token belongs to another sign-in.');
    }
    this.tokens = tokens;
  }

  /** An access token that is good for another while. */
  async accessToken() {
    const fresh = this.tokens !== undefined && this.tokens.expiresAt > Date.now() + 30_000;
    return (fresh ? this.tokens : await this.refresh())?.accessToken;
  }

  /** Trades the refresh token for new tokens. It is used up by that, so callers at the same time share one request. */
  refresh() {
    const { refreshToken = '', claims } = this.tokens ?? {};
    this.#refreshing ??= this.#requestTokens({ grant_type: 'refresh_token', refresh_token: refreshToken })
      .then((tokens) => {
        if (tokens.claims.sub !== claims?.sub) {
          throw new Error('The new ID token is about somebody else.');
        }
        this.tokens = tokens;
        return tokens;
      })
      .finally(() => (this.#refreshing = undefined));
    return this.#refreshing;
  }

  /**
   * Signs out here and at the provider, which comes back to `returnTo`.
   * @param {string} returnTo registered for this client as a post-logout redirect URI
   */
  signOut(returnTo) {
    const idToken = this.tokens?.idToken ?? '';
    this.tokens = undefined;
    leaveFor(this.#provider.end_session_endpoint, { id_token_hint: idToken, post_logout_redirect_uri: returnTo });
  }

  /**
   * @param {Record<string, string>} parameters
   * @returns {Promise<Tokens>}
   */
  async #requestTokens(parameters) {
    const response = await fetch(this.#provider.token_endpoint, {
      method: 'POST',
      body: new URLSearchParams({ client_id: this.#clientId, ...parameters }),
    });
    const answer = await response.json();
    if (!response.ok) {
      // RFC 6749 §5.2: what was sent is good for nothing any more. Any other trouble may pass.
      if (response.status === 400) {
        this.tokens = undefined;
      }
      throw new Error(answer.error_description ?? answer.error);
    }
    return {
      accessToken: answer.access_token,
      refreshToken: answer.refresh_token,
      idToken: answer.id_token,
      claims: this.#readIdToken(answer.id_token),
      scope: answer.scope,
      expiresAt: Date.now() + answer.expires_in * 1000,
    };
  }

  /**
   * The ID token came straight from the provider over its own connection, which stands in for its signature
   * (OpenID Connect Core §3.1.3.7); what it says is checked all the same.
   * @param {string} idToken
   * @returns {Claims}
   */
  #readIdToken(idToken) {
    const payload = (idToken.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const bytes = Uint8Array.from(atob(payload), (character) => character.charCodeAt(0));
    /** @type {Claims} */
    const claims = JSON.parse(new TextDecoder().decode(bytes));
    if (claims.iss !== this.#provider.issuer || claims.aud !== this.#clientId || claims.exp * 1000 < Date.now()) {
      throw new Error('The ID token is not for this application.');
    }
    return claims;
  }
}

/**
 * @param {string} endpoint
 * @param {Record<string, string>} parameters
 */
function leaveFor(endpoint, parameters) {
  location.assign(`${endpoint}?${new URLSearchParams(parameters)}`);
}

/** 32 random bytes as 43 characters of base64url: the least that a code verifier must have. */
function randomText() {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

/** @param {string} text */
async function sha256(text) {
  return base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))));
}

/** @param {Uint8Array} bytes */
function base64url(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
