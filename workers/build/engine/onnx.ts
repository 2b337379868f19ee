import protobuf from 'protobufjs';
import { z } from 'zod';

/** The fields of onnx.proto3 that a plain graph has; the reader skips all others. Source: github.com/onnx/onnx. */
const { root } = protobuf.parse(`
  syntax = "proto3";
  message Model { Graph graph = 7; repeated Opset opset_import = 8; }
  message Opset { string domain = 1; int64 version = 2; }
  message Graph { repeated Node node = 1; repeated Tensor initializer = 5; }
  message Node { repeated string input = 1; repeated string output = 2; string op_type = 4; repeated Attribute attribute = 5; }
  message Attribute { string name = 1; float f = 2; int64 i = 3; repeated float floats = 7; repeated int64 ints = 8; int32 type = 20; }
  message Tensor { repeated int64 dims = 1; int32 data_type = 2; string name = 8; bytes raw_data = 9; }
`);

/** Codes of TensorProto.DataType. */
export const TYPE = { float: 1, uint8: 2, int32: 6, int64: 7, half: 10 } as const;

const attribute = z.object({
  name: z.string(),
  f: z.number(),
  i: z.number(),
  ints: z.array(z.number()),
  type: z.number(),
});
const node = z.object({
  input: z.array(z.string()),
  output: z.array(z.string()),
  opType: z.string(),
  attribute: z.array(attribute),
});
const tensor = z.object({
  dims: z.array(z.number()),
  dataType: z.number(),
  name: z.string(),
  rawData: z.instanceof(Uint8Array),
});
const model = z.object({
  graph: z.object({ node: z.array(node), initializer: z.array(tensor) }),
  opsetImport: z.array(z.object({ domain: z.string(), version: z.number() })),
});

export type OnnxNode = z.infer<typeof node>;
export type OnnxTensor = z.infer<typeof tensor>;
export type OnnxModel = z.infer<typeof model>;

/** @throws when the bytes are no ONNX model */
export function readOnnx(bytes: Uint8Array): OnnxModel {
  const type = root.lookupType('Model');
  return model.parse(
    type.toObject(type.decode(bytes), { longs: Number, arrays: true, defaults: true, objects: true }),
  );
}
