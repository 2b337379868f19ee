import protobuf from 'protobufjs';
import { fromHalf } from '../build/engine/half.ts';
import { upsampledKernel } from '../build/engine/kernels.ts';

/** onnx.proto3 with what a rewritten graph has to keep; fields that nothing here reads stay bytes. */
const { root } = protobuf.parse(`
  syntax = "proto3";
  message Model { int64 ir_version = 1; Graph graph = 7; repeated bytes opset_import = 8; }
  message Graph { repeated Node node = 1; string name = 2; repeated Tensor initializer = 5; repeated bytes input = 11; repeated bytes output = 12; }
  message Node { repeated string input = 1; repeated string output = 2; string name = 3; string op_type = 4; repeated Attribute attribute = 5; }
  message Attribute { string name = 1; float f = 2; int64 i = 3; bytes s = 4; Tensor t = 5; repeated float floats = 7; repeated int64 ints = 8; int32 type = 20; }
  message Tensor { repeated int64 dims = 1; int32 data_type = 2; string name = 8; bytes raw_data = 9; }
`);
const type = root.lookupType('Model');

const FLOAT = 1;
const INT = 2;
const STRING = 3;
const INTS = 7;

interface Node {
  input: string[];
  output: string[];
  opType: string;
  attribute: readonly Record<string, unknown>[];
}
interface Tensor {
  dims: number[];
  dataType: number;
  name: string;
  rawData: Uint8Array;
}

const ints = (name: string, ...values: readonly number[]) => ({ name, ints: values, type: INTS });

/**
 * The graph as the model's code is written: nearest x2 upsampling and a 3x3 convolution, where the export has a
 * transposed one of the same outcome.
 */
export function asWritten(graph: Uint8Array): Uint8Array {
  const model = type.toObject(type.decode(graph), { longs: Number, arrays: true, defaults: false }) as {
    graph: { node: Node[]; initializer: Tensor[] };
  };
  const { node: nodes, initializer: tensors } = model.graph;
  tensors.push({
    dims: [4],
    dataType: FLOAT,
    name: 'bench/scales',
    rawData: new Uint8Array(Float32Array.of(1, 1, 2, 2).buffer),
  });
  model.graph.node = nodes.flatMap((node) => {
    if (node.opType !== 'ConvTranspose') return [node];
    const [x = '', weight = '', bias = ''] = node.input;
    const [output = ''] = node.output;
    const widened = nodes.find(({ output: [made] }) => made === weight);
    const stored = tensors.find(({ name }) => name === widened?.input[0]);
    if (stored === undefined) throw new Error(`no weights of ${output}`);
    tensors.push({ ...convolutionOf(stored), name: `${output}/weight` });
    return [
      {
        input: [x, '', 'bench/scales'],
        output: [`${output}/wide`],
        opType: 'Resize',
        attribute: [
          { name: 'mode', s: Buffer.from('nearest'), type: STRING },
          { name: 'coordinate_transformation_mode', s: Buffer.from('asymmetric'), type: STRING },
          { name: 'nearest_mode', s: Buffer.from('floor'), type: STRING },
        ],
      },
      {
        input: [`${output}/wide`, `${output}/weight`, bias],
        output: [output],
        opType: 'Conv',
        attribute: [
          ints('kernel_shape', 3, 3),
          ints('pads', 1, 1, 1, 1),
          ints('strides', 1, 1),
          { name: 'group', i: 1, type: INT },
        ],
      },
    ];
  });
  return type.encode(type.fromObject(model)).finish();
}

/** [in, out, 4, 4] halves -> [out, in, 3, 3] floats. */
function convolutionOf({ dims, rawData }: Tensor): Omit<Tensor, 'name'> {
  const [inputs = 0, outputs = 0] = dims;
  const taps = Float32Array.from(new Uint16Array(new Uint8Array(rawData).buffer), fromHalf);
  // (w0, S, -w2) along each axis, S the sum of all three.
  const products = upsampledKernel(taps, inputs, outputs);
  const turned = (a = 0, b = 0, c = 0): readonly number[] => [a, b - a + c, -c];
  const values = new Float32Array(outputs * inputs * 9);
  for (let at = 0; at < outputs * inputs; at += 1) {
    const rows = [0, 3, 6].map((row) => turned(...products.slice(row, row + 3).map((matrix) => matrix[at])));
    for (let column = 0; column < 3; column += 1) {
      const taken = turned(...rows.map((row) => row[column]));
      for (let row = 0; row < 3; row += 1) values[at * 9 + row * 3 + column] = taken[row] ?? 0;
    }
  }
  return { dims: [outputs, inputs, 3, 3], dataType: FLOAT, rawData: new Uint8Array(values.buffer) };
}
