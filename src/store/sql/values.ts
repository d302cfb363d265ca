/* How a list or a truth value is stored: the only place that knows. And how much is done at once. */

/** A list from its column. */
export function list(column: string): readonly string[] {
  return column === '' ? [] : column.split(' ');
}

/** A list for its column. */
export function text(items: readonly string[]): string {
  return items.join(' ');
}

/** A truth value for its column. */
export function flag(truth: boolean): number {
  return truth ? 1 : 0;
}

/** How many rows that are too many of something go at once; where there are more, the rest goes the next time. */
export const excessAtOnce = 1000;
