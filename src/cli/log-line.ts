import { describe, failures, type Reason } from '../oauth/failures.ts';
import { printable } from './printable.ts';

/** The fields of a log entry that have a place of their own in a line for people. */
const placed = new Set(['level', 'time', 'msg', 'event', 'method', 'path', 'status', 'reason', 'duration', 'detail', 'error']);

/** What helps to find a failure again, and is in the way as long as all is well. */
const forFailures = new Set(['correlationId', 'tenant']);

/**
 * Turns a log entry (one JSON object) into a line for people: `12:03:11  GET /authorize  303  12 ms`, what else is
 * known behind it, and details on lines of their own. Nothing that came from outside can start a line or reach the
 * terminal unescaped.
 */
export function formatLogLine(entry: string): string {
  const fields = JSON.parse(entry) as Record<string, unknown>;
  const text = (name: string): string => (fields[name] === undefined ? '' : show(fields[name]));
  const failed = fields['level'] !== 'info' || fields['reason'] !== undefined;
  const known = [
    new Date(typeof fields['time'] === 'string' ? fields['time'] : 0).toTimeString().slice(0, 8),
    `${text('method')} ${text('path')}`.trim(),
    text('status'),
    fields['event'] === 'request' ? '' : text('event'),
    text('reason'),
    text('msg'),
    fields['duration'] === undefined ? '' : `${text('duration')} ms`,
  ];
  const rest = Object.entries(fields)
    .filter(([name, value]) => !placed.has(name) && value !== null && (failed || !forFailures.has(name)))
    .map(([name, value]) => `${printable(name)}=${show(value)}`);
  const line = [...known, ...rest].filter((part) => part !== '').join('  ');
  return `${[line, ...explanation(fields), ...details(fields)].join('\n          ')}\n`;
}

/** What a client was told: many libraries keep it to themselves. */
function explanation({ reason, parameter }: Readonly<Record<string, unknown>>): readonly string[] {
  const known = Object.keys(failures).find((name): name is Reason => name === reason);
  return known === undefined ? [] : [describe({ reason: known, parameter: typeof parameter === 'string' ? printable(parameter) : undefined }).error_description];
}

function details({ detail, error }: Readonly<Record<string, unknown>>): readonly string[] {
  const thrown = typeof error === 'object' && error !== null && 'stack' in error ? String(error.stack).split('\n') : [];
  return [...(detail === undefined ? [] : [show(detail)]), ...thrown.map(printable)];
}

function show(value: unknown): string {
  return printable(typeof value === 'string' ? value : JSON.stringify(value));
}
