import { TYPE } from './onnx.ts';
import { stepsOf } from './steps.ts';
import type { GraphWalk } from './walk.ts';

/** What `pockets` of the export reads of the garment. */
export interface Drawn {
  readonly base: string;
  readonly alpha: string;
  /** Worn, before the pockets. */
  readonly lab: string;
  /** Garment between a place and the nearer side of the outline, and in a row. */
  readonly far: string;
  readonly whole: string;
}

/** `before` of the export: the sum of what lies before the middle of each. */
export function readBefore(walk: GraphWalk, of: string, axis: number): string {
  const upTo = walk.next('CumSum', [of, { constant: axis }]);
  return walk.next('Sub', [upTo, stepsOf(walk).scalar('Mul', of, 0.5)]);
}

/** `add_details` of the export, at 64 px: every number but the word is the engine's own and is checked here. */
export function readPockets(
  walk: GraphWalk,
  { base, alpha, lab, far, whole }: Drawn,
): {
  readonly word: number;
  readonly worn: string;
} {
  const { slice, reshape, scalar } = stepsOf(walk);
  const total = (of: string): string => walk.next('ReduceSum', [of, { constant: [2] }], { keepdims: 1 });
  const rows = scalar('Mul', walk.next('ReduceMax', [alpha], { axes: [3], keepdims: 1 }), 1);
  const height = total(rows);
  const area = total(scalar('Mul', whole, 1));
  const width = walk.next('Div', [area, walk.next('Max', [height, { constant: 1 }])]);
  const top = walk.next('Add', [scalar('Mul', height, 0.34), scalar('Mul', width, 0.18)]);
  const down = walk.next('Sub', [readBefore(walk, rows, 2), top]);
  const half = scalar('Mul', width, 0.17);
  const beyond = walk.next('Sub', [walk.next('Abs', [walk.next('Sub', [down, half])]), half]);
  const off = walk.next('Max', [walk.next('Sub', [far, scalar('Mul', width, 0.22)]), beyond]);
  const seam = (away: string): string => {
    const near = walk.next('Sub', [{ constant: 0.3 }, walk.next('Abs', [away])]);
    return walk.next('Sigmoid', [scalar('Mul', near, 6)]);
  };
  const outline = seam(off);
  const flap = seam(walk.next('Sub', [down, scalar('Mul', width, 0.102)]));
  const within = walk.next('Sigmoid', [scalar('Mul', off, -8)]);
  const seams = walk.next('Max', [outline, walk.next('Mul', [flap, within])]);
  const ground = reshape(slice(base, 0, 1), [-1, 1, 1, 1]);
  const dark = walk.next('Cast', [walk.next('Less', [ground, { constant: 15 }])], { to: TYPE.float });
  const step = scalar('Sub', scalar('Mul', dark, 18), 9);
  const [word = Number.NaN] = walk.constantAhead(1);
  const same = walk.next('Cast', [walk.next('Equal', ['tokens', { constant: word }])], { to: TYPE.float });
  const said = reshape(walk.next('ReduceMax', [same], { axes: [1], keepdims: 1 }), [-1, 1, 1, 1]);
  const light = walk.next('Mul', [seams, walk.next('Mul', [step, said])]);
  return { word, worn: walk.next('Add', [lab, walk.next('Mul', [light, { constant: [1, 0, 0] }])]) };
}
