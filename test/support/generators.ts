import type { PictureRequest } from '../../shared/contract/picture.ts';
import type { EngineChoice } from '../../workers/edge/engines.ts';
import type { GenerateOptions, Generator } from '../../workers/pipeline/ports.ts';
import type { WorkerUnderTest } from './worker.ts';

/** The GPU service, and the edge by either engine. */
export type GeneratorName = 'gpu' | Exclude<EngineChoice, 'auto'>;

export interface GeneratorCall {
  readonly name: GeneratorName;
  readonly picture: PictureRequest;
  readonly options: GenerateOptions;
}

/** A generator that runs in workerd. */
export function remoteGenerator(worker: WorkerUnderTest, name: GeneratorName): Generator {
  return {
    source: name === 'gpu' ? 'gpu' : 'edge',
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
