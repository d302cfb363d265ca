import type { Pager } from '../../../pages/account/frame.ts';
import type { Exchange } from '../../exchange.ts';

/** How many things of a list one page shows. */
const pageLength = 25;

/** Which part of a list a request asks for: `?page=2`. Anything else is the first. */
export interface Part {
  readonly page: number;
  readonly skip: number;
  /** One more than is shown: it tells whether there is a next page. */
  readonly limit: number;
}

export function partOf({ query }: Exchange): Part {
  const text = query.get('page') ?? '';
  const page = /^[1-9]\d{0,2}$/.test(text) ? Number(text) : 1;
  return { page, skip: (page - 1) * pageLength, limit: pageLength + 1 };
}

/** What a page shows of the things from `skip` on, with the ways to the pages around it. */
export function showPart<Thing>({ page }: Part, things: readonly Thing[]): { readonly shown: readonly Thing[]; readonly pager: Pager } {
  return {
    shown: things.slice(0, pageLength),
    pager: { previous: page > 1 ? page - 1 : undefined, next: things.length > pageLength ? page + 1 : undefined },
  };
}
