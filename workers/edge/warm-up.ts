import type { PictureRequest } from '../../shared/contract/picture.ts';
import type { EdgeEngine, Finish } from '../pipeline/generator/edge.ts';

/** Any picture whose parts all have something in them: printed pants. */
const SAMPLE: PictureRequest = {
  model: '',
  tokens: [51, 1],
  lab: [45, 20, 20],
  seed: 7,
  size: 256,
  format: 'webp',
  stage: 'draft',
};

/**
 * Draws a picture that nobody sees, in global scope: WASM functions are compiled when they are first called, and the
 * platform counts that with the isolate's start (1 s) instead of the first shopper's request (10 ms on the free plan).
 */
export async function warmUp(engine: EdgeEngine, finish: Finish): Promise<void> {
  await finish(await engine.draw(SAMPLE), SAMPLE);
}
