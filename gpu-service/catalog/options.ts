import { parseArgs } from 'node:util';
import { z } from 'zod';
import { err, ok, type Result } from '../../shared/contract/result.ts';
import { type Columns, FIELDS } from './table.ts';

export interface Options {
  readonly csv: string;
  readonly images: string;
  readonly out: string;
  readonly columns: Columns;
  readonly limit: number;
  readonly workers: number;
  readonly masters: boolean;
  readonly sheets: boolean;
  readonly fresh: boolean;
}

export const HELP = `Turns a catalogue (CSV and product pictures) into a dataset for training.

  npm run catalog -- --csv catalog.csv --images pictures --out dataset

  --csv <file>        the catalogue; needs at least a title and an image column
  --images <dir>      where the image column's file names are looked for
  --out <dir>         the dataset is written here; a second run goes on where a stopped one ended
  --columns <map>     columns under other names, for example title=Name,image=Photo
                      (${FIELDS.join(', ')})
  --limit <n>         only the first n rows
  --workers <n>       threads for the pictures (default 2)
  --masters           also write a 256-px WebP of every garment to <out>/images
  --no-sheets         leave the contact sheets out
  --fresh             start afresh even when a stopped run could go on
  --help              this text`;

const wholeNumber = z.coerce.number().int().min(1);

/** Reads the command line. The error is a sentence; an empty one asks for the help text. */
export function readOptions(args: readonly string[]): Result<Options, string> {
  let values: Partial<Record<string, string | boolean>>;
  try {
    values = parseArgs({
      args: [...args],
      allowNegative: true,
      options: {
        csv: { type: 'string' },
        images: { type: 'string' },
        out: { type: 'string' },
        columns: { type: 'string' },
        limit: { type: 'string' },
        workers: { type: 'string' },
        masters: { type: 'boolean' },
        sheets: { type: 'boolean' },
        fresh: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    return err(error instanceof Error ? error.message : String(error));
  }
  if (values.help === true) return err('');
  const text = (name: string): string => (typeof values[name] === 'string' ? values[name] : '');
  for (const name of ['csv', 'images', 'out']) if (text(name) === '') return err(`--${name} is missing.`);
  const columns = readColumns(text('columns'));
  if (!columns.ok) return columns;
  const limit = wholeNumber.safeParse(text('limit') || Number.MAX_SAFE_INTEGER);
  if (!limit.success) return err('--limit takes a whole number from 1.');
  const workers = wholeNumber.max(64).safeParse(text('workers') || 2);
  if (!workers.success) return err('--workers takes a whole number from 1 to 64.');
  return ok({
    csv: text('csv'),
    images: text('images'),
    out: text('out'),
    columns: columns.value,
    limit: limit.data,
    workers: workers.data,
    masters: values.masters === true,
    sheets: values.sheets !== false,
    fresh: values.fresh === true,
  });
}

function readColumns(text: string): Result<Columns, string> {
  const columns: Record<string, string> = {};
  for (const pair of text.split(',').filter((part) => part.trim() !== '')) {
    const [field = '', ...name] = pair.split('=');
    if (!FIELDS.some((known) => known === field.trim()) || name.length === 0) {
      return err(`--columns: "${pair}" is not <field>=<column>; fields are ${FIELDS.join(', ')}.`);
    }
    columns[field.trim()] = name.join('=').trim();
  }
  return ok(columns);
}
