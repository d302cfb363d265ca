/* What people see: pure functions from data to HTML. */

/** What the page of a signed-in user shows. */
export interface SignedIn {
  readonly name: string;
  readonly email: string;
  readonly subject: string;
  readonly scope: string;
  /** Protects the forms against being sent by another site. */
  readonly formToken: string;
  /** What the API answered, where it was asked. */
  readonly answer?: string;
}

/** The page of somebody who is signed in. */
export function signedInPage(user: SignedIn): string {
  const token = `<input type="hidden" name="form_token" value="${escape(user.formToken)}">`;
  return layout(`<h1>Hello, ${escape(user.name)}</h1>
<p>The tokens are with the server. Your browser has a cookie, and no script can read it.</p>
<dl>
  <dt>Email</dt><dd>${escape(user.email)}</dd>
  <dt>Subject</dt><dd>${escape(user.subject)}</dd>
  <dt>Scope</dt><dd>${escape(user.scope)}</dd>
</dl>
<nav>
  <a class="button primary" href="/notes">Call the API</a>
  <form method="post" action="/sign-out">${token}<button>Sign out</button></form>
</nav>
${user.answer === undefined ? '' : `<pre id="answer">${escape(user.answer)}</pre>`}`);
}

/** The page of everybody else. */
export function signedOutPage(): string {
  return layout(`<h1>Server-side application</h1>
<p>Nobody is signed in.</p>
<nav><a class="button primary" href="/sign-in">Sign in</a></nav>`);
}

/** The page for what went wrong. */
export function problemPage(problem: string): string {
  return layout(`<h1>That did not work</h1>
<p role="alert" id="problem">${escape(problem)}</p>
<nav><a class="button" href="/">Back</a></nav>`);
}

function layout(content: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Server-side application</title>
<link rel="stylesheet" href="/style.css">
<link rel="icon" href="data:,">
</head>
<body><main>
${content}
</main></body>
</html>`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
