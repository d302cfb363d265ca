/** How many rows there were of each table, a line each, for people. */
export function countLines(counts: Readonly<Record<string, number>>): readonly string[] {
  const width = Math.max(...Object.keys(counts).map((table) => table.length));
  return Object.entries(counts).map(([table, count]) => `  ${table.padEnd(width)}  ${count}`);
}
