import type { ModelInputs } from '../../shared/model/inputs.ts';
import type { ProviderChoice } from './config.ts';
import type { Graph, PictureGraph } from './model-dir.ts';
import type { Probabilities } from './view.ts';

/** What executes the graphs. */
export type Provider = 'cuda' | 'cpu';

/** What the engine's thread is started with. */
export interface ThreadData {
  readonly paths: Readonly<Record<Graph, string>>;
  readonly providers: ProviderChoice;
  readonly threads: number;
  /** Largest batch that will be asked for; null leaves it to the provider. */
  readonly maxBatch: number | null;
}

/** A batch for the thread: B rows of inputs, or B pictures to look at, row after row, whose buffers move over. */
export type RunMessage = { readonly id: number; readonly rows: number } & (
  | { readonly graph: PictureGraph; readonly inputs: ModelInputs }
  | { readonly graph: 'classifier'; readonly image: Uint8Array }
);

/**
 * What the thread answers. `note` says why a provider was not taken; `image` is B pictures, row after row;
 * `probabilities` are B rows of each of the classifier's outputs.
 */
export type ThreadMessage =
  | {
      readonly type: 'ready';
      readonly provider: Provider;
      readonly batchSizes: readonly number[];
      readonly note: string | null;
    }
  | { readonly type: 'failed'; readonly reason: string }
  | { readonly type: 'drawn'; readonly id: number; readonly image: Uint8Array }
  | { readonly type: 'seen'; readonly id: number; readonly probabilities: Probabilities }
  | { readonly type: 'error'; readonly id: number; readonly reason: string };
