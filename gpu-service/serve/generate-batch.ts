import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type ProblemError, problem } from '../../shared/contract/errors.ts';
import { err, ok, type Result } from '../../shared/contract/result.ts';
import { type Generated, generate } from './generate.ts';
import { type Line, lineSchema } from './generate-options.ts';
import type { PictureMaker } from './pictures.ts';

/** Enough to fill batches while others are encoded and written. */
const IN_FLIGHT = 32;

export interface BatchReport {
  readonly made: number;
  readonly failed: number;
}

/** A line of `results.jsonl`: what was made, or what of the line could be read and why nothing was made. */
export type LineResult = { readonly line: number } & (
  | ({ readonly file: string } & Generated)
  | (Partial<Line> & { readonly error: ProblemError })
);

/**
 * Makes a picture per line of a JSONL file: `<line>.png` in `out`, and `results.jsonl` in the order of the
 * lines. A line that fails is reported there with its error, and the others go on; blank lines are passed over.
 * @throws when `jsonl` cannot be read or `out` cannot be made
 */
export async function generateBatch(
  maker: Pick<PictureMaker, 'make'>,
  modelVersion: string,
  jsonl: string,
  out: string,
): Promise<BatchReport> {
  // First, so that a mistyped path leaves no trace.
  const input = await open(jsonl);
  await mkdir(out, { recursive: true });
  const results = await open(join(out, 'results.jsonl'), 'w');
  const report = { made: 0, failed: 0 };
  const pending: Promise<LineResult>[] = [];

  const writeOldest = async (): Promise<void> => {
    const result = await pending.shift();
    await results.write(`${JSON.stringify(result)}\n`);
  };
  const make = async (line: number, text: string): Promise<LineResult> => {
    const made = await makeLine(maker, modelVersion, line, text, out);
    report[made.ok ? 'made' : 'failed'] += 1;
    return { line, ...(made.ok ? made.value : made.error) };
  };

  try {
    let line = 0;
    for await (const text of input.readLines()) {
      if (text.trim() !== '') pending.push(make(line, text));
      line += 1;
      if (pending.length >= IN_FLIGHT) await writeOldest();
    }
    while (pending.length > 0) await writeOldest();
  } finally {
    await results.close();
  }
  return report;
}

/** Never rejects: a picture that cannot be written is that line's failure. */
async function makeLine(
  maker: Pick<PictureMaker, 'make'>,
  modelVersion: string,
  line: number,
  text: string,
  out: string,
): Promise<Result<{ file: string } & Generated, Partial<Line> & { error: ProblemError }>> {
  const read = readLine(text);
  if (!read.ok) return err({ error: read.error });
  try {
    const made = await generate(maker, modelVersion, read.value, 'png');
    if (!made.ok) return err({ ...read.value, error: made.error });
    const file = `${line}.png`;
    await writeFile(join(out, file), made.value.bytes);
    return ok({ file, ...made.value.generated });
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return err({ ...read.value, error: problem('internal', detail) });
  }
}

function readLine(text: string): Result<Line, ProblemError> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return err(problem('bad_request', 'The line is not JSON.'));
  }
  const parsed = lineSchema.safeParse(json);
  return parsed.success ? ok(parsed.data) : err(problem('bad_request', z.prettifyError(parsed.error)));
}
