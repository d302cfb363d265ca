import { browserName, systemName } from '../../core/user-agent.ts';
import type { Words } from '../../words/words.ts';
import { fill } from '../../words/words.ts';

/** What a User-Agent says, in words that its owner knows: `Firefox on Windows`. */
export function deviceName(words: Words, userAgent: string): string {
  const [browser, system] = [browserName(userAgent), systemName(userAgent)];
  return browser !== undefined && system !== undefined ? fill(words['account.device'], { browser, system }) : (browser ?? system ?? words['account.device_unknown']);
}
