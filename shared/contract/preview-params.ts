import { z } from 'zod';
import { type ProblemError, problem } from './errors.ts';
import {
  DEFAULT_FORMAT,
  DEFAULT_SEED,
  DEFAULT_SIZE,
  DEFAULT_STAGE,
  FORMATS,
  MAX_SEED,
  SIZES,
  STAGES,
} from './limits.ts';
import { seedSchema, sizeSchema } from './prediction.ts';
import { err, ok, type Result } from './result.ts';

/** Parameters of a preview's address besides the words. */

const oneOf = (values: readonly (string | number)[]): string => `must be one of ${values.join(', ')}`;
const digits = (max: string) =>
  z
    .string()
    .regex(/^\d{1,10}$/, `must be ${max}`)
    .transform(Number);

export const previewParamsSchema = z.object({
  seed: digits(`a whole number from 0 to ${MAX_SEED}`).pipe(seedSchema).default(DEFAULT_SEED),
  size: digits(`one of ${SIZES.join(', ')}`)
    .pipe(sizeSchema)
    .default(DEFAULT_SIZE),
  format: z.enum(FORMATS, oneOf(FORMATS)).default(DEFAULT_FORMAT),
  stage: z.enum(STAGES, oneOf(STAGES)).default(DEFAULT_STAGE),
  /** Model version; an address that names it may be cached for ever. */
  v: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{0,63}$/, 'must be a model version such as r1-0123abcd')
    .optional(),
});
export type PreviewParams = z.infer<typeof previewParamsSchema>;

const NAMES = previewParamsSchema.keyof().options;
const DEFAULTS = previewParamsSchema.parse({});

/**
 * Reads the parameters of an address; unknown ones are ignored, as pages add their own. An empty value counts as
 * absent.
 * @returns the parameters with defaults filled in, or `bad_request` naming every fault
 */
export function readPreviewParams(
  params: Readonly<Record<string, string | undefined>>,
): Result<PreviewParams, ProblemError> {
  // Each by itself: most addresses give one or two, and reading the whole object takes several times as long.
  const read: Record<string, unknown> = { ...DEFAULTS };
  const faults: string[] = [];
  for (const name of NAMES) {
    const given = params[name];
    if (given === undefined || given === '') continue;
    const parsed = previewParamsSchema.shape[name].safeParse(given);
    if (parsed.success) read[name] = parsed.data;
    else faults.push(...parsed.error.issues.map(({ message }) => `${name} ${message}`));
  }
  return faults.length === 0
    ? ok(read as PreviewParams)
    : err(problem('bad_request', `${faults.join('; ')}.`));
}
