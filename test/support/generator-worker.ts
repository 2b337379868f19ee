/// <reference path="../../workers/modules.d.ts" />
/** The generators in workerd, for their contract suite: a call comes as JSON, its result goes back as JSON. */
import { engineFor, finishDraft } from '../../workers/edge/engines.ts';
import { createEdgeGenerator } from '../../workers/pipeline/generator/edge.ts';
import { createGpuGenerator } from '../../workers/pipeline/generator/gpu.ts';
import type { Generator } from '../../workers/pipeline/ports.ts';
import type { GeneratorCall, GeneratorName } from './generators.ts';

export default {
  async fetch(request: Request, env: { GPU_URL: string; GPU_TOKEN: string }): Promise<Response> {
    const { name, picture, options } = (await request.json()) as GeneratorCall;
    const generator: Generator = name === 'gpu' ? gpuOf(env) : edgeBy(name);
    const made = await generator.generate(picture, options);
    return Response.json(
      made.ok ? { ...made, value: { ...made.value, bytes: [...made.value.bytes] } } : made,
    );
  },
};

const gpuOf = (env: { GPU_URL: string; GPU_TOKEN: string }): Generator =>
  createGpuGenerator({
    url: env.GPU_URL,
    token: env.GPU_TOKEN,
    target: { kind: 'container' },
    outputHosts: [],
  });

function edgeBy(name: Exclude<GeneratorName, 'gpu'>): Generator {
  const engine = engineFor(name);
  if (!engine.ok) throw new Error(engine.error);
  return createEdgeGenerator(engine.value, finishDraft);
}
