import { MAX_TOKENS } from '../../../shared/contract/limits.ts';
import { NOISE_LENGTH } from '../../../shared/model/latent.ts';
import { TYPE } from './onnx.ts';
import { type Drawn, readBefore, readPockets } from './pockets.ts';
import { type Linear, stepsOf } from './steps.ts';
import type { GraphWalk, Weight } from './walk.ts';

export const PATTERNS = 56;
const LAYERS = 2;
/** Kinds of field before the tiles: down, across, along the sides. */
const FIRST_TILE = 3;
const EDGE = 64;
/** Columns of the table beside its kinds: a layer's period, threshold, steepness and colour, and which one lies under. */
const OTHER_COLUMNS = LAYERS * 6 + 1;
const STRENGTH_AT = 30;
const PHASE_AT = 31;

/** Two layers of one colour each, stripes down, across, along the sides, or of a tile that repeats, on a garment drawn plain. */
export interface PatternWeights {
  /** The token that asks for a pattern, one each. */
  readonly words: readonly number[];
  /** Which of the noise a pattern is drawn by. */
  readonly draws: readonly number[];
  /** A pattern's logits, of the words' state and the ground: [PATTERNS, hidden + 3]. */
  readonly choice: Linear;
  /** [PATTERNS, 2 * (FIRST_TILE + tiles) + OTHER_COLUMNS], as gpu-service/training/export_pattern.py lays it out. */
  readonly table: Weight;
  /** [tiles, EDGE * EDGE] */
  readonly tiles: Weight;
  /** How much the noise changes a colour. */
  readonly strength: number;
  /** A colour that would be darker or lighter is turned around. */
  readonly darkest: number;
  readonly lightest: number;
  /** Factor of every steepness. */
  readonly sharp: number;
  /** Factor of the squared distance from the ground in the exponent of how much a place wears. */
  readonly hold: number;
  /** The token that asks for a cargo garment's pockets. */
  readonly pocketWord: number;
}

/** `plain_words` of the export: the tokens, those of pattern behind the others, and how many others there are. */
export function readPlainWords(walk: GraphWalk): {
  readonly words: readonly number[];
  readonly plain: string;
  readonly lengths: string;
} {
  const { scalar } = stepsOf(walk);
  const { words, theirs } = readEqual(walk);
  const last = walk.next('ReduceMax', [theirs], { axes: [2], keepdims: 0 });
  const places = Array.from({ length: MAX_TOKENS }, (_, place) => place);
  const key = walk.next('Add', [scalar('Mul', last, MAX_TOKENS), { constant: places }]);
  const order = walk.next('TopK', [key, { constant: [MAX_TOKENS] }], { axis: 1, largest: 0, sorted: 1 });
  const plain = walk.next('GatherElements', ['tokens', order], { axis: 1 });
  const some = walk.next('Cast', [scalar('Greater', 'tokens', 0)], { to: TYPE.float });
  const others = walk.next('Sub', [some, last]);
  const count = walk.next('ReduceSum', [others, { constant: [1] }], { keepdims: 0 });
  return { words, plain, lengths: walk.next('Cast', [count], { to: TYPE.int32 }) };
}

/** Which token is which of a list of words; the list is read from the graph. */
function readEqual(walk: GraphWalk): { readonly words: readonly number[]; readonly theirs: string } {
  const tokens = stepsOf(walk).reshape('tokens', [-1, MAX_TOKENS, 1]);
  const words = walk.constantAhead(1);
  const same = walk.next('Equal', [tokens, { constant: words }]);
  return { words, theirs: walk.next('Cast', [same], { to: TYPE.float }) };
}

interface Chosen {
  readonly words: readonly number[];
  readonly draws: readonly number[];
  readonly choice: Linear;
  readonly table: Weight;
  /** The chosen pattern's row. */
  readonly row: string;
  /** 1 where a pattern is asked for. */
  readonly present: string;
}

function readChoice(
  walk: GraphWalk,
  { state, hidden, noise, base }: Pick<Ground, 'state' | 'hidden' | 'noise' | 'base'>,
): Chosen {
  const { linear, scalar } = stepsOf(walk);
  const { words, theirs } = readEqual(walk);
  if (words.length !== PATTERNS) throw new Error(`${words.length} patterns, ${PATTERNS} are known`);
  const asked = walk.next('ReduceMax', [theirs], { axes: [1], keepdims: 0 });
  const known = walk.next('Concat', [state, scalar('Mul', base, 0.02)], { axis: 1 });
  const choice = linear(known, [PATTERNS, hidden + 3]);
  const draws = walk.constantAhead(1);
  const drawn = walk.next('Gather', [noise, { constant: draws }], { axis: 1 });
  if (draws.length !== PATTERNS || draws.some((place) => !(place >= 0 && place < NOISE_LENGTH)))
    throw new Error(`patterns are drawn by ${PATTERNS} places of ${NOISE_LENGTH} of noise`);
  const logits = walk.next('Add', [choice.name, scalar('Mul', drawn, 1.28)]);
  const score = walk.next('Add', [logits, scalar('Mul', scalar('Sub', asked, 1), 1e4)]);
  const present = walk.next('ReduceMax', [asked], { axes: [1], keepdims: 1 });
  const table = walk.weight([PATTERNS, null]);
  const best = walk.next('ArgMax', [score], { axis: 1, keepdims: 0 });
  return { words, draws, choice, table, row: walk.next('Gather', [table, best]), present };
}

interface Ground {
  readonly state: string;
  readonly hidden: number;
  readonly noise: string;
  readonly base: string;
  /** The plain garment. */
  readonly lab: string;
  readonly alpha: string;
}

/** `wearer` of the export, at 64 px: chooses a pattern and puts it and pockets on the plain garment, which makes `worn`. */
export function readPattern(walk: GraphWalk, ground: Ground): PatternWeights & { readonly worn: string } {
  const { slice, reshape, scalar } = stepsOf(walk);
  const { noise, base, lab, alpha } = ground;
  const { words, draws, choice, table, row, present } = readChoice(walk, ground);
  const kinds = ((table.shape[1] ?? 0) - OTHER_COLUMNS) / LAYERS;
  const columns = (from: number, ...shape: readonly number[]): string =>
    reshape(slice(row, from, from + shape.reduce((product, size) => product * size)), [-1, ...shape]);

  const kind = columns(0, LAYERS, kinds);
  const shares = slice(kind, FIRST_TILE, kinds, 2);
  const tiles = walk.weight([kinds - FIRST_TILE, EDGE * EDGE]);
  const motif = reshape(walk.next('MatMul', [shares, tiles]), [-1, LAYERS, EDGE, EDGE]);
  const turn = scalar('Mul', reshape(slice(noise, PHASE_AT, PHASE_AT + 1), [-1, 1, 1]), Math.PI);

  const strength = walk.read('Mul', slice(noise, STRENGTH_AT, STRENGTH_AT + 1));
  const strong = walk.next('Mul', [scalar('Add', strength.name, 1), present]);
  const own = columns((kinds + 3) * LAYERS, LAYERS, 3);
  const { colors, darkest, lightest } = readTurned(
    walk,
    walk.next('Mul', [own, reshape(strong, [-1, 1, 1])]),
    base,
  );
  const colorOf = (layer: number): string => reshape(slice(colors, layer, layer + 1), [-1, 3, 1, 1]);
  const first = colorOf(0);
  const second = colorOf(1);

  const period = columns(kinds * LAYERS, LAYERS, 1);
  const threshold = columns((kinds + 1) * LAYERS, LAYERS, 1, 1);
  const steepness = columns((kinds + 2) * LAYERS, LAYERS, 1, 1);
  const shareOf = (way: number): string => reshape(slice(kind, way, way + 1, 2), [-1, LAYERS, 1, 1]);
  const down = shareOf(0);
  const across = shareOf(1);
  const sides = shareOf(2);
  const band = reshape(period, [-1, LAYERS, 1, 1]);
  const under = columns((kinds + 6) * LAYERS, 1, 1, 1);
  const middle = reshape(base, [-1, 3, 1, 1]);

  const places = Array.from({ length: EDGE }, (_, at) => (at + 0.5 - EDGE / 2) * 2 * Math.PI);
  const turns = walk.next('Div', [{ constant: places }, period]);
  const wave = walk.next('Cos', [walk.next('Add', [turns, turn])]);
  const stripes = walk.next('Mul', [reshape(wave, [-1, LAYERS, 1, EDGE]), down]);
  const crossing = walk.next('Mul', [reshape(wave, [-1, LAYERS, EDGE, 1]), across]);
  const waves = walk.next('Add', [stripes, crossing]);
  const { far, whole } = readFromSides(walk, alpha);
  const off = walk.next('Abs', [walk.next('Sub', [far, band])]);
  const along = walk.next('Mul', [walk.next('Sub', [{ constant: 1 }, off]), sides]);
  const field = walk.next('Add', [walk.next('Add', [waves, along]), motif]);
  const above = walk.next('Sub', [field, threshold]);
  const sharp = walk.read('Mul', steepness);
  const masks = walk.next('Sigmoid', [walk.next('Mul', [above, sharp.name])]);

  const over = slice(masks, 0, 1);
  const below = slice(masks, 1, 2);
  const covered = walk.next('Mul', [walk.next('Mul', [below, over]), under]);
  const beneath = walk.next('Sub', [below, covered]);
  const upper = walk.next('Mul', [over, first]);
  const pattern = walk.next('Add', [upper, walk.next('Mul', [beneath, second])]);
  const away = walk.next('Sub', [lab, middle]);
  const squares = walk.next('Mul', [away, away]);
  const hold = walk.read('Mul', walk.next('ReduceSum', [squares, { constant: [1] }], { keepdims: 1 }));
  const held = walk.next('Mul', [pattern, walk.next('Exp', [hold.name])]);
  const constants = { strength: strength.value, darkest, lightest, sharp: sharp.value, hold: hold.value };
  const patterned = walk.next('Add', [lab, held]);
  const pockets = readPockets(walk, { base, alpha, lab: patterned, far, whole });
  return { words, draws, choice, table, tiles, ...constants, pocketWord: pockets.word, worn: pockets.worn };
}

function readFromSides(walk: GraphWalk, alpha: string): Pick<Drawn, 'far' | 'whole'> {
  const pixels = stepsOf(walk).scalar('Mul', alpha, 1);
  const left = readBefore(walk, pixels, 3);
  const whole = walk.next('ReduceSum', [pixels, { constant: [3] }], { keepdims: 1 });
  return { far: walk.next('Min', [left, walk.next('Sub', [whole, left])]), whole };
}

/** A colour whose lightness would leave what there is goes the other way. */
function readTurned(
  walk: GraphWalk,
  colors: string,
  base: string,
): Pick<PatternWeights, 'darkest' | 'lightest'> & { readonly colors: string } {
  const { slice, reshape, scalar } = stepsOf(walk);
  const ground = reshape(slice(base, 0, 1), [-1, 1, 1]);
  const light = walk.next('Add', [ground, slice(colors, 0, 1, 2)]);
  const [darkest = Number.NaN] = walk.constantAhead(1);
  const [lightest = Number.NaN] = walk.constantAhead(2);
  const kept = walk.next('Clip', [light, { constant: darkest }, { constant: lightest }]);
  const same = walk.next('Cast', [walk.next('Equal', [light, kept])], { to: TYPE.float });
  const within = scalar('Sub', scalar('Mul', same, 2), 1);
  const turned = walk.next('Mul', [slice(colors, 0, 1, 2), within]);
  const both = walk.next('Concat', [turned, slice(colors, 1, 3, 2)], { axis: 2 });
  return { colors: both, darkest, lightest };
}
