import sharp from 'sharp';
import { expect, it } from 'vitest';
import { ERRORS, type ErrorCode } from '../../../shared/contract/errors.ts';
import { drawNotice } from '../../../workers/http/notice.ts';

it.each(Object.keys(ERRORS) as ErrorCode[])('%s has a notice that renders', async (code) => {
  const { data, info } = await sharp(Buffer.from(drawNotice(code)))
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect(info).toMatchObject({ width: 256, height: 256 });
  expect(new Set(data).size).toBeGreaterThan(10);
});
