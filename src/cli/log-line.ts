import { printable } from './printable.ts';

/** The fields of a log entry that have a place of their own in a line for people. */
const placed = new Set(['level', 'time', 'msg', 'event', 'method', 'path', 'status', 'duration', 'err', 'detail']);

/**
 * Turns a log entry (one JSON object) into a line for people: `12:03:11  GET /authorize  303  sign_in  12 ms`, what
 * else is known behind it, and details on lines of their own. Nothing that came from outside can start a line or
 * reach the terminal unescaped.
 */
export function formatLogLine(entry: string): string {
  const fields = JSON.parse(entry) as Record<string, unknown>;
  const text = (name: string): string => (fields[name] === undefined ? '' : show(fields[name]));
  const known = [
    new Date(typeof fields['time'] === 'string' ? fields['time'] : 0).toTimeString().slice(0, 8),
    fields['level'] === 'info' ? '' : text('level'),
    `${text('method')} ${text('path')}`.trim(),
    text('status'),
    text('event'),
    text('msg'),
    typeof fields['duration'] === 'number' ? `${Number(fields['duration'].toPrecision(2))} ms` : '',
  ];
  const rest = Object.entries(fields)
    .filter(([name, value]) => !placed.has(name) && value !== undefined && value !== null)
    .map(([name, value]) => `${printable(name)}=${show(value)}`);
  const line = [...known, ...rest].filter((part) => part !== '').join('  ');
  return `${[line, ...details(fields)].join('\n          ')}\n`;
}

function details(fields: Readonly<Record<string, unknown>>): readonly string[] {
  const { err, detail } = fields;
  const stack = typeof err === 'object' && err !== null && 'stack' in err && typeof err.stack === 'string' ? err.stack.split('\n') : [];
  return [...(detail === undefined ? [] : [show(detail)]), ...stack.map(printable)];
}

function show(value: unknown): string {
  return printable(typeof value === 'string' ? value : JSON.stringify(value));
}
