import { describe, expect, it } from 'vitest';
import { ERRORS, type ErrorCode, problem } from '../../../shared/contract/errors.ts';
import {
  type Address,
  type PictureOutcome,
  pictureCacheControl,
  pictureHeaders,
  problemHeaders,
  validatorHeaders,
} from '../../../shared/contract/headers.ts';

/** The design's table of outcomes, line by line. */
const signed = (versioned: boolean, expiresIn: number): Address => ({ versioned, expiresIn });
const rows: [PictureOutcome, Address, string][] = [
  ['final', { versioned: true }, 'public, max-age=31536000, immutable'],
  ['final', signed(true, 86_400), 'public, max-age=86400'],
  ['final', signed(true, 99_999_999), 'public, max-age=31536000'],
  ['final', signed(true, -5), 'public, max-age=0'],
  ['final', { versioned: false }, 'public, max-age=60'],
  ['final', signed(false, 30), 'public, max-age=30'],
  ['draft', { versioned: true }, 'public, max-age=86400'],
  ['draft', { versioned: false }, 'public, max-age=60'],
  ['draft-instead-of-final', { versioned: true }, 'no-store'],
  ['draft-instead-of-final', { versioned: false }, 'no-store'],
];

describe('the header table', () => {
  it.each(rows)('%s, %o: %s', (outcome, address, cacheControl) => {
    expect(pictureCacheControl(outcome, address)).toBe(cacheControl);
  });

  it('names stage and source and says what it shows; a draft instead of a final has no ETag', () => {
    const picture = { etag: 'W/"a"', network: 2, source: 'gpu', alt: 'Women’s jeans' } as const;
    expect(pictureHeaders('final', { versioned: false }, picture)).toEqual({
      'Cache-Control': 'public, max-age=60',
      ETag: 'W/"a"',
      'X-Preview-Stage': '2',
      'X-Preview-Source': 'gpu',
      'X-Preview-Alt': "Women's jeans",
    });
    expect(validatorHeaders('draft-instead-of-final', { versioned: true }, 'W/"a"')).toEqual({
      'Cache-Control': 'no-store',
    });
  });

  it.each(Object.keys(ERRORS) as ErrorCode[])('%s is remembered for 5 s at most', (code) => {
    const headers = problemHeaders(problem(code, 'detail', 3));
    expect(headers).toMatchObject({ 'X-Preview-Error': code, 'Retry-After': '3' });
    const { status } = ERRORS[code];
    const passing = status >= 500 || [401, 403, 409, 429].includes(status);
    expect(headers['Cache-Control']).toBe(passing ? 'no-store' : 'public, max-age=5');
  });
});
