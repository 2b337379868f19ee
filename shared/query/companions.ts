import json from './companions.json' with { type: 'json' };
import type { QueryToken } from './types.ts';
import { type TokenKind, VOCABULARY } from './vocabulary.ts';

/** Counts over a catalogue's garments, as `npm run companions:build` writes them. */
export interface CompanionCounts {
  readonly garments: number;
  /** Garments that a word of the vocabulary says something of. */
  readonly words: Readonly<Record<string, number>>;
  /** Garments of a colour, by its name in the colour table; rare colours are left out. */
  readonly colors: Readonly<Record<string, number>>;
  /** Garments of two words together, under both in alphabetical order with + between. */
  readonly pairs: Readonly<Record<string, number>>;
}

/** A word that garments often have beside those that were named. */
export interface Companion {
  readonly word: string;
  readonly kind: TokenKind;
  /** Share of the catalogue's garments with a word named that have this one as well, 0 to 1: the geometric mean over the words, so that it goes with each of them. */
  readonly share: number;
}

const counts: CompanionCounts = json;

/** Garments that have a word; 0 for a word that the catalogue was not counted for. */
export const garmentsWith = (word: string): number => counts.words[word] ?? counts.colors[word] ?? 0;

/** The catalogue's frequent colours, the most frequent first. */
export const FREQUENT_COLORS: readonly string[] = Object.entries(counts.colors)
  .toSorted(([, one], [, other]) => other - one)
  .map(([name]) => name);

/** A word that so many garments with another have anyhow goes without saying: "denim" with "jeans". */
const IMPLIED = 0.7;
/** A word that fewer have is no suggestion. */
const SELDOM = 0.02;
/** "Solid" says that nothing was said. */
const DULL = new Set(['solid']);

const candidates: readonly { readonly word: string; readonly kind: TokenKind; readonly group?: string }[] = [
  ...VOCABULARY.filter(({ word, kind }) => kind !== 'color' && !DULL.has(word)),
  ...FREQUENT_COLORS.map((word) => ({ word, kind: 'color', group: 'color' }) as const),
];
const groupOf = new Map(VOCABULARY.map(({ id, group }) => [id, group]));

/**
 * Words that often go with those of a query and would neither repeat nor replace one of them, the most telling first:
 * those that garments with the query's words have oftener than the others do.
 * @param tokens of a `TokenisedQuery`
 */
export function companionsOf(tokens: readonly QueryToken[], most: number): readonly Companion[] {
  const taken = new Set(tokens.flatMap(({ id }) => groupOf.get(id) ?? []));
  const named = new Set(tokens.map(({ word }) => word));
  // A colour that the catalogue does not have tells nothing about what goes with it.
  const telling = tokens.map(({ word }) => word).filter((word) => garmentsWith(word) > 0);
  return candidates
    .filter(({ word, group }) => !named.has(word) && !(group !== undefined && taken.has(group)))
    .map(({ word, kind }) => ({ word, kind, shares: telling.map((other) => shareWith(word, other)) }))
    .filter(({ shares }) => shares.length > 0 && Math.max(...shares) < IMPLIED)
    .map(({ word, kind, shares }) => {
      const share = shares.reduce((product, value) => product * value, 1) ** (1 / shares.length);
      return { word, kind, share, rank: share / Math.sqrt(garmentsWith(word) / counts.garments) };
    })
    .filter(({ share }) => share >= SELDOM)
    .toSorted((one, other) => other.rank - one.rank)
    .slice(0, most)
    .map(({ word, kind, share }) => ({ word, kind, share: Math.round(share * 1_000) / 1_000 }));
}

const shareWith = (word: string, other: string): number =>
  (counts.pairs[[word, other].sort().join('+')] ?? 0) / garmentsWith(other);

/** The words of a query with a companion behind them, as a shopper would type them. */
export const withCompanion = (canonical: string, { word }: Companion): string => `${canonical} ${word}`;
