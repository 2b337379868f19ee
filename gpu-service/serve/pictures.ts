import { performance } from 'node:perf_hooks';
import type { PictureRequest } from '../../shared/contract/picture.ts';
import { ok, type Result } from '../../shared/contract/result.ts';
import type { ModelRequest } from '../../shared/model/inputs.ts';
import { type BatchFailure, createBatcher, type JobOptions } from './batcher.ts';
import { encode } from './encode.ts';
import type { Engine } from './engine.ts';
import { halve } from './halve.ts';
import type { PictureGraph } from './model-dir.ts';

/** What a picture depends on besides the model. */
export type PictureInput = Pick<PictureRequest, 'tokens' | 'lab' | 'seed' | 'size' | 'format'>;

export interface Picture {
  /** The encoded picture. */
  readonly bytes: Uint8Array;
  /** 1: Stage-I alone; 2: both stages. */
  readonly stage: 1 | 2;
  readonly batchSize: number;
  readonly queuedMs: number;
  readonly runMs: number;
  readonly encodeMs: number;
}

export interface PictureMaker {
  make(input: PictureInput, options?: JobOptions): Promise<Result<Picture, BatchFailure>>;
  /** Pictures that wait for the engine. */
  readonly depth: number;
  /** How long the engine has been busy with the batch that runs now, ms. */
  runningMs(): number;
}

export interface PictureMakerOptions {
  readonly maxDelayMs: number;
  readonly onBatch?: (graph: PictureGraph, rows: number, runMs: number) => void;
}

/** From tokens to an encoded picture: batches on the engine, halves for 128 px, encodes. */
export function createPictureMaker(engine: Engine, options: PictureMakerOptions): PictureMaker {
  const batcher = createBatcher<PictureGraph, ModelRequest, Uint8Array>({
    ...options,
    batchSizes: engine.batchSizes,
    run: engine.run,
  });
  return {
    async make(input, jobOptions) {
      const graph = input.size === 64 ? 'stage1' : 'restgan';
      const drawn = await batcher.submit(graph, input, jobOptions);
      if (!drawn.ok) return drawn;
      const { output, ...timing } = drawn.value;
      const startedAt = performance.now();
      const rgb = input.size === 128 ? halve(output, 256) : output;
      const bytes = await encode(rgb, input.size, input.format);
      const stage = graph === 'stage1' ? 1 : 2;
      return ok({ bytes, stage, ...timing, encodeMs: performance.now() - startedAt });
    },
    get depth() {
      return batcher.depth;
    },
    runningMs: batcher.runningMs,
  };
}
