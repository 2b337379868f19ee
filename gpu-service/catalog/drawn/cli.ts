import { parseArgs } from 'node:util';
import { writeDrawnCatalog } from './catalog.ts';

const HELP = `Draws a small catalogue (catalog.csv and images) to try the way from a catalogue to a model without one.

  node gpu-service/catalog/drawn/cli.ts --out <dir> [--count 120] [--seed 1]
  npm run catalog -- --csv <dir>/catalog.csv --images <dir>/images --out <dataset>
`;

const { values } = parseArgs({
  options: {
    out: { type: 'string' },
    count: { type: 'string', default: '120' },
    seed: { type: 'string', default: '1' },
    help: { type: 'boolean', default: false },
  },
});
const count = Number(values.count);
const seed = Number(values.seed);
if (
  values.help ||
  values.out === undefined ||
  !Number.isInteger(count) ||
  count < 1 ||
  !Number.isInteger(seed)
) {
  process.stderr.write(HELP);
  process.exitCode = values.help ? 0 : 2;
} else {
  await writeDrawnCatalog(values.out, count, seed);
  process.stdout.write(`${count} drawn garments: ${values.out}/catalog.csv\n`);
}
