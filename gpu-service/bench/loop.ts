/**
 * What the service's throughput is compared with: `session.run` in batches and the same encoding, in one process, without
 * HTTP, queue or thread between. Writes pictures a second as JSON. `node gpu-service/bench/loop.ts [seconds]`
 */
import { modelInputs } from '../../shared/model/inputs.ts';
import { readEngineConfig } from '../serve/config.ts';
import { encode } from '../serve/encode.ts';
import { readModel } from '../serve/model-dir.ts';
import { openSessions } from '../serve/sessions.ts';

const SIZE = 256;
const PIXELS = SIZE * SIZE * 3;

const seconds = Number(process.argv[2] ?? 10);
const config = readEngineConfig(process.env);
if (!config.ok) throw new Error(config.error);
const model = await readModel(config.value.modelDir);
if (!model.ok) throw new Error(model.error);
const { paths } = model.value;
const sessions = await openSessions({ paths, ...config.value, maxBatch: null });
if (!sessions.ok) throw new Error(sessions.error);
const { batchSizes, run } = sessions.value;
const rows = batchSizes.at(-1) ?? 1;

let made = 0;
const since = performance.now();
while (performance.now() - since < seconds * 1_000) {
  const batch = Array.from({ length: rows }, (_, row) => ({
    tokens: [4, 9, 1],
    lab: [30, 10, 5] as const,
    seed: made + row,
  }));
  const image = await run('restgan', rows, modelInputs(batch));
  const pictures = batch.map((_, row) => image.subarray(row * PIXELS, (row + 1) * PIXELS));
  await Promise.all(pictures.map((rgb) => encode(rgb, SIZE, 'webp')));
  made += rows;
}
console.log(JSON.stringify({ rate: (made * 1_000) / (performance.now() - since), rows }));
