import { z } from 'zod';
import { type ProblemError, problem } from '../../shared/contract/errors.ts';
import { type PredictionInput, predictionInputSchema } from '../../shared/contract/prediction.ts';
import { err, ok, type Result } from '../../shared/contract/result.ts';
import { VOCABULARY } from '../../shared/query/vocabulary.ts';

const LAST_TOKEN = Math.max(...VOCABULARY.map(({ id }) => id));

const creationSchema = z.object({
  input: predictionInputSchema.refine(({ tokens }) => tokens.every((id) => id <= LAST_TOKEN), {
    path: ['tokens'],
    error: `has an id beyond the vocabulary, whose last is ${LAST_TOKEN}`,
  }),
  /** `id`, `owner/name` or `owner/name:id`, as hosted Replicate takes it. */
  version: z.string().max(256).optional(),
});

/**
 * Reads the body of a prediction's creation. Members that concern hosted Replicate alone are ignored, except
 * webhooks: a caller that waits for one must be told that none will come.
 * @param modelVersion the version that is served
 * @returns the input; `bad_request` naming every fault; `model_mismatch` when another version is asked for
 */
export function readCreation(body: unknown, modelVersion: string): Result<PredictionInput, ProblemError> {
  const parsed = creationSchema.safeParse(body);
  if (!parsed.success) return err(problem('bad_request', z.prettifyError(parsed.error)));
  if (typeof body === 'object' && body !== null && 'webhook' in body) {
    return err(problem('bad_request', 'Webhooks are not served here; send `Prefer: wait` or poll.'));
  }
  const { input, version } = parsed.data;
  const named = version?.includes('/') ? version.split(':')[1] : version;
  for (const asked of [named, input.model]) {
    if (asked !== undefined && asked !== modelVersion) {
      return err(problem('model_mismatch', `Version ${modelVersion} is served, ${asked} was asked for.`));
    }
  }
  return ok(input);
}
