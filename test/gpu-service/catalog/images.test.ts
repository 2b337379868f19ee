import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ImageResult, processImage } from '../../../gpu-service/catalog/image/process.ts';

/** A pair of trousers as an SVG path in a 200×300 picture. */
const TROUSERS = 'M62,24 H138 L146,90 L140,276 H108 L102,110 H98 L92,276 H60 L54,90 Z';
const GROUND = '#e9e8e6';

function picture(inner: string, { width = 200, height = 300, ground = GROUND } = {}): Buffer {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 200 300" preserveAspectRatio="none">${ground === '' ? '' : `<rect width="200" height="300" fill="${ground}"/>`}${inner}</svg>`;
  return Buffer.from(svg);
}
const trousers = (fill = '#27408b', extra = ''): string => `<path d="${TROUSERS}" fill="${fill}"/>${extra}`;

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'catalog-images-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function standardise(
  name: string,
  bytes: Buffer,
  onModel: boolean | null = null,
): Promise<ImageResult> {
  const file = path.join(folder, name);
  writeFileSync(file, bytes);
  return processImage({ file, background: null, onModel, detailPx: null });
}
const jpeg = (svg: Buffer): Promise<Buffer> => sharp(svg).jpeg({ quality: 90 }).toBuffer();

/** Share of opaque pixels, and RGBA at a place given as shares of the edge. */
const opaque = (rgba: Uint8Array): number =>
  rgba.filter((value, i) => i % 4 === 3 && value > 200).length / (rgba.length / 4);
function at(rgba: Uint8Array, x: number, y: number): number[] {
  const edge = Math.sqrt(rgba.length / 4);
  const i = (Math.floor(y * edge) * edge + Math.floor(x * edge)) * 4;
  return [...rgba.subarray(i, i + 4)];
}

describe('a standardised picture', { timeout: 60_000 }, () => {
  it('shows the garment centred on nothing, aspect kept, in its own colour, 64 and 256 px', async () => {
    const { reasons, rgba64, rgba256, lab, shape } = await standardise(
      'plain.jpg',
      await jpeg(picture(trousers())),
    );
    expect(reasons).toEqual([]);
    expect(rgba64?.length).toBe(64 * 64 * 4);
    expect(rgba256?.length).toBe(256 * 256 * 4);
    expect(shape?.aspect).toBeCloseTo(252 / 92, 0);
    // #27408b divided by the ground is a little lighter.
    expect(lab?.[0]).toBeGreaterThan(26);
    expect(lab?.[0]).toBeLessThan(36);
    expect(lab?.[2]).toBeLessThan(-35);
    if (rgba256 === null) return;
    expect(at(rgba256, 0.5, 0.2)[3]).toBe(255);
    expect(at(rgba256, 0.05, 0.05)).toEqual([255, 255, 255, 0]);
    expect(at(rgba256, 0.5, 0.9)[3]).toBe(0);
    const rows = [...Array(256).keys()].filter((y) =>
      [...Array(256).keys()].some((x) => (rgba256[(y * 256 + x) * 4 + 3] ?? 0) > 127),
    );
    expect(rows[0]).toBeGreaterThanOrEqual(6);
    expect(rows.at(-1)).toBeLessThanOrEqual(249);
  });

  it('has no pale halo: edge pixels keep the cloth’s colour', async () => {
    const { rgba256 } = await standardise('halo.jpg', await jpeg(picture(trousers('#101010'))));
    if (rgba256 === null) throw new Error('no picture');
    let palest = 0;
    for (let i = 0; i < rgba256.length; i += 4) {
      if ((rgba256[i + 3] ?? 0) > 60) palest = Math.max(palest, rgba256[i] ?? 0);
    }
    expect(palest).toBeLessThan(90);
  });

  it('leaves a soft shadow behind', async () => {
    const shadow = `<filter id="f"><feGaussianBlur stdDeviation="5"/></filter><path d="${TROUSERS}" transform="translate(-4 6)" opacity="0.18" filter="url(#f)"/>`;
    const without = await standardise('noshadow.jpg', await jpeg(picture(trousers())));
    const cast = await standardise('shadow.jpg', await jpeg(picture(shadow + trousers())));
    if (without.rgba64 === null || cast.rgba64 === null) throw new Error('no picture');
    expect(Math.abs(opaque(cast.rgba64) - opaque(without.rgba64))).toBeLessThan(0.02);
  });

  it('keeps white stripes of a garment and white garments on a light ground', async () => {
    const stripes = [60, 100, 140, 180, 220]
      .map((y) => `<rect x="0" y="${y}" width="200" height="12" fill="#fdfdfd"/>`)
      .join('');
    const striped = `<clipPath id="c"><path d="${TROUSERS}"/></clipPath>${trousers()}<g clip-path="url(#c)">${stripes}</g>`;
    const plain = await standardise('plain2.jpg', await jpeg(picture(trousers())));
    for (const [name, inner] of [
      ['striped.jpg', striped],
      ['white.jpg', trousers('#fbfbf8', `<path d="${TROUSERS}" fill="none" stroke="#cfcfcc"/>`)],
      ['cream.jpg', trousers('#efe9dc')],
    ] as const) {
      const result = await standardise(name, await jpeg(picture(inner)));
      if (plain.rgba64 === null || result.rgba64 === null) throw new Error(`${name}: no picture`);
      expect(result.reasons, name).toEqual([]);
      expect(opaque(result.rgba64) / opaque(plain.rgba64), name).toBeGreaterThan(0.93);
      expect(opaque(result.rgba64) / opaque(plain.rgba64), name).toBeLessThan(1.1);
    }
  });

  it('measures the commonest colour, not one greyed by a pattern', async () => {
    const dots = [...Array(60).keys()]
      .map((i) => `<circle cx="${60 + (i % 6) * 15}" cy="${30 + Math.floor(i / 6) * 25}" r="4" fill="#fff"/>`)
      .join('');
    const { lab } = await standardise('dots.jpg', await jpeg(picture(`${trousers('#7a1fa0')}${dots}`)));
    expect(lab?.[1]).toBeGreaterThan(45);
    expect(lab?.[2]).toBeLessThan(-40);
  });
});

describe('pictures that are not what a generator learns from', () => {
  it.each([
    [
      'multipack',
      `<g transform="translate(-46 60) scale(0.7)">${trousers()}</g><g transform="translate(76 60) scale(0.7)">${trousers('#8b2727')}</g>`,
    ],
    ['close_up', '<rect x="0" y="0" width="150" height="300" fill="#27408b"/>'],
    ['no_garment', ''],
  ])('%s', async (reason, inner) => {
    const { reasons } = await standardise(`${reason}.jpg`, await jpeg(picture(inner)));
    expect(reasons).toContain(reason);
  });

  it('worn by a model: skin beside the cloth, or the catalogue’s word', async () => {
    const legs =
      '<rect x="58" y="180" width="30" height="100" fill="#d6a37c"/><rect x="112" y="180" width="30" height="100" fill="#d6a37c"/>';
    const worn = `<path d="M62,60 H138 L146,190 H104 L100,130 L96,190 H54 Z" fill="#27408b"/>${legs}`;
    expect((await standardise('worn.jpg', await jpeg(picture(worn)))).reasons).toContain('worn');
    expect((await standardise('said.jpg', await jpeg(picture(trousers())), true)).reasons).toContain('worn');
    expect((await standardise('lay.jpg', await jpeg(picture(trousers())))).onModel).toBe(false);
  });

  it('too small', async () => {
    expect(
      (
        await standardise(
          'tiny.png',
          await sharp(picture(trousers(), { width: 8, height: 12 }))
            .png()
            .toBuffer(),
        )
      ).reasons,
    ).toEqual(['too_small']);
    expect(
      (
        await standardise(
          'small.png',
          await sharp(picture(trousers(), { width: 40, height: 60 }))
            .png()
            .toBuffer(),
        )
      ).reasons,
    ).toContain('too_small');
  });
});

describe('files of every kind', { timeout: 60_000 }, () => {
  it('missing, corrupt, truncated and not a picture at all', async () => {
    expect(
      (
        await processImage({
          file: path.join(folder, 'none.jpg'),
          background: null,
          onModel: null,
          detailPx: null,
        })
      ).reasons,
    ).toEqual(['missing']);
    expect(
      (await processImage({ file: folder, background: null, onModel: null, detailPx: null })).reasons,
    ).toEqual(['unreadable']);
    const good = await jpeg(picture(trousers()));
    expect((await standardise('cut.jpg', good.subarray(0, good.length / 2))).reasons).toEqual(['corrupt']);
    expect((await standardise('empty.jpg', Buffer.alloc(0))).reasons).toEqual(['corrupt']);
    expect((await standardise('text.jpg', Buffer.from('<html>not found</html>'))).reasons).toEqual([
      'corrupt',
    ]);
  });

  it('CMYK, grey-scale, 16 bit, rotated, with alpha, animated: read, and named in the notes', async () => {
    const raw = await sharp(picture(trousers())).png().toBuffer();
    const alpha = await sharp(picture(trousers(), { ground: '' }))
      .png()
      .toBuffer();
    const frames = await sharp([raw, await sharp(raw).negate({ alpha: false }).png().toBuffer()], {
      join: { animated: true },
    })
      .gif()
      .toBuffer();
    const cases: [string, Buffer, string][] = [
      ['cmyk.jpg', await sharp(raw).toColourspace('cmyk').jpeg().toBuffer(), 'cmyk'],
      ['grey.jpg', await sharp(raw).greyscale().toColourspace('b-w').jpeg().toBuffer(), 'greyscale'],
      ['deep.png', await sharp(raw).toColourspace('rgb16').png().toBuffer(), 'sixteen_bit'],
      [
        'turned.jpg',
        await sharp(raw).rotate(90).withMetadata({ orientation: 8 }).jpeg().toBuffer(),
        'rotated',
      ],
      ['alpha.png', alpha, 'alpha'],
      ['moving.gif', frames, 'animated'],
    ];
    for (const [name, bytes, note] of cases) {
      const result = await standardise(name, bytes);
      expect(result.notes, name).toContain(note);
      expect(result.reasons, name).toEqual([]);
      expect(result.shape?.aspect, name).toBeGreaterThan(2);
    }
  });

  it('huge pictures are shrunk, absurd ones refused', async () => {
    const huge = await standardise(
      'huge.jpg',
      await jpeg(picture(trousers(), { width: 3000, height: 4500 })),
    );
    expect(huge).toMatchObject({ reasons: [], notes: ['huge'], detailPx: 4500 });
    const bomb = picture(trousers(), { width: 20_000, height: 20_000 });
    expect((await standardise('bomb.svg', bomb)).reasons).toEqual(['too_many_pixels']);
  });
});
