import type { ProblemError } from '../../shared/contract/errors.ts';
import type { PictureStage } from '../../shared/contract/limits.ts';
import type { PictureRequest } from '../../shared/contract/picture.ts';
import type { Result } from '../../shared/contract/result.ts';
import type { Picture } from '../../workers/pipeline/ports.ts';
import type { GeneratorCall, GeneratorName } from './generator-call.ts';
import type { WorkerUnderTest } from './worker.ts';

/** A generator as the contract suite sees it, the remote one to the end of its work. */
export interface GeneratorUnderTest {
  readonly stage: PictureStage;
  generate(
    picture: PictureRequest,
    options: GeneratorCall['options'],
  ): Promise<Result<Picture, ProblemError>>;
}

/** A generator that runs in workerd. */
export function remoteGenerator(worker: WorkerUnderTest, name: GeneratorName): GeneratorUnderTest {
  return {
    stage: name === 'gpu' ? 'final' : 'draft',
    async generate(picture, options) {
      const call: GeneratorCall = { name, picture, options };
      const answer = await worker.fetch('/', { method: 'POST', body: JSON.stringify(call) });
      const made = await answer.json();
      if (!made.ok) return made;
      return { ok: true, value: { ...made.value, bytes: Uint8Array.from(made.value.bytes) } };
    },
  };
}
