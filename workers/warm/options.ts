import { parseArgs } from 'node:util';
import { z } from 'zod';
import { DEFAULT_FORMAT, DEFAULT_SEED, DEFAULT_SIZE, FORMATS, SIZES } from '../../shared/contract/limits.ts';
import { seedSchema, sizeSchema } from '../../shared/contract/prediction.ts';
import { MAX_BATCH } from '../../shared/contract/previews.ts';
import { err, ok, type Result } from '../../shared/contract/result.ts';

export const USAGE = `npm run warm -- queries.txt [options]
  queries.txt    a query a line; empty lines and those that begin with "# " are passed over
  --base URL     the deployment (default http://127.0.0.1:8787)
  --seed N,N     seeds (default ${DEFAULT_SEED})
  --size N,N     ${SIZES.join(', ')} (default ${DEFAULT_SIZE})
  --format F     ${FORMATS.join(' or ')} (default ${DEFAULT_FORMAT})
  --rate N       pictures asked for a second, at most (default 20)
  --wait S       how long to wait for pictures that are queued (default 600)
  --state FILE   what is done, so that the next run goes on (default queries.txt.warm.json)
RESTGAN_SECRET_KEY holds the secret key; a deployment that is open needs none.`;

const list = <T>(each: z.ZodType<T, number>) =>
  z
    .string()
    .transform((text) => text.split(',').map(Number))
    .pipe(z.array(each).min(1));
const number = (min: number, max: number) => z.coerce.number().min(min).max(max);

const optionsSchema = z.object({
  file: z.string().min(1),
  base: z.url({ protocol: /^https?$/ }).default('http://127.0.0.1:8787'),
  seed: list(seedSchema).default([DEFAULT_SEED]),
  size: list(sizeSchema).default([DEFAULT_SIZE]),
  format: z.enum(FORMATS).default(DEFAULT_FORMAT),
  rate: number(0.1, 1_000).default(20),
  wait: number(0, 86_400).default(600),
  state: z.string().min(1).optional(),
});
export type WarmOptions = z.infer<typeof optionsSchema>;

/** Queries of one call: fewer than fit, so that a refused line does not cost many. */
export const CHUNK = Math.min(50, MAX_BATCH);

/** Reads the command line; the error is a sentence for the person who typed it. */
export function readOptions(args: readonly string[]): Result<WarmOptions, string> {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        base: { type: 'string' },
        seed: { type: 'string' },
        size: { type: 'string' },
        format: { type: 'string' },
        rate: { type: 'string' },
        wait: { type: 'string' },
        state: { type: 'string' },
      },
    });
    const parsed = optionsSchema.safeParse({ ...values, file: positionals[0] });
    return parsed.success ? ok(parsed.data) : err(z.prettifyError(parsed.error));
  } catch (error) {
    return err(error instanceof Error ? error.message : String(error));
  }
}
