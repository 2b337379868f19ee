import { env, InferenceSession, Tensor } from 'onnxruntime-node';
import { MAX_TOKENS } from '../../shared/contract/limits.ts';
import { err, ok, type Result } from '../../shared/contract/result.ts';
import { COLOR_LENGTH, type ModelInputs, modelInputs } from '../../shared/model/inputs.ts';
import { LATENT_LENGTH } from '../../shared/model/latent.ts';
import type { Provider, ThreadData } from './engine-protocol.ts';
import type { PictureGraph } from './model-dir.ts';
import { type Probabilities, VIEW_EDGE } from './view.ts';

/** The output that becomes a picture: uint8 [B, edge, edge, 3], sRGB on white. */
const OUTPUT = { stage1: 'image', restgan: 'image256' } as const satisfies Record<PictureGraph, string>;
/** CPU: batches gain no throughput there (measured), so they stay short for latency. CUDA: a guess, unmeasured. */
const DEFAULT_MAX_BATCH = { cpu: 4, cuda: 32 } as const satisfies Record<Provider, number>;

export interface Sessions {
  readonly provider: Provider;
  /** Batch sizes that have been run once, ascending: powers of two up to the largest. */
  readonly batchSizes: readonly number[];
  /** Why CUDA was not taken although it was tried. */
  readonly note: string | null;
  run(graph: PictureGraph, rows: number, inputs: ModelInputs): Promise<Uint8Array>;
  /** @param image B pictures of 64 px, row after row */
  classify(rows: number, image: Uint8Array): Promise<Probabilities>;
}

/**
 * Opens the graphs and runs every batch size once: the first run of a shape plans memory, and on CUDA searches
 * convolution algorithms. `auto` tries CUDA by opening a session with it, since its libraries, driver and
 * device are only then looked for.
 * @returns the sessions, or why none could be opened
 */
export async function openSessions(data: ThreadData): Promise<Result<Sessions, string>> {
  // Failures come back as exceptions; without this a missing CUDA library is also printed in red.
  env.logLevel = 'fatal';
  const tried: string[] = [];
  for (const provider of data.providers === 'auto' ? (['cuda', 'cpu'] as const) : [data.providers]) {
    try {
      const sessions = await openWith(provider, data, tried.at(-1) ?? null);
      await warmUp(sessions);
      return ok(sessions);
    } catch (error) {
      tried.push(`${provider}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return err(tried.join('\n'));
}

async function openWith(provider: Provider, data: ThreadData, note: string | null): Promise<Sessions> {
  const options: InferenceSession.SessionOptions = {
    executionProviders: provider === 'cuda' ? ['cuda', 'cpu'] : ['cpu'],
    intraOpNumThreads: data.threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    // Idle threads that spin take the cores from the encoder.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  };
  const stage1 = await InferenceSession.create(data.paths.stage1, options);
  const restgan = await InferenceSession.create(data.paths.restgan, options);
  const classifier = await InferenceSession.create(data.paths.classifier, options);
  const sessions = { stage1, restgan };
  return {
    provider,
    note,
    batchSizes: powersOfTwo(data.maxBatch ?? DEFAULT_MAX_BATCH[provider]),
    async run(graph, rows, inputs) {
      const feeds = {
        tokens: new Tensor('int32', inputs.tokens, [rows, MAX_TOKENS]),
        latent: new Tensor('float32', inputs.latent, [rows, LATENT_LENGTH]),
        color: new Tensor('float32', inputs.color, [rows, COLOR_LENGTH]),
      };
      const output = (await sessions[graph].run(feeds, [OUTPUT[graph]]))[OUTPUT[graph]];
      if (!(output?.data instanceof Uint8Array)) throw new Error(`${graph} gave no uint8 picture`);
      return output.data;
    },
    async classify(rows, image) {
      const { type, gender, color } = await classifier.run({
        image: new Tensor('uint8', image, [rows, VIEW_EDGE, VIEW_EDGE, 3]),
      });
      return { type: floats(type), gender: floats(gender), color: floats(color) };
    },
  };
}

function floats(output: Tensor | undefined): Float32Array {
  if (!(output?.data instanceof Float32Array)) throw new Error('the classifier gave no probabilities');
  return output.data;
}

async function warmUp(sessions: Sessions): Promise<void> {
  for (const graph of ['stage1', 'restgan'] as const) {
    for (const rows of sessions.batchSizes) {
      const requests = Array.from({ length: rows }, (_, seed) => ({ tokens: [1], lab: null, seed }));
      await sessions.run(graph, rows, modelInputs(requests));
    }
  }
  for (const rows of sessions.batchSizes) {
    await sessions.classify(rows, new Uint8Array(rows * VIEW_EDGE * VIEW_EDGE * 3));
  }
}

function powersOfTwo(max: number): number[] {
  const sizes: number[] = [];
  for (let size = 1; size <= max; size *= 2) sizes.push(size);
  return sizes;
}
