/* Uses or creates a passkey for the form that says so, and sends what the authenticator said as JSON in its field. */
const [found, pressed, said] = [document.querySelector('form[data-passkey]'), document.getElementById('passkey'), document.getElementById('passkey-problem')];

if (found instanceof HTMLFormElement && pressed !== null && said !== null && 'credentials' in navigator && typeof PublicKeyCredential === 'function') {
  start(found, pressed, said);
}

/** How long a challenge is used, in milliseconds: a little less than the server takes it for. */
const freshFor = 4 * 60_000;

/**
 * @param {HTMLFormElement} form
 * @param {HTMLElement} button
 * @param {HTMLElement} problem
 */
function start(form, button, problem) {
  let running = new AbortController();
  let askedAt = Date.now();
  form.hidden = false;
  document.getElementById('passkey-unavailable')?.remove();
  button.addEventListener('click', async () => {
    // A browser answers one question at a time.
    running.abort();
    problem.hidden = true;
    await refresh();
    if (!(await ask(new AbortController()))) {
      problem.hidden = false;
      await offer();
    }
  });
  void offer();

  /** Offers passkeys where the browser fills in the address, until the button is pressed. */
  async function offer() {
    if (form.dataset['conditional'] === 'yes' && (await PublicKeyCredential.isConditionalMediationAvailable?.())) {
      const controller = new AbortController();
      const timer = setTimeout(async () => {
        controller.abort();
        if (await refresh()) {
          await offer();
        }
      }, freshFor);
      await ask(controller, 'conditional');
      clearTimeout(timer);
    }
  }

  /** Pages stay open for long. Where the challenge is about to end, takes the one that the page would have now. */
  async function refresh() {
    const field = form.elements.namedItem('interaction');
    if (Date.now() - askedAt < freshFor || !(field instanceof HTMLInputElement)) {
      return true;
    }
    try {
      const query = new URLSearchParams({ interaction: field.value, method: 'passkey' });
      const answer = await loadPage(`${form.dataset['page']}?${query}`);
      const page = answer?.querySelector('form[data-passkey]');
      const sealed = page?.querySelector('input[name=interaction]');
      if (!(page instanceof HTMLFormElement) || !(sealed instanceof HTMLInputElement)) {
        return false;
      }
      [form.dataset['options'], field.value, askedAt] = [page.dataset['options'], sealed.value, Date.now()];
      return true;
    } catch {
      // The server says what has become of the request once the form is sent.
      return false;
    }
  }

  /**
   * @param {AbortController} controller
   * @param {CredentialMediationRequirement} [mediation]
   */
  async function ask(controller, mediation) {
    running = controller;
    const { signal } = controller;
    const options = JSON.parse(form.dataset['options'] ?? '');
    try {
      const credential =
        form.dataset['passkey'] === 'create'
          ? await navigator.credentials.create({ publicKey: decoded(options), signal })
          : await navigator.credentials.get({ publicKey: decoded(options), signal, ...(mediation && { mediation }) });
      const field = form.elements.namedItem('credential');
      if (!(credential instanceof PublicKeyCredential) || !(field instanceof HTMLInputElement)) {
        return false;
      }
      field.value = JSON.stringify(encoded(credential));
      form.submit();
      return true;
    } catch {
      // Aborted by us, the next attempt is on its way.
      return signal.aborted;
    }
  }
}

/** @param {any} options WebAuthn options in JSON. They are our own server's. */
function decoded(options) {
  /** @param {{ id: string }[] | undefined} list */
  const descriptors = (list) => list?.map((item) => ({ ...item, id: bytes(item.id) }));
  return {
    ...options,
    challenge: bytes(options.challenge),
    ...(options.user && { user: { ...options.user, id: bytes(options.user.id) } }),
    ...(options.allowCredentials && { allowCredentials: descriptors(options.allowCredentials) }),
    ...(options.excludeCredentials && { excludeCredentials: descriptors(options.excludeCredentials) }),
  };
}

/** @param {PublicKeyCredential} credential */
function encoded({ id, rawId, type, authenticatorAttachment, response }) {
  /** @type {Record<string, unknown>} */
  const fields = {};
  for (const name of ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
    const value = /** @type {Record<string, unknown>} */ (/** @type {unknown} */ (response))[name];
    if (value instanceof ArrayBuffer) {
      fields[name] = text(value);
    }
  }
  if ('getTransports' in response && typeof response.getTransports === 'function') {
    fields['transports'] = response.getTransports();
  }
  return { id, rawId: text(rawId), type, authenticatorAttachment, clientExtensionResults: {}, response: fields };
}

/** @param {string} base64url */
function bytes(base64url) {
  return Uint8Array.from(atob(base64url.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0));
}

/** @param {ArrayBuffer} buffer */
function text(buffer) {
  const binary = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join('');
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/**
 * Loads a page of ours to read it. The browser makes the document: no script here makes markup of text.
 * @param {string} address
 * @returns {Promise<Document | null>}
 */
function loadPage(address) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open('GET', address);
    request.responseType = 'document';
    request.addEventListener('loadend', () => resolve(request.responseXML));
    request.send();
  });
}
