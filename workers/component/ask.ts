import { HEADER } from '../../shared/contract/headers.ts';

/** An answer that is no success. */
export interface Failure {
  /** The Worker's error code, or `offline` when no answer came. */
  readonly code: string;
  /** A sentence on what to do about it; empty when the answer had none. */
  readonly detail: string;
  /** HTTP status; 0 without an answer. */
  readonly status: number;
  /** Seconds after which a retry makes sense, when the answer says so. */
  readonly retryAfter: number | null;
}

export type Answer<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: Failure };

export const OFFLINE: Failure = {
  code: 'offline',
  detail: 'There was no answer.',
  status: 0,
  retryAfter: null,
};

/** A picture that came, and what it shows in words. */
export interface Came {
  /** As a data URI. */
  readonly picture: string;
  /** Empty when the answer does not say. */
  readonly alt: string;
}

/**
 * Asks for a picture. It is fetched rather than given to `<img>`, because an `<img>` shows the picture of a notice
 * without telling its status. Never rejects; an aborted one is `offline`.
 */
export async function ask(address: string, signal: AbortSignal): Promise<Answer<Came>> {
  try {
    const response = await fetch(address, {
      headers: { accept: 'application/problem+json, image/*' },
      signal,
    });
    if (!response.ok) return { ok: false, failure: await failureOf(response) };
    const alt = (response.headers.get(HEADER.alt) ?? '').replaceAll("'", '’');
    return { ok: true, value: { picture: await dataUriOf(response), alt } };
  } catch {
    return { ok: false, failure: OFFLINE };
  }
}

/** A blob's address would be fetched again, from another process: a few milliseconds that whoever types would see. */
async function dataUriOf(response: Response): Promise<string> {
  const bytes = new Uint8Array(await response.arrayBuffer());
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return `data:${response.headers.get('content-type')};base64,${btoa(text)}`;
}

/** Reads problem details (RFC 9457), or what the status and headers tell when the body is something else. */
export async function failureOf(response: Response): Promise<Failure> {
  const { status, headers } = response;
  const retryAfter = Number.parseInt(headers.get('retry-after') ?? '', 10);
  const problem = headers.get('content-type')?.includes('json') ? await jsonOf(response) : {};
  return {
    code: textOf(problem, 'code') ?? headers.get(HEADER.error) ?? `http_${status}`,
    detail: textOf(problem, 'detail') ?? '',
    status,
    retryAfter: Number.isNaN(retryAfter) ? null : retryAfter,
  };
}

const jsonOf = (response: Response): Promise<unknown> => response.json().catch(() => ({}));

function textOf(body: unknown, name: string): string | null {
  const value: unknown = Object(body)[name];
  return typeof value === 'string' ? value : null;
}
