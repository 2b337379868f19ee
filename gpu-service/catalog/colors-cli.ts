import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { COLOR_TABLE_VERSION } from '../../shared/color/index.ts';
import { chartSvg, tableSections } from './color-chart.ts';

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: 'colors.png' },
    all: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  console.log(`Renders the colour table as a picture: what every word looks like.

  npm run colors -- [--out colors.png] [--all]

Catalogue words with the shades a seed picks from, clusters, a sample of CSS, XKCD and list names (--all: every
one), and modifiers before basic colours.`);
} else {
  const sections = tableSections(values.all ? Number.POSITIVE_INFINITY : 96);
  const png = await sharp(Buffer.from(chartSvg(sections)))
    .png()
    .toBuffer();
  await mkdir(dirname(values.out), { recursive: true });
  await writeFile(values.out, png);
  const swatches = sections.reduce((sum, { rows }) => sum + rows.flat().length, 0);
  console.log(`${values.out}: ${swatches} colours of colour table ${COLOR_TABLE_VERSION}`);
}
