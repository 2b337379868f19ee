import { problem } from '../../shared/contract/errors.ts';
import { type PreviewParams, previewPath } from '../../shared/contract/preview-params.ts';
import { describe, prefixes, type TokenisedQuery } from '../../shared/query/index.ts';
import { pictureRequest } from '../../shared/query/picture-request.ts';
import type { AppContext } from '../http/env.ts';
import { refuse } from '../http/refuse.ts';
import { MODEL_VERSION } from '../model.ts';
import { describeColor } from './colors.ts';
import { readAsked, readText } from './query.ts';

/** The query as the model reads it, and word by word the pictures that it leads to. */
export function refine(c: AppContext): Response {
  const asked = readAsked(c);
  if (!asked.ok) return refuse(c, asked.error);
  const { query, params } = asked.value;
  const text = readText(c);
  const steps = text.ok ? prefixes(text.value) : text;
  if (!steps.ok) return refuse(c, problem('internal', 'The words of the query could not be followed.'));
  const key = c.var.access.kind === 'publishable' ? c.var.access.id : undefined;
  c.header('Cache-Control', 'public, max-age=60');
  return c.json({
    model: MODEL_VERSION,
    canonical: query.canonical,
    alt: describe(query.tokens),
    slug: query.slug,
    tokens: query.tokens,
    superseded: query.superseded,
    unknown: query.unknown,
    color: query.color === null ? null : { ...describeColor(query.color), target: targetOf(query, params) },
    steps: steps.value.map((step) => ({
      word: step.tokens.at(-1),
      canonical: step.canonical,
      alt: describe(step.tokens),
      slug: step.slug,
      pictures: picturesOf(step, params, key),
    })),
  });
}

/** The Lab to be rendered for the seed: an unqualified colour word stands for several shades. */
const targetOf = (query: TokenisedQuery, { seed, size, format }: PreviewParams) =>
  pictureRequest(query, { model: MODEL_VERSION, seed, size, format, stage: 'final' }).lab;

/** @param key the publishable key that was asked with, which its pictures need as well */
function picturesOf(
  { slug }: TokenisedQuery,
  { seed, size, format }: PreviewParams,
  key: string | undefined,
) {
  const address = (stage: PreviewParams['stage']): string =>
    previewPath(slug, { seed, size, format, stage, v: MODEL_VERSION, key });
  return { auto: address('auto'), draft: address('draft'), final: address('final') };
}
