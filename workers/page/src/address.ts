import { DEFAULT_SEED, MAX_QUERY_CHARS, MAX_SEED } from '../../../shared/contract/limits.ts';

/** What the page's address says: a query and the look it is shown in. */
export interface Wish {
  readonly query: string;
  readonly seed: number;
}

/** Reads `?q=…&seed=…`; a seed that is none falls back to the default. `query` is null when none is named. */
export function readAddress(search: string): { readonly query: string | null; readonly seed: number } {
  const parameters = new URLSearchParams(search);
  const seed = parameters.get('seed') ?? '';
  return {
    query: parameters.get('q')?.slice(0, MAX_QUERY_CHARS) ?? null,
    seed: /^\d{1,10}$/.test(seed) && Number(seed) <= MAX_SEED ? Number(seed) : DEFAULT_SEED,
  };
}

/** The address that shows the wish again. */
export const addressOf = ({ query, seed }: Wish): string =>
  `/?${new URLSearchParams({ q: query.trim(), seed: String(seed) })}`;

/** The look so many after or before a seed; looks come round. */
export const lookBeside = (seed: number, by: number): number => (seed + by + MAX_SEED + 1) % (MAX_SEED + 1);
