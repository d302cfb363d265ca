import type { Guard, Route } from './routes.ts';

/** Everything that is served at one path. */
export interface Place {
  /** As the route table has it, for log and metrics. */
  readonly path: string;
  readonly guard: Guard;
  readonly atEveryDomain: boolean;
  readonly routes: ReadonlyMap<string, Route>;
  /** What may be asked here; HEAD wherever there is GET. */
  readonly methods: readonly string[];
}

/** Leads a path to what is served there; undefined where nothing is. */
export type FindPlace = (path: string) => Place | undefined;

/** Makes the places of a route table. A segment that begins with a colon stands for any one segment. */
export function createPlaces(table: readonly Route[]): FindPlace {
  const fixed = new Map<string, Place>();
  const patterns: { readonly pattern: RegExp; readonly place: Place }[] = [];
  for (const path of new Set(table.map((route) => route.path))) {
    const here = table.filter((route) => route.path === path);
    const place: Place = {
      path,
      guard: here[0]?.guard ?? 'page',
      atEveryDomain: here.some((route) => route.atEveryDomain === true),
      routes: new Map(here.flatMap((route) => [[route.method, route], ...(route.method === 'GET' ? [['HEAD', route] as const] : [])] as const)),
      methods: here.flatMap((route) => (route.method === 'GET' ? ['GET', 'HEAD'] : [route.method])),
    };
    if (path.includes(':')) {
      patterns.push({ pattern: new RegExp(`^${path.replaceAll(/:\w+/g, '[^/]+')}$`), place });
    } else {
      fixed.set(path, place);
    }
  }
  return (path) => fixed.get(path) ?? patterns.find(({ pattern }) => pattern.test(path))?.place;
}
