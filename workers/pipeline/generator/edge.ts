import { type ProblemError, problem } from '../../../shared/contract/errors.ts';
import type { PictureRequest } from '../../../shared/contract/picture.ts';
import { err, ok, type Result } from '../../../shared/contract/result.ts';
import type { Generator, Picture } from '../ports.ts';

/** Draws Stage-I pictures: 64 × 64 × 3 bytes of sRGB on white, row by row. May reject. */
export interface EdgeEngine {
  /** Shown in `Server-Timing` and by the health answer. */
  readonly name: string;
  draw(request: PictureRequest): Promise<Uint8Array>;
  /** Whether it has drawn or can draw without starting first. */
  ready(): boolean;
}

/** From Stage-I's bytes to an encoded picture of the size asked for. May reject. */
export type Finish = (rgb: Uint8Array, request: PictureRequest) => Promise<Uint8Array<ArrayBuffer>>;

/** Drafts, drawn in this isolate. Error: `internal`. */
export function createEdgeGenerator(engine: EdgeEngine, finish: Finish): Generator {
  return {
    source: 'edge',
    stage: 'draft',
    async generate(request): Promise<Result<Picture, ProblemError>> {
      try {
        const bytes = await finish(await engine.draw(request), request);
        const { format, model } = request;
        return ok({ bytes, format, stage: 'draft', network: 1, model });
      } catch (error) {
        return err(problem('internal', `The edge could not draw: ${String(error).slice(0, 200)}`));
      }
    },
  };
}
