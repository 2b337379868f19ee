import { z } from 'zod';
import type { PreviewsAnswer } from './answers.ts';
import { ERROR_CODES } from './errors.ts';
import { DEFAULT_FORMAT, DEFAULT_SEED, DEFAULT_SIZE, FORMATS, MAX_SEED, MAX_TOKENS } from './limits.ts';
import { labSchema, seedSchema, sizeSchema } from './prediction.ts';

/** `POST /v1/previews`: finals ahead of time, by a Queue. */

/** As many messages as a Queue takes at once. */
export const MAX_BATCH = 100;

export const previewsBodySchema = z.strictObject({
  pictures: z
    .array(
      z.strictObject({
        q: z.string(),
        seed: seedSchema.default(DEFAULT_SEED),
        size: sizeSchema.default(DEFAULT_SIZE),
        format: z.enum(FORMATS).default(DEFAULT_FORMAT),
      }),
    )
    .min(1)
    .max(MAX_BATCH),
  /** False: only tells what is there. */
  enqueue: z.boolean().default(true),
});

export const previewsAnswerSchema = z.strictObject({
  model: z.string(),
  pictures: z.array(
    z.discriminatedUnion('state', [
      z.strictObject({ q: z.string(), state: z.enum(['ready', 'queued', 'missing']), url: z.string() }),
      z.strictObject({
        q: z.string(),
        state: z.literal('refused'),
        code: z.enum(ERROR_CODES),
        detail: z.string(),
      }),
    ]),
  ),
}) satisfies z.ZodType<PreviewsAnswer>;

/** What waits in the Queue: the request of a final, never a picture. */
export const queuedSchema = z.object({
  model: z.string(),
  tokens: z.array(z.int().min(1)).min(1).max(MAX_TOKENS),
  lab: labSchema.nullable(),
  seed: z.int().min(0).max(MAX_SEED),
  size: sizeSchema,
  format: z.enum(FORMATS),
});
export type Queued = z.infer<typeof queuedSchema>;
