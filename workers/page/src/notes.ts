import type { RefineAnswer } from '../../../shared/contract/answers.ts';
import { inWords } from '../../../shared/query/describe.ts';
import type { UnknownWord } from '../../../shared/query/types.ts';
import type { Failure } from '../../component/ask.ts';

import { endsInWord } from './words.ts';

/** Unknown words named one by one; more are counted. */
const NAMED = 2;

export interface Notes {
  /** What was not understood or does not count. `typing`: the last word may be unfinished and is not judged. */
  show(reading: Pick<RefineAnswer, 'superseded' | 'unknown'>, text: string, typing: boolean): void;
  /** Why there is no picture of the query. */
  refuse(failure: Failure): void;
  clear(): void;
}

/** The line under the search box. `onFix` gets a word of the text and the known word to put in its place. */
export function createNotes(
  element: HTMLElement,
  hint: string,
  onFix: (from: string, to: string) => void,
): Notes {
  const say = (...parts: readonly (string | Node)[]): void => {
    const line = document.createElement('p');
    line.append(...parts);
    // Set only when it differs, so that a screen reader does not hear the same line again.
    if (element.textContent !== line.textContent) element.replaceChildren(line);
  };
  const chip = (from: string, to: string): HTMLButtonElement => {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'chip';
    button.textContent = to;
    button.ariaLabel = `Replace ${from} by ${to}`;
    button.addEventListener('click', () => onFix(from, to));
    return button;
  };
  const unknownParts = (words: readonly UnknownWord[]): (string | Node)[] => {
    const parts = words
      .slice(0, NAMED)
      .flatMap(({ text, suggestion }) =>
        suggestion === null
          ? [`“${text}” is new to us and left out. `]
          : [`“${text}”? Try `, chip(text, suggestion), ' '],
      );
    const more = words.length - NAMED;
    return more > 0 ? [...parts, `${more} more ${more === 1 ? 'word is' : 'words are'} left out.`] : parts;
  };

  return {
    show(reading, text, typing) {
      const unknown = reading.unknown.filter((word) => !typing || !endsInWord(text, word.text));
      const given = reading.superseded.map((word) => `“${word.text}”`);
      if (unknown.length > 0) say(...unknownParts(unknown));
      else if (given.length > 0) say(`${inWords(given)} gave way to a later word.`);
      else say(hint);
    },
    refuse({ code, detail }) {
      if (code === 'offline')
        say('We cannot be reached. The picture will follow when the connection is back.');
      else if (code === 'no_known_word') say(`We know no word of this yet. ${detail}`);
      else say(detail === '' ? 'Something went wrong on our side. Please try again.' : detail);
    },
    clear: () => say(hint),
  };
}
