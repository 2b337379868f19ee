/** `npm run companions:build`: which words go together, counted in a dataset. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { companionRowSchema, countCompanions } from './companions.ts';

const { values } = parseArgs({
  options: {
    dataset: { type: 'string' },
    out: { type: 'string', default: 'shared/query/companions.json' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help || values.dataset === undefined) {
  console.log(`Counts which words of a dataset go together, for suggestions; no title and no picture is kept.

  npm run companions:build -- --dataset dataset [--out shared/query/companions.json]`);
  process.exitCode = values.help ? 0 : 2;
} else {
  const lines = (await readFile(join(values.dataset, 'rows.jsonl'), 'utf8')).trim().split('\n');
  const counts = countCompanions(lines.map((line) => companionRowSchema.parse(JSON.parse(line))));
  await writeFile(values.out, `${JSON.stringify(counts)}\n`);
  const { garments, words, colors, pairs } = counts;
  const [w, c, p] = [words, colors, pairs].map((table) => Object.keys(table).length);
  console.log(`${values.out}: ${garments} garments, ${w} words, ${c} colours, ${p} pairs`);
}
