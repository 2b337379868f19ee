import { InferenceSession, Tensor } from 'onnxruntime-node';
import { modelInputs } from '../../shared/model/inputs.ts';
import { median } from './numbers.ts';

const WARM_UP = 20;
const BATCHES = 12;
const BATCH = 10;

/** CPU milliseconds per picture of onnxruntime-node on one thread: the median of batches. */
export async function nativeMs(graph: Uint8Array): Promise<number> {
  const options = { executionProviders: ['cpu'], intraOpNumThreads: 1, interOpNumThreads: 1 };
  const session = await InferenceSession.create(graph, options);
  const { tokens, latent, color } = modelInputs([{ tokens: [4, 9, 12, 1], lab: [40, 5, 5], seed: 7 }]);
  const feeds = {
    tokens: new Tensor('int32', tokens, [1, tokens.length]),
    latent: new Tensor('float32', latent, [1, latent.length]),
    color: new Tensor('float32', color, [1, color.length]),
  };
  for (let i = 0; i < WARM_UP; i += 1) await session.run(feeds);
  const batches: number[] = [];
  for (let batch = 0; batch < BATCHES; batch += 1) {
    const since = process.cpuUsage();
    for (let i = 0; i < BATCH; i += 1) await session.run(feeds);
    const { user, system } = process.cpuUsage(since);
    batches.push((user + system) / 1000 / BATCH);
  }
  await session.release();
  return median(batches);
}
