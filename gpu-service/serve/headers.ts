import { createHash, timingSafeEqual } from 'node:crypto';
import { type ProblemError, problem } from '../../shared/contract/errors.ts';
import { err, ok, type Result } from '../../shared/contract/result.ts';

/** Longest time that an answer is held back, as on hosted Replicate. */
export const MAX_WAIT_MS = 60_000;
const MAX_DEADLINE_MS = 3_600_000;

/**
 * How long a creation's answer may wait for the picture, from `Prefer` (RFC 7240): `wait` and `wait=n` with
 * whole seconds, `respond-async` for not at all. What cannot be read is ignored, as the RFC asks.
 * @param fallback ms when no preference is given
 */
export function waitOf(prefer: string | undefined, fallback: number): number {
  for (const preference of (prefer ?? '').toLowerCase().split(',')) {
    const [name, value] = (preference.split(';', 1)[0] ?? '').split('=').map((part) => part.trim());
    if (name === 'respond-async') return 0;
    if (name !== 'wait') continue;
    if (value === undefined) return MAX_WAIT_MS;
    const seconds = value.replaceAll('"', '');
    if (/^\d{1,6}$/.test(seconds)) return Math.min(Number(seconds) * 1_000, MAX_WAIT_MS);
  }
  return fallback;
}

const DURATION = /^(?:(\d{1,4})h)?(?:(\d{1,5})m)?(?:(\d{1,6})s)?(?:(\d{1,7})ms)?$/;

/**
 * Milliseconds of a `Cancel-After` header: hosted Replicate's format (`90`, `90s`, `1m30s`, `1h`) and, here,
 * `ms`, since a page's budget is below a second.
 * @returns undefined without the header; `bad_request` when it cannot be read or is not within one hour
 */
export function deadlineOf(header: string | undefined): Result<number | undefined, ProblemError> {
  if (header === undefined) return ok(undefined);
  const text = header.trim();
  const [, hours, minutes, seconds, ms] = DURATION.exec(/^\d+$/.test(text) ? `${text}s` : text) ?? [];
  const total =
    Number(hours ?? 0) * 3_600_000 +
    Number(minutes ?? 0) * 60_000 +
    Number(seconds ?? 0) * 1_000 +
    Number(ms ?? 0);
  return total > 0 && total <= MAX_DEADLINE_MS
    ? ok(total)
    : err(
        problem('bad_request', 'Cancel-After must be a time like 750ms, 10s or 1m30s, of at most one hour.'),
      );
}

/** Whether an `Authorization` header bears the token; takes as long whatever part of it is wrong. */
export function bears(authorization: string | undefined, token: string): boolean {
  const given = /^bearer +(\S+)$/i.exec(authorization ?? '')?.[1] ?? '';
  return timingSafeEqual(sha256(given), sha256(token));
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();
