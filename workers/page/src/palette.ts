import type { RefineAnswer, VocabularyAnswer } from '../../../shared/contract/answers.ts';

/** As many as two lines hold. */
const SHOWN = 16;

export interface Palette {
  /** Offers the catalogue's frequent colours. */
  offer(colors: VocabularyAnswer['colors']): void;
  /** Shows the colour that was understood, and how it came out where somebody has looked. */
  show(answer: RefineAnswer | null): void;
}

/**
 * Colours to choose from, by name or any. `onPick` gets the name or `#rrggbb` that is to stand in the query, while
 * the picker is still moving too.
 */
export function createPalette(element: HTMLElement, onPick: (color: string) => void): Palette {
  const part = <T extends Element>(selector: string, type: { new (): T }): T => {
    const found = element.querySelector(selector);
    if (!(found instanceof type)) throw new Error(`The palette lacks ${selector}`);
    return found;
  };
  const list = part('#palette', HTMLUListElement);
  const note = part('#color', HTMLElement);
  const picker = part('#picker', HTMLInputElement);
  const name = part('[data-part="name"]', HTMLElement);
  const values = part('[data-part="values"]', HTMLElement);
  picker.addEventListener('input', () => onPick(picker.value));

  return {
    offer(colors) {
      const swatches = colors.slice(0, SHOWN).map((color) => {
        const item = document.createElement('li');
        const button = document.createElement('button');
        button.type = 'button';
        button.className = 'dot';
        button.title = color.name;
        button.ariaLabel = color.name;
        button.style.backgroundColor = color.hex;
        button.addEventListener('click', () => onPick(color.name));
        item.append(button);
        return item;
      });
      list.replaceChildren(...swatches);
    },
    show(answer) {
      const color = answer?.color ?? null;
      const last = answer?.steps.at(-1)?.color;
      const hex = color?.hex ?? last?.asked?.hex;
      note.dataset.named = String(color !== null);
      if (hex !== undefined && document.activeElement !== picker) picker.value = hex;
      name.textContent = color?.name ?? 'No colour named';
      if (last?.rendered && last.deltaE00 !== null) {
        values.textContent = `Drawn as ${last.rendered.hex}, ΔE ${last.deltaE00.toFixed(1)}`;
      } else if (color === null) values.textContent = 'Each look brings its own';
      else values.textContent = color.name === color.hex ? 'Exactly this one' : color.hex;
      for (const button of list.querySelectorAll('button')) {
        button.setAttribute('aria-pressed', String(button.title === color?.name));
      }
    },
  };
}
