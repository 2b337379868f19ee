import type { Assembled } from './rows.ts';
import type { Table } from './table.ts';
import type { TokenReport } from './token-report.ts';

/** How many examples a reason shows. */
const EXAMPLES = 12;

export interface Tally {
  readonly count: number;
  /** Ids of the first rows, in CSV order. */
  readonly examples: readonly string[];
}

export interface Report {
  readonly rows: {
    readonly in: number;
    readonly accounted: number;
    readonly ok: number;
    readonly rejected: number;
  };
  readonly csv: { readonly encoding: string; readonly columns: Table['columns'] };
  /** Per stage (reading, picture, words, duplicates): every reason with its count and examples. */
  readonly stages: Readonly<Record<string, Readonly<Record<string, Tally>>>>;
  /** Peculiar pictures that were dealt with. */
  readonly notes: Readonly<Record<string, Tally>>;
  /** Per use: how many rows serve it, and what keeps the others out. */
  readonly usable: Readonly<
    Record<string, { readonly count: number; readonly kept_out_by: Readonly<Record<string, Tally>> }>
  >;
  readonly splits: Readonly<Record<string, { readonly rows: number; readonly generator: number }>>;
  readonly tokens: readonly TokenReport[];
}

const STAGE_OF: Readonly<Record<string, string>> = {
  no_title: 'reading',
  no_image_name: 'reading',
  duplicate_id: 'reading',
  unreadable_text: 'reading',
  too_few_columns: 'reading',
  no_type: 'words',
  no_known_word: 'words',
  near_duplicate: 'duplicates',
};
export const STAGES = ['reading', 'picture', 'words', 'duplicates'] as const;

export function makeReport(
  assembled: readonly Assembled[],
  table: Table,
  tokens: readonly TokenReport[],
): Report {
  const stages: Record<string, Tallies> = Object.fromEntries(STAGES.map((stage) => [stage, new Tallies()]));
  const notes = new Tallies();
  const uses = { generator: new Tallies(), classifier: new Tallies(), text: new Tallies() };
  const counts = { generator: 0, classifier: 0, text: 0 };
  const splits: Record<string, { rows: number; generator: number }> = {};
  for (const { row, image } of assembled) {
    for (const reason of row.reasons) stages[STAGE_OF[reason] ?? 'picture']?.add(reason, row.id);
    for (const note of image?.notes ?? []) notes.add(note, row.id);
    for (const use of ['generator', 'classifier', 'text'] as const) {
      if (row.usable[use]) counts[use]++;
      else for (const reason of row.reasons) uses[use].add(reason, row.id);
    }
    const split = splits[row.split] ?? { rows: 0, generator: 0 };
    splits[row.split] = split;
    split.rows++;
    if (row.usable.generator) split.generator++;
  }
  const ok = assembled.filter(({ row }) => row.status === 'ok').length;
  return {
    rows: { in: table.rows.length, accounted: assembled.length, ok, rejected: assembled.length - ok },
    csv: { encoding: table.encoding, columns: table.columns },
    stages: Object.fromEntries(Object.entries(stages).map(([stage, tallies]) => [stage, tallies.list()])),
    notes: notes.list(),
    usable: Object.fromEntries(
      (['generator', 'classifier', 'text'] as const).map((use) => [
        use,
        { count: counts[use], kept_out_by: uses[use].list() },
      ]),
    ),
    splits,
    tokens,
  };
}

class Tallies {
  readonly #found = new Map<string, { count: number; examples: string[] }>();

  add(key: string, id: string): void {
    const tally = this.#found.get(key) ?? { count: 0, examples: [] };
    tally.count++;
    if (tally.examples.length < EXAMPLES) tally.examples.push(id);
    this.#found.set(key, tally);
  }

  list(): Record<string, Tally> {
    return Object.fromEntries(
      [...this.#found].sort(([a, p], [b, q]) => q.count - p.count || a.localeCompare(b, 'en')),
    );
  }
}
