import type { RestganPreview } from '../../component/element.ts';
import { lookBeside } from './address.ts';
import { type Garment, smallPreview, wear } from './garment.ts';

/** As many as stand beside the large picture. */
const LOOKS = 6;
const SIZE = 128;

export interface Looks {
  /** Shows the garment in several looks, the garment's own among them and marked. */
  show(garment: Garment): void;
  clear(): void;
}

/** Variations by seed: the same words, drawn otherwise. `onPick` gets the seed of the look that was clicked. */
export function createLooks(
  list: HTMLUListElement,
  { previous, next }: Readonly<Record<'previous' | 'next', HTMLButtonElement>>,
  onPick: (seed: number) => void,
): Looks {
  let first: number | null = null;
  let shown: Garment | null = null;
  const tiles = Array.from({ length: LOOKS }, (_, at) => {
    const item = document.createElement('li');
    const button = document.createElement('button');
    const preview = smallPreview(SIZE);
    button.type = 'button';
    button.className = 'tile look';
    button.append(preview);
    button.addEventListener('click', () => onPick(seedAt(at)));
    item.append(button);
    list.append(item);
    return { button, preview };
  });

  const seedAt = (at: number): number => lookBeside(first ?? 0, at);
  const dress = (tile: { button: HTMLButtonElement; preview: RestganPreview }, at: number): void => {
    const seed = seedAt(at);
    tile.button.ariaLabel = `Look ${seed}`;
    tile.button.setAttribute('aria-pressed', String(seed === shown?.seed));
    wear(tile.preview, { query: shown?.query ?? '', seed, model: shown?.model ?? '' });
  };
  const turn = (by: number): void => {
    first = lookBeside(first ?? 0, by);
    tiles.forEach(dress);
  };
  previous.addEventListener('click', () => turn(-LOOKS));
  next.addEventListener('click', () => turn(LOOKS));

  return {
    show(garment) {
      const seeds = tiles.map((_, at) => seedAt(at));
      if (first === null || !seeds.includes(garment.seed)) first = garment.seed;
      shown = garment;
      tiles.forEach(dress);
    },
    clear() {
      shown = null;
      tiles.forEach(dress);
    },
  };
}
