import { z } from 'zod';
import { MAX_TOKENS } from '../contract/limits.ts';
import { err, ok, type Result } from '../contract/result.ts';
import { VOCABULARY_VERSION } from '../query/vocabulary.ts';
import { LATENT_LENGTH } from './latent.ts';

const graphSchema = z.strictObject({
  /** File name beside the manifest. */
  file: z.string().regex(/^[a-z0-9][a-z0-9._-]*\.onnx$/),
  /** Lower-case hex of the file's SHA-256. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.int().positive(),
});
export type GraphFile = z.infer<typeof graphSchema>;

/** `manifest.json` of a model directory, as the export command writes it. */
export const manifestSchema = z.object({
  /** `r<run>-<8 hex of a sha256>`: part of every picture's key. */
  version: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,63}$/),
  vocabularyVersion: z.int().positive(),
  colorTableVersion: z.int().positive(),
  latent: z.literal(LATENT_LENGTH),
  tokens: z.literal(MAX_TOKENS),
  /** `stage1`: 64 px, for edge and service; `restgan`: both stages; `classifier`: tells what a picture shows. */
  graphs: z.strictObject({ stage1: graphSchema, restgan: graphSchema, classifier: graphSchema }),
  /** How the weights came to be; for people. */
  training: z.record(z.string(), z.unknown()),
  licence: z.string().min(1),
});
export type ModelManifest = z.infer<typeof manifestSchema>;

/**
 * Reads a parsed `manifest.json`.
 * @returns the manifest, or a sentence per fault: a wrong shape, or a vocabulary this code does not have
 *   (token ids would then mean other words).
 */
export function readManifest(json: unknown): Result<ModelManifest, string> {
  const parsed = manifestSchema.safeParse(json);
  if (!parsed.success) return err(z.prettifyError(parsed.error));
  const { vocabularyVersion } = parsed.data;
  if (vocabularyVersion !== VOCABULARY_VERSION) {
    return err(
      `the model was trained with vocabulary version ${vocabularyVersion}, this code has ${VOCABULARY_VERSION}`,
    );
  }
  return ok(parsed.data);
}
