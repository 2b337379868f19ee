import { MAX_TOKENS } from '../contract/limits.ts';
import type { PictureRequest } from '../contract/picture.ts';
import { COLOR_ID } from '../query/vocabulary.ts';
import { LATENT_LENGTH, latentForSeed } from './latent.ts';

/** Length of the model's `color` input: L, a, b (lab65) and 1 when a colour was named, else four zeros. */
export const COLOR_LENGTH = 4;

/** The part of a picture request that reaches the graphs. */
export type ModelRequest = Pick<PictureRequest, 'tokens' | 'lab' | 'seed'>;

/** Row-major inputs of the graphs `stage1` and `restgan` for a batch of B. */
export interface ModelInputs {
  /** [B, 16] vocabulary ids without the colour's, padded with 0 at the end. */
  readonly tokens: Int32Array;
  /** [B, 96] z ‖ conditioning noise. */
  readonly latent: Float32Array;
  /** [B, 4] Lab (D65) and the flag that a colour was named. */
  readonly color: Float32Array;
}

/**
 * The graphs' inputs for a batch. A colour reaches them as Lab alone, its token is left out: the words' memory does not know
 * that a colour was said, so that saying one cannot change the cut (`as_asked` in gpu-service/training/data.py). Row i depends on request i alone.
 * Requests are taken as valid (1 to 16 token ids of the vocabulary): borders check them.
 */
export function modelInputs(requests: readonly ModelRequest[]): ModelInputs {
  const tokens = new Int32Array(requests.length * MAX_TOKENS);
  const latent = new Float32Array(requests.length * LATENT_LENGTH);
  const color = new Float32Array(requests.length * COLOR_LENGTH);
  requests.forEach((request, row) => {
    tokens.set(
      request.tokens.filter((token) => token !== COLOR_ID),
      row * MAX_TOKENS,
    );
    latent.set(latentForSeed(request.seed), row * LATENT_LENGTH);
    if (request.lab !== null) color.set([...request.lab, 1], row * COLOR_LENGTH);
  });
  return { tokens, latent, color };
}
