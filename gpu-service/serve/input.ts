import { z } from 'zod';
import { type ProblemError, problem } from '../../shared/contract/errors.ts';
import { predictionInputSchema, rowInputSchema } from '../../shared/contract/prediction.ts';
import { err, ok, type Result } from '../../shared/contract/result.ts';
import { VOCABULARY } from '../../shared/query/vocabulary.ts';
import type { Input } from './predictions.ts';

const LAST_TOKEN = Math.max(...VOCABULARY.map(({ id }) => id));

const areKnown = ({ tokens }: { readonly tokens: readonly number[] }): boolean =>
  tokens.every((id) => id <= LAST_TOKEN);
const unknownId = { error: `has an id beyond the vocabulary, whose last is ${LAST_TOKEN}` };

/** `id`, `owner/name` or `owner/name:id`, as hosted Replicate takes it. */
const version = z.string().max(256).optional();
const pictureCreation = z.object({
  input: predictionInputSchema.refine(areKnown, { ...unknownId, path: ['tokens'] }),
  version,
});
const rowCreation = z.object({
  input: rowInputSchema.refine(({ steps }) => steps.every(areKnown), { ...unknownId, path: ['steps'] }),
  version,
});
const isRow = z.object({ input: z.object({ steps: z.unknown().refine((steps) => steps !== undefined) }) });

/** What is asked for, and the version that will make it. */
export interface ReadCreation {
  readonly input: Input;
  readonly model: string;
}

/**
 * Reads the body of a prediction's creation. Members that concern hosted Replicate alone are ignored, except
 * webhooks: a caller that waits for one must be told that none will come.
 * @param served versions that are served; the first answers who names none
 * @returns the input and its version; `bad_request` naming every fault; `model_mismatch` when another version is
 *   asked for
 */
export function readCreation(body: unknown, served: readonly string[]): Result<ReadCreation, ProblemError> {
  const parsed = isRow.safeParse(body).success
    ? rowCreation.safeParse(body)
    : pictureCreation.safeParse(body);
  if (!parsed.success) return err(problem('bad_request', z.prettifyError(parsed.error)));
  if (typeof body === 'object' && body !== null && 'webhook' in body) {
    return err(problem('bad_request', 'Webhooks are not served here; send `Prefer: wait` or poll.'));
  }
  const { input, version } = parsed.data;
  const named = version?.includes('/') ? version.split(':')[1] : version;
  const model = named ?? input.model ?? served[0] ?? '';
  for (const asked of [model, input.model ?? model]) {
    if (!served.includes(asked) || asked !== model) {
      return err(
        problem('model_mismatch', `Version ${served.join(' and ')} is served, ${asked} was asked for.`),
      );
    }
  }
  return ok({ input, model });
}
