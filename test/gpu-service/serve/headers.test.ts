import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bears, deadlineOf, waitOf } from '../../../gpu-service/serve/headers.ts';

describe('Prefer', () => {
  it.each([
    [undefined, 7],
    ['', 7],
    ['wait', 60_000],
    ['wait=5', 5_000],
    ['Wait = 5', 5_000],
    ['respond-async, wait=10', 0],
    ['handling=lenient, wait=10', 10_000],
    ['wait=10; foo=bar', 10_000],
    ['wait=600', 60_000],
    ['wait=0', 0],
    ['wait=-1', 7],
    ['wait=soon', 7],
  ])('%j holds the answer for %d ms', (prefer, ms) => {
    expect(waitOf(prefer, 7)).toBe(ms);
  });

  it('is total', () => {
    fc.assert(
      fc.property(fc.string(), (prefer) => {
        const ms = waitOf(prefer, 7);
        expect(ms >= 0 && ms <= 60_000).toBe(true);
      }),
    );
  });
});

describe('Cancel-After', () => {
  it.each([
    [undefined, undefined],
    ['90', 90_000],
    ['90s', 90_000],
    ['1m30s', 90_000],
    ['1h', 3_600_000],
    ['750ms', 750],
    ['1s500ms', 1_500],
  ])('%j is %s ms', (header, ms) => {
    expect(deadlineOf(header)).toEqual({ ok: true, value: ms });
  });

  it.each(['', '0', '0s', '-5', '5 s', '2h', 'soon', '1.5s', '99999999999999'])('refuses %j', (header) => {
    expect(deadlineOf(header)).toMatchObject({ ok: false, error: { code: 'bad_request' } });
  });
});

describe('Authorization', () => {
  const token = 'a-token-of-enough-length';
  it('takes the token alone', () => {
    expect(bears(`Bearer ${token}`, token)).toBe(true);
    expect(bears(`bearer ${token}`, token)).toBe(true);
    const wrong = [undefined, '', token, 'Bearer', `Bearer ${token}x`, `Bearer ${token.slice(1)}`];
    for (const given of [...wrong, `Basic ${token}`, `Bearer ${token} x`])
      expect(bears(given, token)).toBe(false);
  });
});
