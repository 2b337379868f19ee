import { TYPE } from './onnx.ts';
import { stepsOf } from './steps.ts';
import type { GraphWalk } from './walk.ts';

const KAPPA = 24389 / 27;
const EPSILON = 216 / 24389;
const KNEE = 0.0031308;

interface Painting {
  readonly lightRange: number;
  readonly chromaRange: number;
  /** Factor of the squared distance in the exponent of the mean's weights. */
  readonly bell: number;
  readonly lab: string;
  readonly alpha: string;
}

/** The graph from the head's four channels and the base colour to the plain garment: `paint` of the export. */
export function readPainting(walk: GraphWalk, raw: string, base: string): Painting {
  const { slice, reshape, scalar } = stepsOf(walk);
  const alpha = walk.next('Sigmoid', [scalar('Mul', slice(raw, 3, 4), 2)]);
  const light = walk.read('Mul', walk.next('Tanh', [slice(raw, 0, 1)]));
  const chroma = walk.read('Mul', walk.next('Tanh', [scalar('Mul', slice(raw, 1, 3), 0.5)]));
  const residual = walk.next('Concat', [light.name, chroma.name], { axis: 1 });
  const squares = walk.next('Mul', [residual, residual]);
  const distance = walk.next('ReduceSum', [squares, { constant: [1] }], { keepdims: 1 });
  const bell = walk.read('Mul', distance);
  const near = walk.next('Exp', [bell.name]);
  const opaque = walk.next('Mul', [alpha, alpha]);
  const weight = scalar('Add', walk.next('Mul', [opaque, near]), 1e-6);
  const weighted = walk.next('Mul', [residual, weight]);
  const total = walk.next('ReduceSum', [weighted, { constant: [2, 3] }], { keepdims: 1 });
  const weights = walk.next('ReduceSum', [weight, { constant: [2, 3] }], { keepdims: 1 });
  const mean = walk.next('Div', [total, weights]);
  const ground = reshape(base, [-1, 3, 1, 1]);
  const lab = walk.next('Add', [ground, walk.next('Sub', [residual, mean])]);
  return { lightRange: light.value, chromaRange: chroma.value, bell: bell.value, lab, alpha };
}

/**
 * The rest of the graph, from Lab and alpha to bytes: `picture` of the export.
 * @returns [3, 3] from f^-1 of Lab to linear sRGB
 */
export function readPicture(walk: GraphWalk, lab: string, alpha: string): readonly number[] {
  const { slice, scalar } = stepsOf(walk);
  const [l, a, b] = [slice(lab, 0, 1), slice(lab, 1, 2), slice(lab, 2, 3)];
  const y = scalar('Mul', scalar('Add', l, 16), 1 / 116);
  const x = walk.next('Add', [y, scalar('Mul', a, 1 / 500)]);
  const z = walk.next('Sub', [y, scalar('Mul', b, 1 / 200)]);
  const f = walk.next('Concat', [x, y, z], { axis: 1 });
  const positive = scalar('Max', f, 0);
  const cube = walk.next('Mul', [walk.next('Mul', [positive, positive]), positive]);
  const dark = scalar('Mul', scalar('Sub', scalar('Mul', f, 116), 16), 1 / KAPPA);
  const xyz = walk.next('Where', [scalar('Greater', cube, EPSILON), cube, dark]);
  const matrix = walk.constantAhead(1);
  if (matrix.length !== 9) throw new Error(`the colour matrix has ${matrix.length} numbers`);
  const mixed = walk.next('Conv', [xyz, { constant: matrix }], { kernel_shape: [1, 1] });
  const linear = walk.next('Clip', [mixed, { constant: 0 }, { constant: 1 }]);
  const toe = scalar('Mul', linear, 12.92);
  const power = scalar('Pow', scalar('Max', linear, KNEE), 1 / 2.4);
  const curve = scalar('Sub', scalar('Mul', power, 1.055), 0.055);
  const rgb = walk.next('Where', [scalar('Greater', linear, KNEE), curve, toe]);
  const white = walk.next('Sub', [{ constant: 1 }, alpha]);
  const blended = scalar('Mul', walk.next('Add', [walk.next('Mul', [rgb, alpha]), white]), 255);
  const rounded = walk.next('Round', [walk.next('Clip', [blended, { constant: 0 }, { constant: 255 }])]);
  const bytes = walk.next('Cast', [rounded], { to: TYPE.uint8 });
  walk.next('Identity', [walk.next('Transpose', [bytes], { perm: [0, 2, 3, 1] })]);
  return matrix;
}
