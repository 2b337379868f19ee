import { z } from 'zod';
import { COLOR_SOURCES } from '../color/types.ts';
import { TOKEN_KINDS } from '../query/vocabulary.ts';
import type {
  ClassifierView,
  ColorsAnswer,
  CompanionWord,
  HealthAnswer,
  NamedColor,
  RefineAnswer,
  RefineStep,
  Shade,
  VocabularyAnswer,
} from './answers.ts';
import { ERROR_CODES } from './errors.ts';
import { FORMATS, MAX_TOKENS, STAGES } from './limits.ts';
import { labSchema, sizeSchema, viewSchema } from './prediction.ts';

/** `answers.ts` for zod and OpenAPI. */

const hex = z.string().regex(/^#[0-9a-f]{6}$/);
const count = z.int().min(0);
const share = z.number().min(0).max(1);

const shadeShape = { lab: labSchema, hex };
const namedShape = { name: z.string(), source: z.enum(COLOR_SOURCES), ...shadeShape };
export const shadeSchema = z.strictObject(shadeShape) satisfies z.ZodType<Shade>;
export const namedColorSchema = z.strictObject({
  ...namedShape,
  cluster: count,
}) satisfies z.ZodType<NamedColor>;

export const colorsAnswerSchema = z.strictObject({
  whitePoint: z.literal('D65'),
  ...namedShape,
  cluster: z.strictObject({ ...shadeShape, index: count }),
  shades: z.array(z.strictObject({ ...shadeShape, seed: count })),
}) satisfies z.ZodType<ColorsAnswer>;

const tokenSchema = z.strictObject({
  id: count,
  word: z.string(),
  kind: z.enum(TOKEN_KINDS),
  text: z.string(),
});
const unknownSchema = z.strictObject({ text: z.string(), suggestion: z.string().nullable() });

const companionSchema = z.strictObject({
  word: z.string(),
  kind: z.enum(TOKEN_KINDS),
  share,
  query: z.string(),
  hex: hex.exactOptional(),
}) satisfies z.ZodType<CompanionWord>;

const classifierSchema = z.strictObject({
  ...viewSchema.shape,
  color: z.strictObject({ ...viewSchema.shape.color.shape, hex }),
}) satisfies z.ZodType<ClassifierView>;

const addressesSchema = z.strictObject({ auto: z.string(), draft: z.string(), final: z.string() });
const fallbackSchema = z.strictObject({ code: z.enum(ERROR_CODES), detail: z.string() });

export const refineStepSchema = z.strictObject({
  word: tokenSchema,
  canonical: z.string(),
  alt: z.string(),
  slug: z.string(),
  change: z.strictObject({ added: z.array(tokenSchema), removed: z.array(tokenSchema) }),
  pictures: addressesSchema,
  picture: z.string(),
  color: z.strictObject({
    named: z.boolean(),
    asked: shadeSchema.nullable(),
    rendered: shadeSchema.nullable(),
    deltaE00: z.number().min(0).nullable(),
  }),
  classifier: classifierSchema.nullable(),
}) satisfies z.ZodType<RefineStep>;

export const refineAnswerSchema = z.strictObject({
  model: z.string(),
  canonical: z.string(),
  alt: z.string(),
  slug: z.string(),
  tokens: z.array(tokenSchema).min(1).max(MAX_TOKENS),
  superseded: z.array(tokenSchema),
  unknown: z.array(unknownSchema),
  color: z.strictObject({ ...namedColorSchema.shape, target: labSchema.nullable() }).nullable(),
  companions: z.array(companionSchema),
  stage: z.enum(['draft', 'final']),
  fallback: fallbackSchema.nullable(),
  steps: z.array(refineStepSchema),
}) satisfies z.ZodType<RefineAnswer>;

export const vocabularyAnswerSchema = z.strictObject({
  model: z.string(),
  version: count,
  colorTableVersion: count,
  defaultType: z.string(),
  words: z.array(
    z.strictObject({
      id: count,
      word: z.string(),
      kind: z.enum(TOKEN_KINDS),
      group: z.string().nullable(),
      synonyms: z.array(z.string()),
      garments: count,
      companions: z.array(z.string()),
    }),
  ),
  colors: z.array(z.strictObject({ ...shadeShape, name: z.string(), garments: count })),
  limits: z.strictObject({
    queryChars: count,
    words: count,
    maxSeed: count,
    sizes: z.array(sizeSchema),
    formats: z.array(z.enum(FORMATS)),
    stages: z.array(z.enum(STAGES)),
  }),
  defaults: z.strictObject({ seed: count, size: sizeSchema, format: z.enum(FORMATS), stage: z.enum(STAGES) }),
}) satisfies z.ZodType<VocabularyAnswer>;

export const healthAnswerSchema = z.object({
  status: z.enum(['ok', 'drafts', 'degraded']),
  finals: z.boolean(),
  model: z.string(),
  gpu: z.object({
    configured: z.boolean(),
    reachable: z.boolean(),
    ready: z.boolean().nullable(),
    models: z.array(z.string()).nullable(),
  }),
}) satisfies z.ZodType<HealthAnswer>;
