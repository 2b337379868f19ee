import type { GraphWalk, Input, Weight } from './walk.ts';

/** weight [outputs, inputs], bias [outputs]. */
export interface Linear {
  readonly weight: Weight;
  readonly bias: Weight;
}

/** What the export's builder writes by one call (gpu-service/training/onnx_graph.py); each returns its output's name. */
export interface Steps {
  linear(input: Input, shape: readonly [number | null, number]): Linear & { readonly name: string };
  slice(input: string, start: number, end: number, axis?: number): string;
  reshape(input: string, shape: readonly number[]): string;
  leaky(input: string): string;
  scalar(kind: string, input: string, constant: number): string;
}

export function stepsOf(walk: GraphWalk): Steps {
  return {
    linear(input, shape) {
      const weight = walk.weight(shape);
      const bias = walk.weight([weight.shape[0] ?? 0]);
      return { weight, bias, name: walk.next('Gemm', [input, weight, bias], { transB: 1 }) };
    },
    slice: (input, start, end, axis = 1) =>
      walk.next('Slice', [input, { constant: [start] }, { constant: [end] }, { constant: [axis] }]),
    reshape: (input, shape) => walk.next('Reshape', [input, { constant: shape }]),
    leaky: (input) => walk.next('LeakyRelu', [input], { alpha: 0.2 }),
    scalar: (kind, input, constant) => walk.next(kind, [input, { constant }]),
  };
}
