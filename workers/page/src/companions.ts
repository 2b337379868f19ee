import type { CompanionWord, VocabularyAnswer } from '../../../shared/contract/answers.ts';

/** As many as two lines hold. */
const SHOWN = 9;

/** A word on offer. */
export type Chip = Pick<CompanionWord, 'word' | 'kind'>;

/** Where nothing is there yet: whom it is for, and what. */
export const beginningsOf = ({ words }: VocabularyAnswer): readonly Chip[] =>
  ['gender', 'type'].flatMap((kind) =>
    words.filter((word) => word.kind === kind).toSorted((one, other) => other.garments - one.garments),
  );

/** Chips of words that often go with those there, colours aside, which have a palette. */
export function showCompanions(
  list: HTMLUListElement,
  words: readonly Chip[],
  onPick: (word: string) => void,
): void {
  const chips = words
    .filter(({ kind }) => kind !== 'color')
    .slice(0, SHOWN)
    .map(({ word }) => {
      const item = document.createElement('li');
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'chip';
      button.textContent = word;
      button.ariaLabel = `Add ${word}`;
      button.addEventListener('click', () => onPick(word));
      item.append(button);
      return item;
    });
  // Set only when they differ, so that the keyboard's place among them is not lost.
  const texts = (items: readonly Element[]): string => items.map((item) => item.textContent).join();
  if (texts(chips) !== texts([...list.children])) list.replaceChildren(...chips);
}
