import type { PictureRequest } from '../../shared/contract/picture.ts';
import type { EngineChoice } from '../../workers/edge/engines.ts';

/** The GPU service, and the edge by either engine. */
export type GeneratorName = 'gpu' | Exclude<EngineChoice, 'auto'>;

export interface GeneratorCall {
  readonly name: GeneratorName;
  readonly picture: PictureRequest;
  readonly options: { readonly deadlineMs: number; readonly requestId: string };
}
