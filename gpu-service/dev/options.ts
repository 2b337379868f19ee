import { parseArgs } from 'node:util';
import { z } from 'zod';
import { err, ok, type Result } from '../../shared/contract/result.ts';

export const USAGE = `npm start -- [options]
  --port N       port of the page and the API (default 8787; the next free one when busy)
  --gpu-port N   port of the GPU service (default 9100; the next free one when busy)
  --no-gpu       start the Worker alone: drafts only
  --state DIR    where the local KV keeps its pictures (default .wrangler/state)
  --verbose      print everything that both processes write`;

const port = z
  .string()
  .regex(/^\d+$/, 'is not a port number')
  .transform(Number)
  .pipe(z.int().max(65_535, 'is above 65535'));
const optionsSchema = z.object({
  port: port.default(8787),
  'gpu-port': port.default(9100),
  'no-gpu': z.boolean().default(false),
  state: z.string().min(1).default('.wrangler/state'),
  verbose: z.boolean().default(false),
  help: z.boolean().default(false),
});

/** Options of `npm start`; ports may be 0 for any free one. */
export type StartOptions = z.infer<typeof optionsSchema>;

/** Reads the command line; the error is a sentence for the person who typed it. */
export function readOptions(args: readonly string[]): Result<StartOptions, string> {
  let values: unknown;
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        port: { type: 'string' },
        'gpu-port': { type: 'string' },
        'no-gpu': { type: 'boolean' },
        state: { type: 'string' },
        verbose: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    }));
  } catch (error) {
    return err(error instanceof Error ? error.message : String(error));
  }
  const parsed = optionsSchema.safeParse(values);
  return parsed.success ? ok(parsed.data) : err(z.prettifyError(parsed.error));
}
