import { z } from 'zod';
import { lookupColor } from '../../shared/color/index.ts';
import type { CompanionCounts } from '../../shared/query/companions.ts';
import { COLOR_TOKEN, VOCABULARY } from '../../shared/query/index.ts';

/** What is read of a line of rows.jsonl. */
export const companionRowSchema = z.object({
  usable: z.object({ text: z.boolean() }),
  tokens: z.array(z.int()),
  colorWord: z.string().nullable(),
});
export type CompanionRow = z.infer<typeof companionRowSchema>;

/** A colour of fewer garments is no suggestion, and a pair of fewer is chance. */
const FEWEST = { color: 25, pair: 10 } as const;

const wordOf = new Map(
  VOCABULARY.filter(({ word }) => word !== COLOR_TOKEN).map(({ id, word }) => [id, word]),
);

/** How many garments of a dataset have a word, and two words together. Nothing of a single garment is kept. */
export function countCompanions(rows: readonly CompanionRow[]): CompanionCounts {
  const usable = rows.filter((row) => row.usable.text);
  const sets = usable.map((row) => new Set(row.tokens.flatMap((id) => wordOf.get(id) ?? [])));
  const names = usable.map(({ colorWord }) => nameOf(colorWord));
  const colors = tally(names.flatMap((name) => name ?? []));
  const frequent = new Map([...colors].filter(([, count]) => count >= FEWEST.color));
  const pairs = tally(
    sets.flatMap((words, row) => {
      const color = names[row] ?? null;
      return pairsOf([...words, ...(color !== null && frequent.has(color) ? [color] : [])]);
    }),
  );
  return {
    garments: usable.length,
    words: sorted(tally(sets.flatMap((words) => [...words]))),
    colors: sorted(frequent),
    pairs: sorted(new Map([...pairs].filter(([, count]) => count >= FEWEST.pair))),
  };
}

/** A catalogue's colour word as queries name it; words such as "other" and "multi" name none. */
const nameOf = (word: string | null): string | null => {
  const color = word === null ? null : lookupColor(word);
  return color?.source === 'catalog' ? color.name : null;
};

const pairsOf = (words: readonly string[]): string[] =>
  words.flatMap((one, at) => words.slice(at + 1).map((other) => [one, other].sort().join('+')));

function tally(words: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

const sorted = (counts: ReadonlyMap<string, number>): Record<string, number> =>
  Object.fromEntries([...counts].sort(([one], [other]) => (one < other ? -1 : 1)));
