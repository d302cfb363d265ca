/** Metrics as Prometheus reads them: by family, and the value of each line by name and labels as written. */
export interface Scrape {
  readonly types: ReadonlyMap<string, string>;
  readonly values: ReadonlyMap<string, number>;
}

const metricName = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const label = String.raw`[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"`;
const sample = new RegExp(`^(${metricName})(\\{${label}(?:,${label})*\\})? ([-+]?(?:\\d+(?:\\.\\d+)?(?:e[-+]?\\d+)?|Inf)|NaN)$`);

/** Reads the text exposition format 0.0.4 to its letter; anything else throws. */
export function readExposition(text: string): Scrape {
  const types = new Map<string, string>();
  const values = new Map<string, number>();
  let current = '';
  for (const line of text.trimEnd().split('\n')) {
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (kind === 'HELP') {
      current = name;
    } else if (kind === 'TYPE') {
      if (name !== current || types.has(name) || !['counter', 'gauge', 'histogram'].includes(rest)) {
        throw new Error(`out of place: ${line}`);
      }
      types.set(name, rest);
    } else {
      const [, metric = '', labels = '', value] = sample.exec(line) ?? [];
      const suffixes = types.get(current) === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
      if (value === undefined || !suffixes.some((suffix) => metric === `${current}${suffix}`) || values.has(metric + labels)) {
        throw new Error(`not a sample of ${current}: ${line}`);
      }
      values.set(metric + labels, Number(value));
    }
  }
  return { types, values };
}
