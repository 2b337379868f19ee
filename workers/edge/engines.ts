import { err, ok, type Result } from '../../shared/contract/result.ts';
import manifest from '../../shared/model/manifest.json' with { type: 'json' };
import stage1 from '../../shared/model/stage1.onnx';
import kernelModule from '../dist/kernel.wasm';
import weights from '../dist/stage1.bin';
import type { EdgeEngine } from '../pipeline/generator/edge.ts';
import { createKernelEngine } from './kernel-engine.ts';
import { createOnnxEngine } from './onnx-engine.ts';

/** `auto`: the kernel, and onnxruntime-web for a graph that the kernel does not know. */
export type EngineChoice = 'auto' | 'kernel' | 'onnx';

// Both in global scope, once per isolate: the kernel unpacks its weights here, outside of any request;
// onnxruntime-web does nothing before its first picture.
const kernel = createKernelEngine(kernelModule, weights, manifest.graphs.stage1.sha256);
const onnx = createOnnxEngine(stage1);

/** Error: why the kernel, asked for by name, cannot draw this graph. */
export function engineFor(choice: EngineChoice): Result<EdgeEngine, string> {
  if (choice === 'onnx') return ok(onnx);
  if (kernel.ok) return kernel;
  return choice === 'auto' ? ok(onnx) : err(`cannot be kernel: ${kernel.error}`);
}
