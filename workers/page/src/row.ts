import type { RefineStep } from '../../../shared/contract/answers.ts';
import type { RestganPreview } from '../../component/element.ts';
import { smallPreview, wear } from './garment.ts';
import { fadeIn, wantsStillness } from './motion.ts';

export interface Row {
  /** Shows a draft for every step; steps that are shown already keep their picture. */
  show(steps: readonly RefineStep[], seed: number, model: string): void;
  /** Marks the step that the large picture shows. */
  mark(index: number): void;
  /** Whether the row's finals are wanted as well. */
  finish(wanted: boolean): void;
  clear(): void;
}

interface Tile {
  readonly item: HTMLLIElement;
  readonly button: HTMLButtonElement;
  readonly word: HTMLElement;
  readonly preview: RestganPreview;
}

/** The large picture's size, so that a step that is picked is there already. */
const SIZE = 256;

/** The row of refinements: one picture for every word that was added. `onPick` gets the step that was clicked. */
export function createRow(list: HTMLOListElement, onPick: (index: number) => void): Row {
  const tiles: Tile[] = [];

  const addTile = (index: number): Tile => {
    const item = document.createElement('li');
    const button = document.createElement('button');
    const word = document.createElement('span');
    const tile = document.createElement('span');
    const preview = smallPreview(SIZE);
    item.className = 'step';
    button.type = 'button';
    tile.className = 'tile';
    word.className = 'step-word';
    tile.append(preview);
    button.append(tile, word);
    button.addEventListener('click', () => onPick(index));
    item.append(button);
    list.append(item);
    void fadeIn(item);
    const made = { item, button, word, preview };
    tiles.push(made);
    return made;
  };

  const cut = (length: number): void => {
    for (const tile of tiles.splice(length)) tile.item.remove();
  };

  return {
    show(steps, seed, model) {
      const grown = steps.length > tiles.length;
      cut(steps.length);
      for (const [index, step] of steps.entries()) {
        const { word, preview, item } = tiles[index] ?? addTile(index);
        word.textContent = step.word.word;
        item.dataset.kind = step.word.kind;
        wear(preview, { query: step.canonical, seed, model });
      }
      if (grown) list.scrollTo({ left: list.scrollWidth, behavior: wantsStillness() ? 'auto' : 'smooth' });
    },
    mark(index) {
      for (const [at, { button }] of tiles.entries()) {
        if (at === index) button.setAttribute('aria-current', 'step');
        else button.removeAttribute('aria-current');
      }
    },
    finish(wanted) {
      for (const { preview } of tiles) preview.stage = wanted ? 'final' : 'draft';
    },
    clear: () => cut(0),
  };
}
