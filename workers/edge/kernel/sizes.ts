/** The graph's sizes, in the order in which the packed model names them. */
export let vocabulary: i32 = 0;
export let embedded: i32 = 0;
export let hidden: i32 = 0;
export let clusters: i32 = 0;
/** Words, noise and z together -> `mapped` -> `style`. */
export let mapped: i32 = 0;
export let style: i32 = 0;
export let narrow: i32 = 0;
export let toned: i32 = 0;
export let c0: i32 = 0;
export let c1: i32 = 0;
export let c2: i32 = 0;
export let c3: i32 = 0;
export let c4: i32 = 0;
export let maps: i32 = 0;
export let tiles: i32 = 0;

export function readSizes(at: usize): void {
  vocabulary = load<i32>(at);
  embedded = load<i32>(at, 4);
  hidden = load<i32>(at, 8);
  clusters = load<i32>(at, 12);
  mapped = load<i32>(at, 16);
  style = load<i32>(at, 20);
  narrow = load<i32>(at, 24);
  toned = load<i32>(at, 28);
  c0 = load<i32>(at, 32);
  c1 = load<i32>(at, 36);
  c2 = load<i32>(at, 40);
  c3 = load<i32>(at, 44);
  c4 = load<i32>(at, 48);
  maps = load<i32>(at, 52);
  tiles = load<i32>(at, 56);
}

/** Outputs of a matrix are padded to whole blocks of eight. */
export function padded(outputs: i32): i32 {
  return (outputs + 7) & ~7;
}
