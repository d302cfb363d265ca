import { expect, test } from 'vitest';
import { networksOf } from '../../src/identity/networks.ts';

/** Whether two addresses lie in the same narrow, middle and wide network. */
function shared(one: string, other: string): readonly boolean[] {
  const networks = networksOf(other);
  return networksOf(one).map((network, index) => network === networks[index]);
}

test.each([
  ['IPv4, another machine', '192.0.2.7', '192.0.2.8', [false, true, true]],
  ['IPv4, other 24 bits', '192.0.2.7', '192.0.3.7', [false, false, true]],
  ['IPv4, other 16 bits', '192.0.2.7', '192.1.2.7', [false, false, false]],
  ['IPv6, one machine (RFC 4291 §2.5.1)', '2001:db8:1:2::7', '2001:db8:1:2:ffff::8', [true, true, true]],
  ['IPv6, one machine in two spellings', '2001:db8::', '2001:db8:0:0:0:0:0:1', [true, true, true]],
  ['IPv6, other 64 bits', '2001:db8:1:2::7', '2001:db8:1:3::7', [false, true, true]],
  ['IPv6, other 48 bits', '2001:db8:1:2::7', '2001:db8:2:2::7', [false, false, true]],
  ['IPv6, other 32 bits', '2001:db8:1:2::7', '2001:db9:1:2::7', [false, false, false]],
])('the networks that two addresses share: %s', (_what, one, other, networks) => {
  expect(shared(one, other)).toEqual(networks);
});
