import { execFile } from 'node:child_process';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { createPasswordJudge, type PasswordJudge } from '../../src/identity/password-judge.ts';
import type { ThreadLimits } from '../../src/core/threads.ts';
import { isCommonPassword } from '../../src/identity/password-rules.ts';

const judges: PasswordJudge[] = [];
afterEach(() => Promise.all(judges.splice(0).map((judge) => judge.stop())));

function make(options?: Partial<ThreadLimits>): PasswordJudge {
  const judge = createPasswordJudge(options);
  judges.push(judge);
  return judge;
}

const busy = { ok: false, failure: 'busy' };
/** Of what takes longest to judge: letters that may stand for others. */
const slow = 'p@$$w0rd4@8({[<3'.repeat(70);
const judgement = { password: slow.slice(0, 64), own: [] };

describe('a judge of new passwords', () => {
  test('knows the common ones, and those that are made of what is known of the person', async () => {
    const judge = make();
    const rules = (own: readonly string[]) => ({ minimumLength: 8, own });
    expect(await isCommonPassword(judge, 'password1', rules([]))).toEqual({ ok: true, value: true });
    expect(await isCommonPassword(judge, 'Lovelace1815', rules(['ada.lovelace@example.com']))).toEqual({ ok: true, value: true });
    expect(await isCommonPassword(judge, 'a pelican under my umbrella', rules([]))).toEqual({ ok: true, value: false });
  });

  test('keeps the event loop for nobody, however long the password is', async () => {
    const judge = make();
    await judge.run(judgement);
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    await Promise.all(Array.from({ length: 10 }, () => isCommonPassword(judge, slow, { minimumLength: 8, own: [] })));
    delay.disable();
    // Judged here, each would keep it for longer than that.
    expect(delay.percentile(90) / 1e6).toBeLessThan(20);
  });

  test('has a bounded queue, and says how long it is', async () => {
    const judge = make({ queue: 2 });
    const answers = Array.from({ length: 5 }, () => judge.run(judgement));
    expect(judge.load()).toEqual({ running: 1, waiting: 2 });
    const settled = await Promise.all(answers);
    expect(settled.map(({ ok }) => ok)).toEqual([true, true, true, false, false]);
    expect(judge.load()).toEqual({ running: 0, waiting: 0 });
  });

  test('gives up on what takes too long, and judges the next', async () => {
    const judge = make({ patience: 1 });
    expect(await Promise.all([judge.run(judgement), judge.run(judgement)])).toEqual([busy, busy]);
    expect(judge.load()).toEqual({ running: 0, waiting: 0 });
  });

  test('keeps no process from ending', async () => {
    const file = new URL('../../src/identity/password-judge.ts', import.meta.url).href;
    const program = `import(${JSON.stringify(file)}).then(async ({ createPasswordJudge }) => console.log((await createPasswordJudge().run({ password: 'x', own: [] })).ok))`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--eval', program], { timeout: 20_000 });
    expect(stdout).toBe('true\n');
  });

  test('survives the death of its thread', async () => {
    const judge = make();
    const [first, second] = [judge.run(judgement), judge.run(judgement)];
    await judge.stop();
    expect(await first).toEqual(busy);
    expect(await second).toMatchObject({ ok: true });
  });
});
