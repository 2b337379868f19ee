import type { ProblemError } from '../../shared/contract/errors.ts';
import type { Network, PictureSource } from '../../shared/contract/headers.ts';
import type { Format, PictureStage } from '../../shared/contract/limits.ts';
import type { Lab, PictureRequest } from '../../shared/contract/picture.ts';
import type { View } from '../../shared/contract/prediction.ts';
import type { Result } from '../../shared/contract/result.ts';

/** The ports of the pipeline. It knows them and never an adapter; each has one contract suite in the tests. */

/** An encoded picture. */
export interface Picture {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly format: Format;
  readonly stage: PictureStage;
  readonly network: Network;
  /** Version of the model that drew it. */
  readonly model: string;
}

export type CacheRead =
  | { readonly kind: 'hit'; readonly picture: Picture }
  | { readonly kind: 'miss' }
  /** There is a value, and it is not the picture of this request. */
  | { readonly kind: 'damaged'; readonly detail: string }
  | { readonly kind: 'failed'; readonly detail: string };

/** Keeps pictures under `previewKey`. Neither call rejects. */
export interface PictureCache {
  get(request: PictureRequest): Promise<CacheRead>;
  /** The error says what went wrong; the picture may then be missing. */
  put(request: PictureRequest, picture: Picture): Promise<Result<null, string>>;
}

export interface GenerateOptions {
  readonly requestId: string;
}

/** A final picture that the model's classifier has looked at. */
export interface SeenPicture {
  readonly picture: Picture;
  /** Colour of the garment's ground as rendered. */
  readonly lab: Lab;
  readonly view: View;
}

/** Draws a row of finals at once and looks at them. `row` never rejects. */
export interface RowGenerator {
  /** @param requests of one model, seed, size and format, at least one */
  row(
    requests: readonly PictureRequest[],
    options: GenerateOptions & { readonly deadlineMs: number },
  ): Promise<Result<readonly SeenPicture[], ProblemError>>;
}

/** Draws pictures, here and at once. `generate` never rejects, and equal requests give equal bytes. */
export interface Generator {
  readonly source: Exclude<PictureSource, 'cache'>;
  /** The stage it draws; it is asked for no other. */
  readonly stage: PictureStage;
  generate(request: PictureRequest, options: GenerateOptions): Promise<Result<Picture, ProblemError>>;
}

export interface RemoteOptions extends GenerateOptions {
  /** From now on; then nobody wants the picture any more, and the other side need not draw it. */
  readonly deadlineMs: number;
  /** How long this one answer may be held back, in the hope of a picture. */
  readonly waitMs: number;
}

/** How far a generation elsewhere is; `id` is the other side's name for it. */
export type Progress =
  | { readonly kind: 'done'; readonly picture: Picture }
  | { readonly kind: 'pending'; readonly id: string };

/** Draws finals elsewhere. No call rejects or lasts longer than `deadlineMs`. */
export interface RemoteGenerator {
  begin(request: PictureRequest, options: RemoteOptions): Promise<Result<Progress, ProblemError>>;
  resume(
    id: string,
    request: PictureRequest,
    options: RemoteOptions,
  ): Promise<Result<Progress, ProblemError>>;
}

/** Who joins a flight. */
export interface Boarding {
  readonly requestId: string;
  /** How long the caller waits; the flight goes on without it. */
  readonly deadlineMs: number;
  /** What the caller found in the cache; `unknown` when it did not answer. */
  readonly cache: 'miss' | 'unknown' | 'damaged';
  /** Bounds the generations that the caller may cause; joining one costs nothing. */
  readonly ceiling?: Ceiling;
}

/** A final, and whether it was drawn for this or kept. */
export interface Landed {
  readonly picture: Picture;
  readonly source: Exclude<PictureSource, 'edge'>;
}

/**
 * One generation per final at a time, whoever asks and wherever. A flight never ends because its callers have gone,
 * and what it brings lands in the cache. `join` never rejects; errors are `RemoteGenerator`'s and `ceiling_reached`.
 */
export interface Flights {
  join(request: PictureRequest, boarding: Boarding): Promise<Result<Landed, ProblemError>>;
}

/** Counts generations of a day, UTC. */
export interface Ceilings {
  /** Counts one, unless the day's are used up. */
  take(ceiling: Ceiling): Promise<boolean>;
  /** Uncounts one that failed. */
  giveBack(ceiling: Ceiling): Promise<void>;
}

/** How many generations somebody may cause between midnights, UTC. */
export interface Ceiling {
  /** Equal for all who share it. */
  readonly name: string;
  readonly perDay: number;
}
