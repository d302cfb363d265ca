import { describe, expect, test } from 'vitest';
import { isHostName } from '../../src/core/host-name.ts';

describe('a host name', () => {
  test.each(['acme.localhost', 'id.example.com', 'xn--bcher-kva.example', 'localhost', '127.0.0.1', '1-2.example', '4you.example'])('may be %s', (name) => {
    expect(isHostName(name)).toBe(true);
  });

  test.each([
    ['in capitals', 'Acme.localhost'],
    ['with a final dot', 'acme.localhost.'],
    ['with a port', 'acme.localhost:4000'],
    ['with a path', 'acme.localhost/x'],
    ['with letters beyond a to z', 'bücher.example'],
    ['with an empty label', 'a..example'],
    ['an IPv6 address', '[::1]'],
    // Browsers turn these into IPv4 addresses or refuse them.
    ['a number', '2130706433'],
    ['a hexadecimal number', '0x7f000001'],
    ['a short IPv4 address', '127.1'],
    ['an octal IPv4 address', '0177.0.0.1'],
    ['an IPv4 address out of range', '999.1.1.1'],
  ])('is not one %s', (_, name) => {
    expect(isHostName(name)).toBe(false);
  });
});
