import { deltaE, labToRgb8, rgb8ToHex } from '../../shared/color/index.ts';
import type { RefineAnswer, RefineStep, Shade } from '../../shared/contract/answers.ts';
import { type ProblemError, problem } from '../../shared/contract/errors.ts';
import { ANSWER_CACHE } from '../../shared/contract/headers.ts';
import type { PictureStage, Stage } from '../../shared/contract/limits.ts';
import type { Lab, PictureRequest } from '../../shared/contract/picture.ts';
import type { PreviewParams } from '../../shared/contract/preview-params.ts';
import { previewPath } from '../../shared/contract/preview-path.ts';
import { err, type Result } from '../../shared/contract/result.ts';
import { describe, prefixes, type TokenisedQuery } from '../../shared/query/index.ts';
import { pictureRequest } from '../../shared/query/picture-request.ts';
import type { QueryToken } from '../../shared/query/types.ts';
import { publishableKeyOf } from '../access/access.ts';
import type { AppContext } from '../http/env.ts';
import { refuse } from '../http/refuse.ts';
import { MODEL_VERSION } from '../model.ts';
import type { Seen } from '../pipeline/views.ts';
import { clusterHex, describeColor } from './colors.ts';
import { companionWords } from './companions.ts';
import { readAsked, readText } from './query.ts';

/**
 * The query as the model reads it and, word by word, the pictures that it leads to. Unless drafts are asked for, the
 * GPU service draws the row in one prediction and tells what its classifier sees; `auto` waits for it within the
 * budget, `final` to the deadline. Without it the row is of drafts, which nobody has looked at.
 */
export async function refine(c: AppContext): Promise<Response> {
  const asked = readAsked(c);
  if (!asked.ok) return refuse(c, asked.error);
  const { query, params } = asked.value;
  const text = readText(c);
  const steps = text.ok ? prefixes(text.value) : text;
  if (!steps.ok) return refuse(c, problem('internal', 'The words of the query could not be followed.'));
  const key = publishableKeyOf(c.get('access'));
  const row = steps.value.map((step) => requestOf(step, params));
  const seen = params.stage === 'draft' ? null : await look(c, row, params.stage);
  const views = seen?.ok === true ? seen.value : null;
  const stage: PictureStage = views === null ? 'draft' : 'final';
  // Another answer is to be had as soon as the GPU service can draw again.
  const passing = seen !== null && views === null;
  c.header('Cache-Control', passing ? ANSWER_CACHE.moment : ANSWER_CACHE.words);
  const answer: RefineAnswer = {
    model: MODEL_VERSION,
    canonical: query.canonical,
    alt: describe(query.tokens),
    slug: query.slug,
    tokens: query.tokens,
    superseded: query.superseded,
    unknown: query.unknown,
    color:
      query.color === null ? null : { ...describeColor(query.color), target: requestOf(query, params).lab },
    companions: companionWords(query),
    stage,
    fallback: seen?.ok === false ? { code: seen.error.code, detail: seen.error.detail } : null,
    steps: steps.value.flatMap((step, at) => {
      const request = row[at];
      return request === undefined
        ? []
        : [stepOf({ step, before: steps.value[at - 1], request, params, key, seen: views?.[at] ?? null })];
    }),
  };
  return c.json(answer);
}

async function look(
  c: AppContext,
  row: readonly PictureRequest[],
  stage: Exclude<Stage, 'draft'>,
): Promise<Result<readonly Seen[], ProblemError>> {
  const { views, config } = c.get('services');
  if (views === null) return err(problem('gpu_not_configured', 'Drafts are all that there is.'));
  const { ceiling } = c.get('access');
  return views.of(row, stage === 'final' ? config.deadlineMs : config.budgetMs, {
    requestId: c.get('line').requestId,
    ...(ceiling === undefined ? {} : { ceiling }),
    waitUntil: (work) => c.executionCtx.waitUntil(work),
  });
}

const requestOf = (query: TokenisedQuery, { seed, size, format }: PreviewParams): PictureRequest =>
  pictureRequest(query, { model: MODEL_VERSION, seed, size, format, stage: 'final' });

interface Step {
  readonly step: TokenisedQuery;
  readonly before: TokenisedQuery | undefined;
  readonly request: PictureRequest;
  readonly params: PreviewParams;
  /** The publishable key that was asked with, which the pictures need as well. */
  readonly key: string | undefined;
  readonly seen: Seen | null;
}

function stepOf({ step, before, request, params, key, seen }: Step): RefineStep {
  const { seed, size, format } = params;
  const address = (stage: Stage): string =>
    previewPath(step.slug, { seed, size, format, stage, v: MODEL_VERSION, key });
  const pictures = { auto: address('auto'), draft: address('draft'), final: address('final') };
  const word = step.tokens.at(-1);
  if (word === undefined) throw new Error('a step without a word');
  return {
    word,
    canonical: step.canonical,
    alt: describe(step.tokens),
    slug: step.slug,
    change: {
      added: without(step.tokens, before?.tokens ?? []),
      removed: without(before?.tokens ?? [], step.tokens),
    },
    pictures,
    picture: seen === null ? pictures.draft : pictures.final,
    color: {
      named: step.color !== null,
      asked: shadeOf(request.lab),
      rendered: shadeOf(seen?.lab ?? null),
      deltaE00: seen === null || request.lab === null ? null : round(deltaE(request.lab, seen.lab)),
    },
    classifier:
      seen === null
        ? null
        : { ...seen.view, color: { ...seen.view.color, hex: clusterHex(seen.view.color.cluster) } },
  };
}

const without = (tokens: readonly QueryToken[], others: readonly QueryToken[]): readonly QueryToken[] =>
  tokens.filter(({ id, word }) => !others.some((other) => other.id === id && other.word === word));

const shadeOf = (lab: Lab | null): Shade | null =>
  lab === null ? null : { lab, hex: rgb8ToHex(labToRgb8(lab)) };

const round = (value: number): number => Math.round(value * 100) / 100;
