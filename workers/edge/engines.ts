import { err, ok, type Result } from '../../shared/contract/result.ts';
import manifest from '../../shared/model/manifest.json' with { type: 'json' };
import general from '../dist/general-engine.js';
import kernelModule from '../dist/kernel.wasm';
import pictureModule from '../dist/picture.wasm';
import weights from '../dist/stage1.bin';
import type { EdgeEngine } from '../pipeline/generator/edge.ts';
import { createPictureTools } from './finish.ts';
import { createKernelEngine } from './kernel-engine.ts';
import { warmUp } from './warm-up.ts';

/** `auto`: the kernel, and onnxruntime-web for a graph that the kernel does not know. */
export type EngineChoice = 'auto' | 'kernel' | 'onnx';

// In global scope, once per isolate: the kernel unpacks its weights here, outside of any request.
const kernel = createKernelEngine(kernelModule, weights, manifest.graphs.stage1.sha256);

/** Of either engine's bytes a file, and checksums. */
export const pictureTools = createPictureTools(pictureModule);

if (kernel.ok) await warmUp(kernel.value, pictureTools.finish);

/** Error: why the engine that was asked for cannot draw. */
export function engineFor(choice: EngineChoice): Result<EdgeEngine, string> {
  if (choice !== 'onnx' && kernel.ok) return kernel;
  if (choice === 'kernel' && !kernel.ok) return err(`cannot be kernel: ${kernel.error}`);
  if (general !== null) return ok(general);
  return err(
    `cannot be ${choice}: the bundle was built without onnxruntime-web (EDGE_ENGINE=onnx npm run build)`,
  );
}
