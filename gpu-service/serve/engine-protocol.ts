import type { ModelInputs } from '../../shared/model/inputs.ts';
import type { ProviderChoice } from './config.ts';
import type { PictureGraph } from './model-dir.ts';

/** What executes the graphs. */
export type Provider = 'cuda' | 'cpu';

/** What the engine's thread is started with. */
export interface ThreadData {
  readonly paths: Readonly<Record<PictureGraph, string>>;
  readonly providers: ProviderChoice;
  readonly threads: number;
  /** Largest batch that will be asked for; null leaves it to the provider. */
  readonly maxBatch: number | null;
}

/** A batch for the thread: B rows of inputs, whose buffers move over. */
export interface RunMessage {
  readonly id: number;
  readonly graph: PictureGraph;
  readonly rows: number;
  readonly inputs: ModelInputs;
}

/** What the thread answers. `note` says why a provider was not taken; `image` is B pictures, row after row. */
export type ThreadMessage =
  | {
      readonly type: 'ready';
      readonly provider: Provider;
      readonly batchSizes: readonly number[];
      readonly note: string | null;
    }
  | { readonly type: 'failed'; readonly reason: string }
  | { readonly type: 'done'; readonly id: number; readonly image: Uint8Array }
  | { readonly type: 'error'; readonly id: number; readonly reason: string };
