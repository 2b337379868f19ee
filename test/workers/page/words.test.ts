import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addWord, endsInWord, nameColor, replaceWord } from '../../../workers/page/src/words.ts';

describe('fixing a spelling', () => {
  it.each([
    ['mens Skiny jeans', 'skiny', 'skinny', 'mens skinny jeans'],
    ['skiny skinyish skiny', 'skiny', 'skinny', 'skiny skinyish skinny'],
    ['blakc', 'blakc', 'black', 'black'],
    ['pants', 'blakc', 'black', 'pants black'],
    ['', 'blakc', 'black', 'black'],
    ['Dark-Blue jeans', 'dark blue', 'red', 'red jeans'],
    ['#7B1F2B jeans', '#7b1f2b', '#000000', '#000000 jeans'],
    ['wide leg (7/8) jeans', '7/8', 'ankle', 'wide leg (ankle) jeans'],
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

describe('naming a colour', () => {
  it.each([
    ['black jeans', ['', 'black'], 'red', 'red jeans'],
    ['#7b1f2b jeans', ['#7b1f2b', 'black'], '#000000', '#000000 jeans'],
    ['jeans', ['', 'black'], 'red', 'jeans red'],
    ['', [], 'red', 'red'],
  ])('%j, named %j: %s', (text, named, color, expected) => {
    expect(nameColor(text, named, color)).toBe(expected);
  });

  it('adds words behind a space', () => {
    expect([addWord('jeans  ', 'red'), addWord('', 'red')]).toEqual(['jeans red', 'red']);
  });
});
