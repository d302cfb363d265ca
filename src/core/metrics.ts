/*
 * Metrics in the form that Prometheus reads (text exposition format 0.0.4): what counts, what is measured, and how
 * both are written down. Whoever owns a number hands it out as a family; nobody needs a registry for that.
 */

/** One value of a family, told apart from its siblings by labels. Labels must come from small, closed sets. */
interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  /** What follows the family's name: a histogram has `_bucket`, `_sum` and `_count`. */
  readonly suffix?: string;
  readonly value: number;
}

/** All values of one metric. */
export interface Family {
  readonly name: string;
  /** One sentence without a full stop. */
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly samples: readonly Sample[];
}

/** Counts events by labels. */
export interface Counter<Label extends string> {
  add(labels: Readonly<Record<Label, string>>): void;
  family(): Family;
}

/** Counts durations in seconds by labels and upper bounds. */
export interface Histogram<Label extends string> {
  observe(labels: Readonly<Record<Label, string>>, seconds: number): void;
  family(): Family;
}

/** A counter whose labels are known by name. */
export function createCounter<Label extends string>(name: string, help: string, labelNames: readonly Label[]): Counter<Label> {
  const counts = new Map<string, { readonly labels: Readonly<Record<Label, string>>; value: number }>();
  return {
    add(labels) {
      const key = keyOf(labelNames, labels);
      const count = counts.get(key);
      if (count === undefined) {
        counts.set(key, { labels, value: 1 });
      } else {
        count.value += 1;
      }
    },
    family: () => ({ name, help, type: 'counter', samples: [...counts.values()] }),
  };
}

/** A histogram with the given upper bounds, ascending, in seconds. */
export function createHistogram<Label extends string>(
  name: string,
  help: string,
  labelNames: readonly Label[],
  bounds: readonly number[],
): Histogram<Label> {
  const series = new Map<string, { readonly labels: Readonly<Record<Label, string>>; readonly buckets: number[]; sum: number; count: number }>();
  return {
    observe(labels, seconds) {
      const key = keyOf(labelNames, labels);
      let entry = series.get(key);
      if (entry === undefined) {
        entry = { labels, buckets: bounds.map(() => 0), sum: 0, count: 0 };
        series.set(key, entry);
      }
      entry.sum += seconds;
      entry.count += 1;
      const bucket = bounds.findIndex((bound) => seconds <= bound);
      if (bucket >= 0) {
        entry.buckets[bucket] = (entry.buckets[bucket] ?? 0) + 1;
      }
    },
    family() {
      const samples = [...series.values()].flatMap(({ labels, buckets, sum, count }) => {
        let below = 0;
        const cumulative = buckets.map((inBucket, index) => {
          below += inBucket;
          return { suffix: '_bucket', labels: { ...labels, le: String(bounds[index]) }, value: below };
        });
        return [
          ...cumulative,
          { suffix: '_bucket', labels: { ...labels, le: '+Inf' }, value: count },
          { suffix: '_sum', labels, value: sum },
          { suffix: '_count', labels, value: count },
        ];
      });
      return { name, help, type: 'histogram', samples };
    },
  };
}

/** A family of one value without labels. */
export function single(type: 'counter' | 'gauge', name: string, help: string, value: number): Family {
  return { name, help, type, samples: [{ value }] };
}

/** Writes families down as Prometheus reads them. */
export function renderMetrics(families: readonly Family[]): string {
  const lines = families.flatMap(({ name, help, type, samples }) => [
    `# HELP ${name} ${help.replaceAll('\\', String.raw`\\`).replaceAll('\n', String.raw`\n`)}`,
    `# TYPE ${name} ${type}`,
    ...samples.map(({ suffix = '', labels = {}, value }) => `${name}${suffix}${renderLabels(labels)} ${value}`),
  ]);
  return `${lines.join('\n')}\n`;
}

function renderLabels(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escapeLabel(value: string): string {
  return value.replaceAll('\\', String.raw`\\`).replaceAll('"', String.raw`\"`).replaceAll('\n', String.raw`\n`);
}

function keyOf<Label extends string>(names: readonly Label[], labels: Readonly<Record<Label, string>>): string {
  let key = '';
  for (const name of names) {
    key += `${labels[name]}\n`;
  }
  return key;
}
