import { z } from 'zod';
import { GENDERS, TYPES } from '../model/classes.ts';
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

/** What the words of one picture say. */
const wordsShape = {
  /** Vocabulary ids in typed order, without padding. */
  tokens: z.array(z.int().min(1).max(65_535)).min(1).max(MAX_TOKENS),
  /** Colour to render; absent or null when none was named. */
  lab: labSchema.nullish(),
};

const choiceShape = {
  /** Model version the caller was built for; the service answers `model_mismatch` when it serves another. */
  model: z.string().min(1).max(64).optional(),
  seed: seedSchema,
  size: sizeSchema.default(DEFAULT_SIZE),
  format: z.enum(FORMATS).default(DEFAULT_FORMAT),
};

/** One picture. */
export const predictionInputSchema = z.strictObject({ ...wordsShape, ...choiceShape });
export type PredictionInput = z.infer<typeof predictionInputSchema>;

/** A row of pictures that share all but their words, such as a query's refinements: drawn and looked at together. */
export const rowInputSchema = z.strictObject({
  steps: z.array(z.strictObject(wordsShape)).min(1).max(MAX_TOKENS),
  ...choiceShape,
});
export type RowInput = z.infer<typeof rowInputSchema>;

const probability = z.number().min(0).max(1);
const seenAs = <T extends string>(words: readonly T[]) => z.object({ word: z.enum(words), probability });

/** What the model's classifier sees on a picture: of each kind the likeliest, and how sure it is. */
export const viewSchema = z.object({
  type: seenAs(TYPES),
  gender: seenAs(GENDERS),
  /** Index of a catalogue colour cluster. */
  color: z.object({ cluster: z.int().min(0), probability }),
});
export type View = z.infer<typeof viewSchema>;

/** The output of a row, one per step. */
export const rowStepSchema = z.object({
  /** Data URI of the encoded picture. */
  picture: z.string(),
  /** Colour of the garment's ground as rendered (D65), measured on the picture averaged down to 64 px. */
  lab: labSchema,
  view: viewSchema,
});
export type RowStep = z.infer<typeof rowStepSchema>;

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
  /** Data URI or https URL of the encoded picture; of a row, its steps. */
  output: z.union([z.string(), z.array(z.string()), z.array(rowStepSchema)]).nullish(),
  error: z.unknown().optional(),
  /** Model version that made the picture. */
  version: z.string().optional(),
});
export type PredictionAnswer = z.infer<typeof predictionSchema>;
