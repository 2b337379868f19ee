import type { Lab } from '../../../shared/contract/picture.ts';

/** What the page reads of the answer of `GET /v1/refine`, which holds more. */
export interface Refinement extends Reading {
  readonly canonical: string;
  /** The garment in a shop's words. */
  readonly alt: string;
  readonly color: Color | null;
  readonly steps: readonly Step[];
}

/** What of the words was not taken as it stands. */
export interface Reading {
  readonly superseded: readonly Word[];
  readonly unknown: readonly UnknownWord[];
}

export interface Word {
  readonly word: string;
  readonly kind: string;
  /** The stretch of the query that it came from; empty for the assumed type. */
  readonly text: string;
}

export interface UnknownWord {
  readonly text: string;
  readonly suggestion: string | null;
}

/** A named colour's centre. */
export interface Color {
  readonly name: string;
  /** CIELAB under D65. */
  readonly lab: Lab;
  readonly hex: string;
}

/** The picture after one word more: addresses of the same garment as a draft and as it is in the end. */
export interface Step {
  readonly word: Word;
  readonly canonical: string;
  readonly alt: string;
  readonly pictures: { readonly draft: string; readonly final: string };
}

/** An answer that is no success. `code` is the Worker's error code, or `offline` when no answer came. */
export interface Failure {
  readonly code: string;
  readonly detail: string;
  /** Seconds after which a retry makes sense, when the answer says so. */
  readonly retryAfter: number | null;
}

export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: Failure };

/** Asks what a query means and how it grew, word by word. Never rejects. */
export async function refine(query: string, seed: number): Promise<Answer<Refinement>> {
  const parameters = new URLSearchParams({ q: query, seed: String(seed), stage: 'draft' });
  try {
    const response = await fetch(`/v1/refine?${parameters}`, { headers: { accept: 'application/json' } });
    if (!response.ok) return { ok: false, failure: await failureOf(response) };
    return { ok: true, value: (await response.json()) as Refinement };
  } catch {
    return { ok: false, failure: OFFLINE };
  }
}

export const OFFLINE: Failure = { code: 'offline', detail: 'There was no answer.', retryAfter: null };

/** Reads problem details (RFC 9457), or what the status and headers tell when the body is something else. */
export async function failureOf(response: Response): Promise<Failure> {
  const retryAfter = Number.parseInt(response.headers.get('retry-after') ?? '', 10);
  const problem = await problemOf(response);
  return {
    code: problem.code ?? response.headers.get('x-preview-error') ?? `http_${response.status}`,
    detail: problem.detail ?? '',
    retryAfter: Number.isNaN(retryAfter) ? null : retryAfter,
  };
}

async function problemOf(response: Response): Promise<{ code?: string; detail?: string }> {
  if (!response.headers.get('content-type')?.includes('json')) return {};
  try {
    const body: unknown = await response.json();
    if (typeof body !== 'object' || body === null) return {};
    return {
      ...('code' in body && typeof body.code === 'string' && { code: body.code }),
      ...('detail' in body && typeof body.detail === 'string' && { detail: body.detail }),
    };
  } catch {
    return {};
  }
}
