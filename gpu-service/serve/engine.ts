import { Worker } from 'node:worker_threads';
import type { View } from '../../shared/contract/prediction.ts';
import { err, ok, type Result } from '../../shared/contract/result.ts';
import { type ModelRequest, modelInputs } from '../../shared/model/inputs.ts';
import type { EngineConfig } from './config.ts';
import type { Provider, RunMessage, ThreadData, ThreadMessage } from './engine-protocol.ts';
import { type PictureGraph, readModel } from './model-dir.ts';
import { VIEW_EDGE, viewsOf } from './view.ts';

const VIEW_BYTES = VIEW_EDGE * VIEW_EDGE * 3;

/** Executes the graphs on a thread of its own. */
export interface Engine {
  readonly modelVersion: string;
  readonly provider: Provider;
  /** Why CUDA was not taken although it was tried. */
  readonly note: string | null;
  /** Batch sizes that are warm, ascending; other sizes work, the first time slower. */
  readonly batchSizes: readonly number[];
  /**
   * Runs one batch. Batches run one after the other, in the order of the calls.
   * @returns a picture per request, RGB bytes row by row: 64×64 of `stage1`, 256×256 of `restgan`
   * @throws when the graph fails or the thread has died
   */
  run(graph: PictureGraph, batch: readonly ModelRequest[]): Promise<Uint8Array[]>;
  /**
   * What the classifier sees on pictures of 64×64 RGB bytes.
   * @throws as `run`
   */
  look(pictures: readonly Uint8Array[]): Promise<View[]>;
  /** Resolves with the reason when the thread dies by itself; the process is then of no use. */
  readonly died: Promise<string>;
  close(): Promise<void>;
}

type Done = Extract<ThreadMessage, { type: 'drawn' | 'seen' }>;

interface Pending {
  readonly resolve: (done: Done) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Checks the model directory, opens the graphs on the provider asked for and warms them.
 * @param maxBatch largest batch to warm; null leaves it to the provider
 * @returns the engine, or what is wrong in a sentence for the operator
 */
export async function startEngine(
  config: EngineConfig,
  maxBatch: number | null = null,
): Promise<Result<Engine, string>> {
  const model = await readModel(config.modelDir);
  if (!model.ok) return model;

  const { providers, threads } = config;
  const data: ThreadData = { paths: model.value.paths, providers, threads, maxBatch };
  const thread = new Worker(new URL('./engine-thread.ts', import.meta.url), {
    workerData: data,
    name: 'engine',
  });
  const pending = new Map<number, Pending>();
  const ready = Promise.withResolvers<Result<Extract<ThreadMessage, { type: 'ready' }>, string>>();
  const died = Promise.withResolvers<string>();
  let dead: string | null = null;
  let lastId = 0;

  const fail = (reason: string): void => {
    if (dead !== null) return;
    dead = reason;
    ready.resolve(err(reason));
    for (const { reject } of pending.values()) reject(new Error(reason));
    pending.clear();
    died.resolve(reason);
  };
  thread.on('error', (error) => fail(`the engine's thread failed: ${error}`));
  thread.on('exit', (code) => fail(`the engine's thread ended with code ${code}`));
  thread.on('message', (message: ThreadMessage) => {
    switch (message.type) {
      case 'ready':
        return ready.resolve(ok(message));
      case 'failed':
        return ready.resolve(err(message.reason));
      case 'drawn':
      case 'seen':
        pending.get(message.id)?.resolve(message);
        return void pending.delete(message.id);
      case 'error':
        pending.get(message.id)?.reject(new Error(message.reason));
        return void pending.delete(message.id);
    }
  });

  const close = async (): Promise<void> => {
    dead ??= 'the engine is closed';
    await thread.terminate();
  };
  const opened = await ready.promise;
  if (!opened.ok) {
    await close();
    return opened;
  }

  function ask(message: RunMessage, moved: readonly ArrayBufferView[]): Promise<Done> {
    if (dead !== null) return Promise.reject(new Error(dead));
    return new Promise((resolve, reject) => {
      pending.set(message.id, { resolve, reject });
      thread.postMessage(
        message,
        moved.map(({ buffer }) => buffer as ArrayBuffer),
      );
    });
  }

  return ok({
    modelVersion: model.value.manifest.version,
    provider: opened.value.provider,
    note: opened.value.note,
    batchSizes: opened.value.batchSizes,
    died: died.promise,
    close,
    async run(graph, batch) {
      lastId += 1;
      const inputs = modelInputs(batch);
      const message: RunMessage = { id: lastId, graph, rows: batch.length, inputs };
      const done = await ask(message, [inputs.tokens, inputs.latent, inputs.color]);
      if (done.type !== 'drawn') throw new Error('the engine drew nothing');
      const rowBytes = done.image.length / batch.length;
      return batch.map((_, row) => done.image.subarray(row * rowBytes, (row + 1) * rowBytes));
    },
    async look(pictures) {
      lastId += 1;
      const image = new Uint8Array(pictures.length * VIEW_BYTES);
      pictures.forEach((picture, row) => {
        image.set(picture, row * VIEW_BYTES);
      });
      const done = await ask({ id: lastId, graph: 'classifier', rows: pictures.length, image }, [image]);
      if (done.type !== 'seen') throw new Error('the engine saw nothing');
      return viewsOf(done.probabilities, pictures.length);
    },
  });
}
