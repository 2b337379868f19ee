import { fromHalf } from './half.ts';
import { type OnnxModel, type OnnxNode, type OnnxTensor, TYPE } from './onnx.ts';

/** A weight: stored in binary16, widened by a Cast. */
export interface Weight {
  /** Name of the widened value. */
  readonly name: string;
  readonly shape: readonly number[];
  /** Row by row. */
  readonly values: Float32Array;
}

/** A constant that the node must have: a number, or a flat list of them. */
export interface Constant {
  readonly constant: number | readonly number[];
}

export type Input = string | Weight | Constant;
export type Attributes = Readonly<Record<string, number | readonly number[]>>;

/** Relative difference at which a constant is the expected one: float32's rounding. */
const TOLERANCE = 1e-6;

/**
 * Goes through a graph node by node and insists on what it expects. Its users state the whole graph; whatever differs
 * throws a sentence that names the place.
 */
export class GraphWalk {
  readonly #nodes: readonly OnnxNode[];
  readonly #tensors: ReadonlyMap<string, OnnxTensor>;
  #at = 0;

  constructor({ graph }: OnnxModel) {
    this.#nodes = graph.node;
    this.#tensors = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]));
  }

  /** The next node, of this kind, on these inputs; the name of its last output. */
  next(kind: string, inputs: readonly Input[], attributes: Attributes = {}): string {
    const node = this.#take(kind);
    if (node.input.length !== inputs.length) {
      this.#refuse(`has ${node.input.length} inputs, not ${inputs.length}`);
    }
    inputs.forEach((input, i) => {
      this.#checkInput(node.input[i] ?? '', input, i);
    });
    this.#checkAttributes(node, attributes);
    return node.output.at(-1) ?? '';
  }

  /** The next node combines `input` with one number, which is read from the graph. */
  read(kind: string, input: string): { readonly value: number; readonly name: string } {
    const [value = Number.NaN] = this.#numbers(this.#nodes[this.#at]?.input[1] ?? '');
    return { value, name: this.next(kind, [input, { constant: value }]) };
  }

  /** @param shape null where any size will do */
  weight(shape: readonly (number | null)[]): Weight {
    const { input, output } = this.#take('Cast');
    const tensor = this.#tensors.get(input[0] ?? '');
    if (tensor?.dataType !== TYPE.half) return this.#refuse('widens no binary16 weight');
    const fits =
      tensor.dims.length === shape.length &&
      shape.every((size, i) => size === null || size === tensor.dims[i]);
    if (!fits) this.#refuse(`has shape [${tensor.dims}], not [${shape.map((size) => size ?? '?')}]`);
    return {
      name: output[0] ?? '',
      shape: tensor.dims,
      values: Float32Array.from(this.#numbers(tensor.name)),
    };
  }

  /** Shape of the weight that is widened so many nodes ahead; empty when none is. */
  shapeAhead(nodes: number): readonly number[] {
    return this.#tensors.get(this.#nodes[this.#at + nodes]?.input[0] ?? '')?.dims ?? [];
  }

  /** Float constant at an input of the node ahead, any values. */
  constantAhead(input: number): readonly number[] {
    return this.#numbers(this.#nodes[this.#at]?.input[input] ?? '');
  }

  end(output: string): void {
    if (this.#at !== this.#nodes.length) this.#refuse('should be the last node');
    if (this.#nodes.at(-1)?.output[0] !== output) this.#refuse(`does not make ${output}`);
  }

  #take(kind: string): OnnxNode {
    const node = this.#nodes[this.#at];
    this.#at += 1;
    if (node?.opType !== kind) return this.#refuse(`should be ${kind}`);
    return node;
  }

  #checkInput(name: string, expected: Input, i: number): void {
    if (typeof expected === 'string' || 'name' in expected) {
      const wanted = typeof expected === 'string' ? expected : expected.name;
      if (name !== wanted) this.#refuse(`takes ${name} as input ${i}, not ${wanted}`);
      return;
    }
    const wanted = [expected.constant].flat();
    const found = this.#numbers(name);
    if (!sameNumbers(found, wanted)) this.#refuse(`has constant [${found}] at input ${i}, not [${wanted}]`);
  }

  #checkAttributes({ attribute }: OnnxNode, expected: Attributes): void {
    const names = Object.keys(expected);
    if (attribute.length !== names.length) {
      this.#refuse(`has attributes ${attribute.map(({ name }) => name)}, not ${names}`);
    }
    for (const { name, f, i, ints, type } of attribute) {
      const found = type === 1 ? [f] : type === 2 ? [i] : ints;
      const wanted = expected[name];
      if (wanted === undefined || !sameNumbers(found, [wanted].flat())) {
        this.#refuse(`has ${name} ${found}, not ${wanted}`);
      }
    }
  }

  #numbers(name: string): readonly number[] {
    const tensor = this.#tensors.get(name);
    if (tensor === undefined) return this.#refuse(`takes ${name}, which is no constant`);
    // Not `slice`, which of a Node Buffer is a view.
    const bytes = new Uint8Array(tensor.rawData).buffer;
    switch (tensor.dataType) {
      case TYPE.float:
        return Array.from(new Float32Array(bytes));
      case TYPE.int32:
        return Array.from(new Int32Array(bytes));
      case TYPE.int64:
        return Array.from(new BigInt64Array(bytes), Number);
      case TYPE.half:
        return Array.from(new Uint16Array(bytes), fromHalf);
      default:
        return this.#refuse(`takes ${name} of type ${tensor.dataType}`);
    }
  }

  #refuse(fault: string): never {
    const place = Math.max(0, this.#at - 1);
    throw new Error(`node ${place} (${this.#nodes[place]?.opType ?? 'none'}) ${fault}`);
  }
}

function sameNumbers(found: readonly number[], wanted: readonly number[]): boolean {
  return (
    found.length === wanted.length &&
    found.every((value, i) => {
      const other = wanted[i] ?? Number.NaN;
      return Math.abs(value - other) <= TOLERANCE * Math.abs(other);
    })
  );
}
