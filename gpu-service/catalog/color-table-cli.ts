import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { buildColorTable, measuredColorsSchema } from './color-table.ts';

const { values } = parseArgs({
  options: {
    colors: { type: 'string' },
    out: { type: 'string', default: 'shared/color/table.json' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  console.log(`Builds the committed colour table from a dataset's measured colours and the public name lists.

  npm run colors:build -- --colors dataset/colors.json [--out shared/color/table.json]

Without --colors the table has names only, and one cluster per basic colour.`);
} else {
  const measured =
    values.colors === undefined
      ? null
      : measuredColorsSchema.parse(JSON.parse(await readFile(values.colors, 'utf8')));
  const { table, counts } = await buildColorTable(measured);
  await writeFile(values.out, `${JSON.stringify(table, null, 1)}\n`);
  console.log(
    `${values.out}: ${Object.entries(counts)
      .map(([what, count]) => `${count} ${what}`)
      .join(', ')}`,
  );
}
