import { performance } from 'node:perf_hooks';
import { CONTENT_TYPE, type Format } from '../../shared/contract/limits.ts';
import { type PictureRequest, roundLab } from '../../shared/contract/picture.ts';
import type { RowStep, View } from '../../shared/contract/prediction.ts';
import { err, ok, type Result } from '../../shared/contract/result.ts';
import type { ModelRequest } from '../../shared/model/inputs.ts';
import { type BatchFailure, type BatchOutput, createBatcher, type JobOptions } from './batcher.ts';
import { encode } from './encode.ts';
import type { Engine } from './engine.ts';
import { groundColor } from './ground-color.ts';
import { halve } from './halve.ts';
import type { PictureGraph } from './model-dir.ts';
import { VIEW_EDGE } from './view.ts';

/** What a picture depends on besides the model. */
export type PictureInput = Pick<PictureRequest, 'tokens' | 'lab' | 'seed' | 'size' | 'format'>;

/** Pictures that share all but their words. */
export interface RowInput extends Omit<PictureInput, 'tokens' | 'lab'> {
  readonly steps: readonly Pick<PictureInput, 'tokens' | 'lab'>[];
}

export interface PictureTiming {
  /** 1: Stage-I alone; 2: both stages. */
  readonly stage: 1 | 2;
  readonly batchSize: number;
  readonly queuedMs: number;
  readonly runMs: number;
  readonly encodeMs: number;
}

export interface Picture extends PictureTiming {
  /** The encoded picture. */
  readonly bytes: Uint8Array;
}

/** A row of pictures, each with what the classifier sees on it; times are those of the slowest. */
export interface PictureRow extends PictureTiming {
  readonly steps: readonly RowStep[];
}

export interface PictureMaker {
  make(input: PictureInput, options?: JobOptions): Promise<Result<Picture, BatchFailure>>;
  /** Fails as a whole. */
  row(input: RowInput, options?: JobOptions): Promise<Result<PictureRow, BatchFailure>>;
  /** Pictures that wait for the engine. */
  readonly depth: number;
  /** How long the engine has been busy with the batch that runs now, ms. */
  runningMs(): number;
}

export interface PictureMakerOptions {
  readonly maxDelayMs: number;
  readonly onBatch?: (graph: PictureGraph | 'classifier', rows: number, runMs: number) => void;
}

/** From tokens to an encoded picture: batches on the engine, halves for 128 px, encodes; looks at the pictures of a row. */
export function createPictureMaker(engine: Engine, options: PictureMakerOptions): PictureMaker {
  const batchSizes = engine.batchSizes;
  const painter = createBatcher<PictureGraph, ModelRequest, Uint8Array>({
    ...options,
    batchSizes,
    run: engine.run,
  });
  const viewer = createBatcher<'classifier', Uint8Array, View>({
    ...options,
    batchSizes,
    run: (_, pictures) => engine.look(pictures),
  });

  const graphOf = ({ size }: Pick<PictureInput, 'size'>): PictureGraph =>
    size === 64 ? 'stage1' : 'restgan';

  /** Bytes of the picture at its size. */
  async function draw(
    input: PictureInput,
    jobOptions?: JobOptions,
  ): Promise<Result<BatchOutput<Uint8Array>, BatchFailure>> {
    const drawn = await painter.submit(graphOf(input), input, jobOptions);
    if (!drawn.ok || input.size !== 128) return drawn;
    return ok({ ...drawn.value, output: halve(drawn.value.output, 256) });
  }

  async function finish(input: PictureInput, drawn: BatchOutput<Uint8Array>): Promise<Picture> {
    const { output, ...timing } = drawn;
    const startedAt = performance.now();
    const bytes = await encode(output, input.size, input.format);
    const stage = graphOf(input) === 'stage1' ? 1 : 2;
    return { bytes, stage, ...timing, encodeMs: performance.now() - startedAt };
  }

  async function step(
    input: PictureInput,
    jobOptions?: JobOptions,
  ): Promise<Result<{ step: RowStep; picture: Picture }, BatchFailure>> {
    const drawn = await draw(input, jobOptions);
    if (!drawn.ok) return drawn;
    const small = smallest(drawn.value.output, input.size);
    const [L, a, b] = groundColor(small, VIEW_EDGE);
    const signal = jobOptions?.signal;
    const [seen, picture] = await Promise.all([
      viewer.submit('classifier', small, signal === undefined ? {} : { signal }),
      finish(input, drawn.value),
    ]);
    if (!seen.ok) return seen;
    const lab = [roundLab(L), roundLab(a), roundLab(b)] satisfies RowStep['lab'];
    return ok({
      picture,
      step: { picture: dataUri(picture.bytes, input.format), lab, view: seen.value.output },
    });
  }

  return {
    async make(input, jobOptions) {
      const drawn = await draw(input, jobOptions);
      return drawn.ok ? ok(await finish(input, drawn.value)) : drawn;
    },
    async row({ steps, ...choice }, jobOptions) {
      const made = await Promise.all(steps.map((words) => step({ ...choice, ...words }, jobOptions)));
      const fault = made.find((result) => !result.ok);
      if (fault !== undefined) return fault;
      const done = made.flatMap((result) => (result.ok ? [result.value] : []));
      const timings = done.map(({ picture }) => picture);
      const slowest = (name: 'batchSize' | 'queuedMs' | 'runMs' | 'encodeMs'): number =>
        Math.max(...timings.map((timing) => timing[name]));
      const [first] = timings;
      if (first === undefined) return err({ reason: 'failed', detail: 'the row has no steps' });
      return ok({
        steps: done.map((value) => value.step),
        stage: first.stage,
        batchSize: slowest('batchSize'),
        queuedMs: slowest('queuedMs'),
        runMs: slowest('runMs'),
        encodeMs: slowest('encodeMs'),
      });
    },
    get depth() {
      return painter.depth + viewer.depth;
    },
    runningMs: () => Math.max(painter.runningMs(), viewer.runningMs()),
  };
}

/** A picture averaged down to what the classifier looks at. */
function smallest(rgb: Uint8Array, edge: number): Uint8Array {
  return edge === VIEW_EDGE ? rgb : smallest(halve(rgb, edge), edge / 2);
}

export const dataUri = (bytes: Uint8Array, format: Format): string =>
  `data:${CONTENT_TYPE[format]};base64,${Buffer.from(bytes).toString('base64')}`;
