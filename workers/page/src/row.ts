import type { Failure, Step } from './api.ts';
import { fadeIn, wantsStillness } from './frame.ts';
import type { Pictures } from './pictures.ts';
import { createPreview, type Preview } from './preview.ts';

export interface Row {
  /** Shows a picture for every step; steps that are shown already keep their picture. */
  show(steps: readonly Step[]): void;
  /** Marks the step that the large picture shows. */
  mark(index: number): void;
  /** Asks for the finals, the last step's first; the first failure, if there is one. */
  finish(): Promise<Failure | null>;
  clear(): void;
}

interface Tile {
  readonly item: HTMLLIElement;
  readonly button: HTMLButtonElement;
  readonly word: HTMLElement;
  readonly preview: Preview;
}

/** The row of refinements: one picture for every word that was added. `onPick` gets the step that was clicked. */
export function createRow(list: HTMLOListElement, pictures: Pictures, onPick: (index: number) => void): Row {
  const tiles: Tile[] = [];

  const addTile = (index: number): Tile => {
    const item = document.createElement('li');
    const button = document.createElement('button');
    const word = document.createElement('span');
    const preview = createPreview(pictures);
    item.className = 'step';
    button.type = 'button';
    word.className = 'step-word';
    const tile = document.createElement('span');
    tile.className = 'step-tile';
    tile.append(preview.element);
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
    show(steps) {
      const grown = steps.length > tiles.length;
      cut(steps.length);
      for (const [index, step] of steps.entries()) {
        const { word, preview, item } = tiles[index] ?? addTile(index);
        word.textContent = step.word.word;
        item.dataset.kind = step.word.kind;
        preview.show({ ...step.pictures, alt: step.alt });
      }
      if (grown) list.scrollTo({ left: list.scrollWidth, behavior: wantsStillness() ? 'auto' : 'smooth' });
    },
    mark(index) {
      for (const [at, { button }] of tiles.entries()) {
        if (at === index) button.setAttribute('aria-current', 'step');
        else button.removeAttribute('aria-current');
      }
    },
    async finish() {
      const failures = await Promise.all(tiles.toReversed().map(({ preview }) => preview.finish()));
      return failures.find((failure) => failure !== null) ?? null;
    },
    clear: () => cut(0),
  };
}
