import { expect, test } from 'vitest';
import { list } from '../../src/cli/answer.ts';

test('a list is as long as a tenant is large', () => {
  const views = Array.from({ length: 300_000 }, (_, index) => ({ id: `user_${index}` }));
  const { text } = list('users', views, ['id']);
  expect(text.split('\n')).toHaveLength(300_001);
  expect(text.endsWith('\nuser_299999')).toBe(true);
});
