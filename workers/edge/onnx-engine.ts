import { MAX_TOKENS } from '../../shared/contract/limits.ts';
import { COLOR_LENGTH, modelInputs } from '../../shared/model/inputs.ts';
import { LATENT_LENGTH } from '../../shared/model/latent.ts';
import type { EdgeEngine } from '../pipeline/generator/edge.ts';
import { createSession, type InferenceSession, Tensor } from './ort-session.ts';

const IMAGE_BYTES = 64 * 64 * 3;

/**
 * Stage-I by onnxruntime-web. The session is made at the first picture and kept: one per isolate, also when many
 * first requests come at once. A start that failed is tried again by the next picture.
 * @param graph bytes of `stage1.onnx`
 */
export function createOnnxEngine(graph: ArrayBuffer): EdgeEngine {
  let session: Promise<InferenceSession> | null = null;
  let drawn = false;

  function start(): Promise<InferenceSession> {
    const starting = createSession(graph);
    starting.catch(() => {
      session = null;
    });
    return starting;
  }

  return {
    name: 'onnxruntime-web',
    ready: () => drawn,
    async draw(request) {
      session ??= start();
      const ready = await session;
      const { tokens, latent, color } = modelInputs([request]);
      const { image } = await ready.run({
        tokens: new Tensor('int32', tokens, [1, MAX_TOKENS]),
        latent: new Tensor('float32', latent, [1, LATENT_LENGTH]),
        color: new Tensor('float32', color, [1, COLOR_LENGTH]),
      });
      const data = image?.data;
      if (!(data instanceof Uint8Array) || data.length !== IMAGE_BYTES) {
        throw new Error(`the graph's image is ${image?.type} [${image?.dims}]`);
      }
      drawn = true;
      return data;
    },
  };
}
