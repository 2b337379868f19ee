import { z } from 'zod';
import { DEFAULT_FORMAT, DEFAULT_SIZE, FORMATS, MAX_SEED, MAX_TOKENS, SIZES } from './limits.ts';

/**
 * The GPU service's contract, in the shape of the Replicate HTTP API (https://replicate.com/docs/reference/http):
 * what `input` holds, and what a prediction looks like. The Cog package takes the same input.
 */

/** Lab under D65; the service refuses values that no display can show a garment in. */
export const labSchema = z.tuple([
  z.number().min(0).max(100),
  z.number().min(-128).max(128),
  z.number().min(-128).max(128),
]);

export const seedSchema = z.int().min(0).max(MAX_SEED);
export const sizeSchema = z.union(
  SIZES.map((size) => z.literal(size)),
  { error: `must be one of ${SIZES.join(', ')}` },
);

export const predictionInputSchema = z.strictObject({
  /** Model version the caller was built for; the service answers `model_mismatch` when it serves another. */
  model: z.string().min(1).max(64).optional(),
  /** Vocabulary ids in typed order, without padding. */
  tokens: z.array(z.int().min(1).max(65_535)).min(1).max(MAX_TOKENS),
  /** Colour to render; absent or null when none was named. */
  lab: labSchema.nullish(),
  seed: seedSchema,
  size: sizeSchema.default(DEFAULT_SIZE),
  format: z.enum(FORMATS).default(DEFAULT_FORMAT),
});
export type PredictionInput = z.infer<typeof predictionInputSchema>;

/** `aborted` comes from hosted Replicate alone: the deadline (`Cancel-After`) passed before the start. */
export const PREDICTION_STATUSES = [
  'starting',
  'processing',
  'succeeded',
  'failed',
  'canceled',
  'aborted',
] as const;

/** A prediction as both hosted Replicate and our container answer it; unknown members are kept out. */
export const predictionSchema = z.object({
  id: z.string(),
  status: z.enum(PREDICTION_STATUSES),
  /** Data URI or https URL of the encoded picture. */
  output: z.union([z.string(), z.array(z.string())]).nullish(),
  error: z.unknown().optional(),
  /** Model version that made the picture. */
  version: z.string().optional(),
});
export type PredictionAnswer = z.infer<typeof predictionSchema>;
