import { html } from './html.ts';
import type { Html, Renderable } from './html.ts';
import { action, resultOf, step } from './walk-steps.ts';

function experiment(title: string, ...content: readonly Renderable[]): Html {
  return html`<section class="experiment"><h3>${title}</h3>
${content}
</section>
`;
}

function trial(id: string, text: string): Html {
  return html`${action(id, text, 'trial')}
${resultOf(id)}
`;
}

/** What the tokens are good for, and what happens to whoever misuses them. */
export function experiments(): Html {
  return step(6, 'experiments', 'Use the tokens, then try to break it', [
    experiment(
      'Ask who signed in',
      html`<p>The access token opens the userinfo endpoint, and every API that trusts this issuer.</p>`,
      trial('walk-userinfo', 'Call userinfo'),
    ),
    experiment(
      'Refresh, and lose the answer',
      html`<p>Each refresh replaces the refresh token. If the answer is lost on the way, the application still holds the old one; for ten seconds it may present it again and receives the very same successor. A lost response never signs anyone out.</p>`,
      trial('walk-refresh', 'Refresh'),
      html`<p id="walk-grace" class="grace" hidden></p>`,
      trial('walk-refresh-again', 'Present the old token again'),
    ),
    experiment(
      'Steal a code and guess the verifier',
      html`<p>You are signed in, so the page can get a fresh code without asking you (<code>prompt=none</code>). Then it sends a verifier that does not match. One wrong guess spends the code: not even the right verifier helps after it.</p>`,
      trial('walk-wrong-verifier', 'Get a code and send a wrong verifier'),
      trial('walk-right-verifier', 'Send the right verifier'),
    ),
    experiment(
      'Use a code twice',
      html`<p>A second use of the code from step 4 means that two parties hold it, and one of them stole it. The server refuses, and revokes everything that came from that code.</p>`,
      trial('walk-reuse-code', 'Send the same request again'),
      trial('walk-refresh-after-reuse', 'Refresh once more'),
    ),
  ]);
}
