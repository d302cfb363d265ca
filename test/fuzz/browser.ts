import type { UserAgent } from '../support/user-agent.ts';
import type { Pairs } from './request.ts';

/** What a browser sends with a form of ours. */
export function formHeaders(issuer: string): Pairs {
  return [['Host', new URL(issuer).host], ['Origin', issuer], ['Sec-Fetch-Site', 'same-origin'], ['Content-Type', 'application/x-www-form-urlencoded']];
}

/** What it has kept for this machine. */
export function cookiesOf(agent: UserAgent): Pairs {
  return [...agent.cookies('localhost')];
}
