import type { RefineAnswer, VocabularyAnswer } from '../../../shared/contract/answers.ts';
import type { PictureStage } from '../../../shared/contract/limits.ts';
import { type Answer, failureOf, OFFLINE } from '../../component/ask.ts';

/**
 * What a query means and how it grew, word by word. Never rejects.
 * @param stage `draft`: at once, nobody has looked at the pictures; `final`: with what the classifier sees on them
 */
export const refine = (query: string, seed: number, stage: PictureStage): Promise<Answer<RefineAnswer>> =>
  ask('/v1/refine', { q: query, seed: String(seed), stage });

/** The words and colours that the model knows. Never rejects. */
export const vocabulary = (): Promise<Answer<VocabularyAnswer>> => ask('/v1/vocabulary', {});

async function ask<T>(path: string, parameters: Readonly<Record<string, string>>): Promise<Answer<T>> {
  const query = new URLSearchParams(parameters).toString();
  try {
    const response = await fetch(`${path}${query === '' ? '' : `?${query}`}`, {
      headers: { accept: 'application/json' },
    });
    if (!response.ok) return { ok: false, failure: await failureOf(response) };
    return { ok: true, value: (await response.json()) as T };
  } catch {
    return { ok: false, failure: OFFLINE };
  }
}
