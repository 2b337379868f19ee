import { readFileSync } from 'node:fs';
import { packGraph } from '../../workers/build/engine/build.ts';
import type { GeneratorName } from './generator-call.ts';

const GRAPH = new URL('../../shared/model/stage1.onnx', import.meta.url);

/** The engines that draw the graph of `shared/model`; the kernel knows one architecture. The Worker's own first. */
export function edgeEngines(): readonly Exclude<GeneratorName, 'gpu'>[] {
  return packGraph(readFileSync(GRAPH)).ok ? ['kernel', 'onnx'] : ['onnx'];
}
