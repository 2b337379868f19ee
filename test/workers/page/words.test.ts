import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tokenise } from '../../../shared/query/index.ts';
import {
  endsInWord,
  describe as garmentOf,
  inWords,
  replaceWord,
  wordsAtStep,
} from '../../../workers/page/src/words.ts';

const named = (text: string): string => {
  const query = tokenise(text);
  return query.ok ? garmentOf(query.value.tokens) : '';
};

describe('a garment in words', () => {
  it.each([
    ['womens black pants', 'Women’s black pants'],
    ['black womens high waist skinny jeans', 'Women’s black high waist skinny jeans'],
    ['girls pink joggers', 'Girls’ pink joggers'],
    ['mens shorts rolled hem drawstring', 'Men’s shorts with rolled hem and drawstring'],
    ['#7b1f2b', '#7b1f2b pants'],
  ])('%s', (query, text) => {
    expect(named(query)).toBe(text);
  });

  it('lists as English does', () => {
    expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(inWords)).toEqual(['', 'a', 'a and b', 'a, b and c']);
  });
});

describe('fixing a spelling', () => {
  it.each([
    ['mens Skiny jeans', 'skiny', 'skinny', 'mens skinny jeans'],
    ['skiny skinyish skiny', 'skiny', 'skinny', 'skiny skinyish skinny'],
    ['blakc', 'blakc', 'black', 'black'],
    ['pants', 'blakc', 'black', 'pants black'],
    ['', 'blakc', 'black', 'black'],
  ])('%j: %j becomes %j', (text, from, to, expected) => {
    expect(replaceWord(text, from, to)).toBe(expected);
  });

  it('leaves the rest of the text alone', () => {
    const word = fc.stringMatching(/^[a-z]{1,8}$/);
    fc.assert(
      fc.property(fc.array(word), fc.array(word), word, (before, after, to) => {
        const around = (middle: string) => [...before, middle, ...after].join(' ');
        expect(replaceWord(around('UNKNOWN'), 'unknown', to)).toBe(around(to));
      }),
    );
  });
});

describe('a word in the typing', () => {
  it.each([
    ['black ski', 'ski', true],
    ['black ski ', 'ski', false],
    ['ski black', 'ski', false],
    ['blackski', 'ski', false],
    ['', 'ski', false],
    ['black', '', false],
  ])('%j ends in %j: %s', (text, word, expected) => {
    expect(endsInWord(text, word)).toBe(expected);
  });
});

describe('the words of a step', () => {
  const word = (text: string, kind: string) => ({ word: text, kind, text });
  const steps = [
    { word: word('women', 'gender'), canonical: 'pants women' },
    { word: word('black', 'color'), canonical: 'pants women black' },
    { word: word('red', 'color'), canonical: 'pants women red' },
    { word: word('jeans', 'type'), canonical: 'women red jeans' },
  ];

  it('are those up to there that count, with the assumed garment', () => {
    const texts = steps.map((_, index) => garmentOf(wordsAtStep(steps, index)));
    expect(texts).toEqual(['Women’s pants', 'Women’s black pants', 'Women’s red pants', 'Women’s red jeans']);
  });
});
