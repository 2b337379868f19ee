import type { ProblemError } from '../../shared/contract/errors.ts';
import type { Network, PictureSource } from '../../shared/contract/headers.ts';
import type { Format, PictureStage } from '../../shared/contract/limits.ts';
import type { Lab, PictureRequest } from '../../shared/contract/picture.ts';
import type { View } from '../../shared/contract/prediction.ts';
import type { Result } from '../../shared/contract/result.ts';

/** The two ports of the pipeline. It knows them and never an adapter; each has one contract suite in the tests. */

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
  /** Time for the whole of it; afterwards the answer is `gpu_unavailable`. */
  readonly deadlineMs: number;
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
    options: GenerateOptions,
  ): Promise<Result<readonly SeenPicture[], ProblemError>>;
}

/** Draws pictures. `generate` never rejects, and equal requests give equal bytes. */
export interface Generator {
  readonly source: Exclude<PictureSource, 'cache'>;
  /** The stage it draws; it is asked for no other. */
  readonly stage: PictureStage;
  generate(request: PictureRequest, options: GenerateOptions): Promise<Result<Picture, ProblemError>>;
}
