import { extname } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { DEFAULT_SEED, DEFAULT_SIZE, FORMATS, type Format } from '../../shared/contract/limits.ts';
import { seedSchema, sizeSchema } from '../../shared/contract/prediction.ts';
import { err, ok, type Result } from '../../shared/contract/result.ts';

export const USAGE = `npm run generate -- --query TEXT --out FILE.png|FILE.webp [--seed N] [--size 64|128|256]
npm run generate -- --jsonl FILE --out DIR

One picture of a query, or one per line of a file with lines {"query","seed","size"} (seed ${DEFAULT_SEED} and size
${DEFAULT_SIZE} when left out): DIR/0.png, DIR/1.png, ... by line number, and DIR/results.jsonl, a line for each.
MODEL_DIR, EXECUTION_PROVIDERS and THREADS are read from the environment as the service does.
Ends with 0 when every picture was made, 1 when some were not, 2 when it could not start.`;

/** A line of the batch file; the query itself is judged by the tokeniser. */
export const lineSchema = z.strictObject({
  query: z.string(),
  seed: seedSchema.default(DEFAULT_SEED),
  size: sizeSchema.default(DEFAULT_SIZE),
});
export type Line = z.infer<typeof lineSchema>;

export type GenerateOptions =
  | { readonly mode: 'help' }
  | { readonly mode: 'single'; readonly line: Line; readonly out: string; readonly format: Format }
  | { readonly mode: 'batch'; readonly jsonl: string; readonly out: string };

const asNumber = (text: string): number => (/^\d{1,10}$/.test(text) ? Number(text) : Number.NaN);
const number = z.string().transform(asNumber).optional();
const singleSchema = z.object({ query: z.string(), seed: number, size: number }).pipe(lineSchema);

/** Reads the command line; the error is a sentence for the person who typed it. */
export function readOptions(args: readonly string[]): Result<GenerateOptions, string> {
  let values: Record<string, string | boolean | undefined>;
  try {
    const text = { type: 'string' } as const;
    ({ values } = parseArgs({
      args: [...args],
      options: { query: text, seed: text, size: text, out: text, jsonl: text, help: { type: 'boolean' } },
    }));
  } catch (error) {
    return err(error instanceof Error ? error.message : String(error));
  }
  const { query, jsonl, out, help } = values;
  if (help === true) return ok({ mode: 'help' });
  if ((query === undefined) === (jsonl === undefined)) return err('Give either --query or --jsonl.');
  if (typeof out !== 'string' || out === '') return err('Give --out.');
  if (typeof jsonl === 'string') {
    return values.seed === undefined && values.size === undefined
      ? ok({ mode: 'batch', jsonl, out })
      : err('With --jsonl, seed and size stand in the lines.');
  }
  const format = FORMATS.find((known) => extname(out).toLowerCase() === `.${known}`);
  if (format === undefined) return err('--out must end in .png or .webp.');
  const line = singleSchema.safeParse({ query, seed: values.seed, size: values.size });
  return line.success
    ? ok({ mode: 'single', line: line.data, out, format })
    : err(z.prettifyError(line.error));
}
