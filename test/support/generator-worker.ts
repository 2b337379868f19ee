/**
 * The generators in workerd, for their contract suite: a call comes as JSON, its result goes back as JSON.
 * `/draw?engine=` draws many requests by an edge engine; their bytes go back one after another.
 */
import type { PictureRequest } from '../../shared/contract/picture.ts';
import { engineFor, pictureTools } from '../../workers/edge/engines.ts';
import { createEdgeGenerator, type EdgeEngine } from '../../workers/pipeline/generator/edge.ts';
import { createGpuGenerator } from '../../workers/pipeline/generator/gpu.ts';
import type { RemoteGenerator } from '../../workers/pipeline/ports.ts';
import { complete } from './complete.ts';
import type { GeneratorCall, GeneratorName } from './generator-call.ts';

export { Ceiling, Flight } from '../../workers/objects/index.ts';

export default {
  async fetch(request: Request, env: { GPU_URL: string; GPU_TOKEN: string }): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === '/draw') {
      const engine = edgeBy(searchParams.get('engine') === 'onnx' ? 'onnx' : 'kernel');
      const pictures: Uint8Array<ArrayBuffer>[] = [];
      for (const asked of (await request.json()) as PictureRequest[]) {
        pictures.push(new Uint8Array(await engine.draw(asked)));
      }
      return new Response(new Blob(pictures));
    }
    const { name, picture, options } = (await request.json()) as GeneratorCall;
    const made =
      name === 'gpu'
        ? await complete(gpuOf(env), picture, options)
        : await createEdgeGenerator(edgeBy(name), pictureTools.finish).generate(picture, options);
    return Response.json(
      made.ok ? { ...made, value: { ...made.value, bytes: [...made.value.bytes] } } : made,
    );
  },
};

const gpuOf = (env: { GPU_URL: string; GPU_TOKEN: string }): RemoteGenerator =>
  createGpuGenerator({
    url: env.GPU_URL,
    token: env.GPU_TOKEN,
    target: { kind: 'container' },
    outputHosts: [],
  });

function edgeBy(name: Exclude<GeneratorName, 'gpu'>): EdgeEngine {
  const engine = engineFor(name);
  if (!engine.ok) throw new Error(engine.error);
  return engine.value;
}
