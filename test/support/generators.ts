import type { PictureRequest } from '../../shared/contract/picture.ts';
import type { GenerateOptions, Generator } from '../../workers/pipeline/ports.ts';
import type { WorkerUnderTest } from './worker.ts';

export interface GeneratorCall {
  readonly source: Generator['source'];
  readonly picture: PictureRequest;
  readonly options: GenerateOptions;
}

/** A generator that runs in workerd. */
export function remoteGenerator(worker: WorkerUnderTest, source: Generator['source']): Generator {
  return {
    source,
    stage: source === 'gpu' ? 'final' : 'draft',
    async generate(picture, options) {
      const call: GeneratorCall = { source, picture, options };
      const answer = await worker.fetch('/', { method: 'POST', body: JSON.stringify(call) });
      const made = await answer.json();
      if (!made.ok) return made;
      return { ok: true, value: { ...made.value, bytes: Uint8Array.from(made.value.bytes) } };
    },
  };
}
