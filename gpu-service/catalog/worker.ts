import { parentPort } from 'node:worker_threads';
import sharp from 'sharp';
import { type ImageResult, type ImageTask, processImage } from './image/process.ts';

/** One worker thread: takes a chunk of image tasks, answers with the results in the same order. */
export interface ChunkRequest {
  readonly index: number;
  readonly tasks: readonly (ImageTask | null)[];
}
export interface ChunkAnswer {
  readonly index: number;
  readonly results: readonly (ImageResult | null)[];
}

const port = parentPort;
if (port !== null) {
  sharp.concurrency(1);
  sharp.cache(false);
  port.on('message', async (request: ChunkRequest) => {
    const results: (ImageResult | null)[] = [];
    const transfer: ArrayBuffer[] = [];
    for (const task of request.tasks) {
      const result = task === null ? null : await processImage(task);
      results.push(result);
      for (const bytes of [result?.rgba64, result?.rgba256]) {
        if (bytes !== undefined && bytes !== null && bytes.buffer instanceof ArrayBuffer)
          transfer.push(bytes.buffer);
      }
    }
    const answer: ChunkAnswer = { index: request.index, results };
    port.postMessage(answer, transfer);
  });
}
