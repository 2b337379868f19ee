/// <reference path="../../workers/modules.d.ts" />
/** Both generators in workerd, for their contract suite: a call comes as JSON, its result goes back as JSON. */
import stage1 from '../../shared/model/stage1.onnx';
import { finishDraft } from '../../workers/edge/finish.ts';
import { createOnnxEngine } from '../../workers/edge/onnx-engine.ts';
import { createEdgeGenerator } from '../../workers/pipeline/generator/edge.ts';
import { createGpuGenerator } from '../../workers/pipeline/generator/gpu.ts';
import type { Generator } from '../../workers/pipeline/ports.ts';
import type { GeneratorCall } from './generators.ts';

const edge = createEdgeGenerator(createOnnxEngine(stage1), finishDraft);

export default {
  async fetch(request: Request, env: { GPU_URL: string; GPU_TOKEN: string }): Promise<Response> {
    const { source, picture, options } = (await request.json()) as GeneratorCall;
    const generator: Generator = source === 'edge' ? edge : gpuOf(env);
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
