import { COLOR_TABLE_VERSION, labToRgb8, lookupColor, rgb8ToHex } from '../../shared/color/index.ts';
import type { VocabularyAnswer } from '../../shared/contract/answers.ts';
import { ANSWER_CACHE } from '../../shared/contract/headers.ts';
import {
  DEFAULT_FORMAT,
  DEFAULT_SEED,
  DEFAULT_SIZE,
  DEFAULT_STAGE,
  FORMATS,
  MAX_QUERY_CHARS,
  MAX_SEED,
  MAX_TOKENS,
  SIZES,
  STAGES,
} from '../../shared/contract/limits.ts';
import { companionsOf, FREQUENT_COLORS, garmentsWith } from '../../shared/query/companions.ts';
import { DEFAULT_TYPE, VOCABULARY, VOCABULARY_VERSION } from '../../shared/query/index.ts';
import type { AppContext } from '../http/env.ts';
import { MODEL_VERSION } from '../model.ts';

const COMPANIONS = 8;

let made: VocabularyAnswer | null = null;

/** The words that the model knows and the catalogue's frequent colours. */
export function vocabulary(c: AppContext): Response {
  made ??= makeAnswer();
  c.header('Cache-Control', ANSWER_CACHE.meaning);
  return c.json(made);
}

function makeAnswer(): VocabularyAnswer {
  return {
    model: MODEL_VERSION,
    version: VOCABULARY_VERSION,
    colorTableVersion: COLOR_TABLE_VERSION,
    defaultType: DEFAULT_TYPE,
    words: VOCABULARY.filter(({ kind }) => kind !== 'color').map(({ id, word, kind, group, synonyms }) => ({
      id,
      word,
      kind,
      group: group ?? null,
      synonyms,
      garments: garmentsWith(word),
      companions: companionsOf([{ id, word, kind, text: word }], COMPANIONS).map((found) => found.word),
    })),
    colors: FREQUENT_COLORS.flatMap((name) => {
      const color = lookupColor(name);
      if (color === null) return [];
      return [{ name, lab: color.lab, hex: rgb8ToHex(labToRgb8(color.lab)), garments: garmentsWith(name) }];
    }),
    limits: {
      queryChars: MAX_QUERY_CHARS,
      words: MAX_TOKENS,
      maxSeed: MAX_SEED,
      sizes: SIZES,
      formats: FORMATS,
      stages: STAGES,
    },
    defaults: {
      seed: DEFAULT_SEED,
      size: DEFAULT_SIZE,
      format: DEFAULT_FORMAT,
      stage: DEFAULT_STAGE,
    },
  };
}
