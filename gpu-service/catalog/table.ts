import { createHash } from 'node:crypto';
import { parse } from 'csv-parse/sync';
import { err, ok, type Result } from '../../shared/contract/result.ts';

/** Fields of a catalogue that the pipeline knows; only title and image must be there. */
export const FIELDS = [
  'id',
  'title',
  'image',
  'split',
  'style',
  'type',
  'subtype',
  'gender',
  'colour',
  'appearance',
  'name',
  'description',
  'background',
  'detail',
  'worn',
] as const;
export type Field = (typeof FIELDS)[number];

/** Column names tried for a field, in this order, when no mapping is given (compared without case, _ and spaces). */
const GUESSES: Record<Field, readonly string[]> = {
  id: ['id', 'sku', 'articleid', 'productid', 'code'],
  title: ['title', 'producttitle', 'name', 'productname', 'productdisplayname'],
  image: ['image', 'file', 'imagefile', 'imagepath', 'filename', 'picture', 'photo'],
  split: ['split'],
  style: ['style', 'styleid', 'productcode', 'model', 'parentsku'],
  type: ['type', 'producttype', 'category'],
  subtype: ['subtype', 'subcategory', 'articletype'],
  gender: ['gender', 'sex', 'department'],
  colour: ['colourraw', 'colorraw', 'colour', 'color', 'colourname', 'colorname', 'basecolour'],
  appearance: ['appearance', 'graphicalappearance', 'pattern'],
  name: ['sellername', 'shortname', 'productname'],
  description: ['description', 'detaildesc', 'text', 'body'],
  background: ['background'],
  detail: ['detailpx'],
  worn: ['onmodel'],
};

export type Columns = Readonly<Partial<Record<Field, string>>>;

/** One row as read: empty strings where the catalogue has nothing. */
export interface CatalogRow extends Readonly<Record<Field, string>> {
  /** Position in the CSV, from 0. */
  readonly row: number;
  readonly problems: readonly RowProblem[];
}
export type RowProblem =
  | 'no_title'
  | 'no_image_name'
  | 'duplicate_id'
  | 'unreadable_text'
  | 'too_few_columns';

export interface Table {
  readonly rows: readonly CatalogRow[];
  readonly columns: Columns;
  readonly encoding: string;
}

/**
 * Reads a merchant's CSV (comma, semicolon or tab; UTF-8 or UTF-16 with BOM, else Windows-1252). The error is a
 * sentence that says which column is missing and which ones there are.
 */
export function readTable(bytes: Uint8Array, mapping: Columns): Result<Table, string> {
  const { text, encoding } = decode(bytes);
  const delimiter = guessDelimiter(text);
  let records: string[][];
  try {
    records = parse(text, {
      delimiter,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
    });
  } catch (error) {
    return err(`The CSV cannot be parsed: ${error instanceof Error ? error.message : String(error)}`);
  }
  const header = records[0];
  if (header === undefined) return err('The CSV is empty: it has no header line.');
  const found = columnsOf(header, mapping);
  if (!found.ok) return found;
  const index = new Map<Field, number>();
  for (const field of FIELDS) {
    const name = found.value[field];
    if (name !== undefined) index.set(field, header.indexOf(name));
  }
  const seen = new Set<string>();
  const rows = records.slice(1).map((record, row) => readRow(record, row, header.length, index, seen));
  return ok({ rows, columns: found.value, encoding });
}

function readRow(
  record: readonly string[],
  row: number,
  width: number,
  index: ReadonlyMap<Field, number>,
  seen: Set<string>,
): CatalogRow {
  const cell = (field: Field): string => {
    const at = index.get(field);
    return at === undefined ? '' : (record[at] ?? '').normalize('NFC').trim();
  };
  const problems: RowProblem[] = [];
  const image = cell('image');
  const title = cell('title');
  const id = cell('id') || `row-${row + 1}`;
  if (title === '') problems.push('no_title');
  if (image === '') problems.push('no_image_name');
  if (title.includes('\uFFFD') || hasControl(title)) problems.push('unreadable_text');
  if (record.length < width) problems.push('too_few_columns');
  if (seen.has(id)) problems.push('duplicate_id');
  seen.add(id);
  const fields = Object.fromEntries(FIELDS.map((field) => [field, cell(field)])) as Record<Field, string>;
  return { ...fields, id, row, problems };
}

const hasControl = (text: string): boolean =>
  [...text].some((c) => c < ' ' && c !== '\t' && c !== '\n' && c !== '\r');

const simple = (name: string): string => name.toLowerCase().replace(/[\s_.-]/g, '');

function columnsOf(header: readonly string[], mapping: Columns): Result<Columns, string> {
  const columns: Partial<Record<Field, string>> = {};
  for (const field of FIELDS) {
    const wanted = mapping[field];
    if (wanted !== undefined) {
      if (!header.includes(wanted)) {
        return err(
          `The CSV has no column "${wanted}" (asked for as ${field}). Its columns: ${header.join(', ')}.`,
        );
      }
      columns[field] = wanted;
      continue;
    }
    for (const guess of GUESSES[field]) {
      const name = header.find((column) => simple(column) === guess);
      if (name !== undefined) {
        columns[field] = name;
        break;
      }
    }
  }
  for (const field of ['title', 'image'] as const) {
    if (columns[field] === undefined) {
      return err(
        `The CSV has no ${field} column. Its columns: ${header.join(', ')}. Name one with --columns ${field}=<column>.`,
      );
    }
  }
  if (columns.name === columns.title) delete columns.name;
  return ok(columns);
}

function decode(bytes: Uint8Array): { text: string; encoding: string } {
  const encodings =
    bytes[0] === 0xff && bytes[1] === 0xfe
      ? ['utf-16le']
      : bytes[0] === 0xfe && bytes[1] === 0xff
        ? ['utf-16be']
        : [];
  for (const encoding of [...encodings, 'utf-8']) {
    try {
      return { text: new TextDecoder(encoding, { fatal: true }).decode(bytes), encoding };
    } catch {
      // Not in this encoding; the next one is tried.
    }
  }
  return { text: new TextDecoder('windows-1252').decode(bytes), encoding: 'windows-1252' };
}

function guessDelimiter(text: string): string {
  const line = text.slice(0, text.search(/[\r\n]|$/));
  const count = (d: string): number => line.split(d).length - 1;
  return [',', ';', '\t'].reduce((best, d) => (count(d) > count(best) ? d : best), ',');
}

/** Short content hash for chunk keys and deterministic splits. */
export const shortHash = (value: string | Uint8Array): string =>
  createHash('sha256').update(value).digest('hex').slice(0, 16);
