import {
  CLUSTERS,
  type ColorMention,
  labToRgb8,
  lookupColor,
  rgb8ToHex,
  shadeForSeed,
} from '../../shared/color/index.ts';
import type { ColorsAnswer, NamedColor, Shade } from '../../shared/contract/answers.ts';
import { problem } from '../../shared/contract/errors.ts';
import { ANSWER_CACHE } from '../../shared/contract/headers.ts';
import { DEFAULT_SEED } from '../../shared/contract/limits.ts';
import type { Lab } from '../../shared/contract/picture.ts';
import type { AppContext } from '../http/env.ts';
import { refuse } from '../http/refuse.ts';
import { readText } from './query.ts';

/** Seeds whose shades the answer shows. */
const SHADES = 8;

/** What a colour word or `#rrggbb` stands for. */
export function colors(c: AppContext): Response {
  const text = readText(c);
  if (!text.ok) return refuse(c, text.error);
  const color = lookupColor(text.value);
  if (color === null) {
    return refuse(
      c,
      problem('no_known_word', 'Name a colour such as "navy" or "light blue", or write #rrggbb.'),
    );
  }
  c.header('Cache-Control', ANSWER_CACHE.meaning);
  const answer: ColorsAnswer = {
    whitePoint: 'D65',
    ...describeColor(color),
    cluster: { index: color.cluster, ...describeLab(CLUSTERS[color.cluster] ?? color.lab) },
    shades: Array.from({ length: SHADES }, (_, step) => DEFAULT_SEED + step).map((seed) => ({
      seed,
      ...describeLab(shadeForSeed(color, seed)),
    })),
  };
  return c.json(answer);
}

export const describeColor = ({ name, source, lab, cluster }: ColorMention): NamedColor => ({
  name,
  source,
  ...describeLab(lab),
  cluster,
});

/** The colour at a cluster's centre. */
export const clusterHex = (index: number): string => rgb8ToHex(labToRgb8(CLUSTERS[index] ?? [100, 0, 0]));

/** A Lab (D65) and the sRGB that shows it. */
const describeLab = (lab: Lab): Shade => ({ lab, hex: rgb8ToHex(labToRgb8(lab)) });
