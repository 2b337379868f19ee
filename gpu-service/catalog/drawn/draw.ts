import type { DrawnGarment } from './garments.ts';

/** Units that garments are drawn in, and the picture's size in pixels: that of a shop's smaller copies. */
const WIDTH = 200;
const HEIGHT = 300;
export const PICTURE = { width: 160, height: 240 } as const;

/** A point of the outline on the right half; the left half is its mirror image. */
type Point = readonly [x: number, y: number];

/**
 * One garment as a flat lay in SVG: a silhouette from waist, hip, knee and hem widths, cloth with its pattern,
 * seams, waistband and details, on a light ground that falls off to the corners, with a soft shadow.
 */
export function drawGarment(garment: DrawnGarment): string {
  const middle = WIDTH / 2;
  const top = garment.type === 'shorts' ? HEIGHT * 0.32 : HEIGHT * 0.08;
  const length = { pants: 0.84, jeans: 0.84, shorts: 0.34 }[garment.type] * HEIGHT * garment.length;
  const waist = garment.type === 'shorts' ? 58 : 36;
  const hip = waist * 1.16;
  const bottom = top + length;
  const crotch = top + (garment.type === 'shorts' ? length * 0.62 : Math.min(length * 0.34, HEIGHT * 0.28));
  const legTop = hip;
  const hem = legTop * garment.legWidth;
  const right: Point[] = [
    [waist, top],
    [hip, top + (crotch - top) * 0.6],
    [(hip + hem) / 2 + 1, (crotch + bottom) / 2],
    [Math.max(hem, 9) + 4, bottom],
    [Math.max(4, (hip - hem) * 0.12 + 4), bottom],
    [2, crotch],
  ];
  const outline = [
    ...right.map(([x, y]): Point => [middle + x, y]),
    ...[...right].reverse().map(([x, y]): Point => [middle - x, y]),
  ];
  const path = `M${outline.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' L')} Z`;
  const fill = garment.pattern === 'solid' ? garment.rgb : 'url(#cloth)';
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${PICTURE.width}" height="${PICTURE.height}" viewBox="0 0 ${WIDTH} ${HEIGHT}">`,
    '<defs>',
    `<radialGradient id="ground" r="0.9"><stop offset="0" stop-color="${garment.ground[0]}"/><stop offset="1" stop-color="${garment.ground[1]}"/></radialGradient>`,
    '<filter id="soft" x="-20%" y="-20%" width="140%" height="140%"><feGaussianBlur stdDeviation="3"/></filter>',
    clothPattern(garment),
    `<clipPath id="inside"><path d="${path}"/></clipPath>`,
    '</defs>',
    '<rect width="100%" height="100%" fill="url(#ground)"/>',
    `<path d="${path}" transform="translate(-2 3)" fill="#000" opacity="0.10" filter="url(#soft)"/>`,
    `<path d="${path}" fill="${fill}" stroke="${garment.edge}" stroke-width="1"/>`,
    `<g clip-path="url(#inside)">${details(garment, { middle, top, bottom, crotch, waist, hip, hem })}</g>`,
    strings(garment, middle, top),
    '</svg>',
  ].join('');
}

interface Frame {
  readonly middle: number;
  readonly top: number;
  readonly bottom: number;
  readonly crotch: number;
  readonly waist: number;
  readonly hip: number;
  readonly hem: number;
}

function clothPattern({ pattern, rgb, second }: DrawnGarment): string {
  const tile = (size: number, inner: string): string =>
    `<pattern id="cloth" width="${size}" height="${size}" patternUnits="userSpaceOnUse"><rect width="${size}" height="${size}" fill="${rgb}"/>${inner}</pattern>`;
  switch (pattern) {
    case 'striped':
      return tile(14, `<rect width="14" height="6" fill="${second}"/>`);
    case 'checked':
      return tile(
        16,
        `<rect width="16" height="5" fill="${second}" opacity="0.6"/><rect width="5" height="16" fill="${second}" opacity="0.6"/>`,
      );
    case 'printed':
      return tile(
        18,
        `<circle cx="5" cy="5" r="3.4" fill="${second}"/><circle cx="14" cy="13" r="2.6" fill="${second}"/>`,
      );
    case 'solid':
      return '';
  }
}

function details(garment: DrawnGarment, { middle, top, bottom, crotch, waist, hip, hem }: Frame): string {
  const line = (d: string, width = 1, opacity = 0.45): string =>
    `<path d="${d}" fill="none" stroke="${garment.edge}" stroke-width="${width}" opacity="${opacity}"/>`;
  const parts = [
    line(`M${middle - waist - 20},${top + 9} H${middle + waist + 20}`),
    line(`M${middle},${top + 9} V${crotch}`),
    line(`M${middle - hip + 4},${top + 10} q4,16 -12,20`),
    line(`M${middle + hip - 4},${top + 10} q-4,16 12,20`),
  ];
  // Folds: soft darker and lighter strokes along the legs.
  for (const side of [-1, 1]) {
    const x = middle + side * (hip + hem) * 0.28;
    parts.push(
      `<path d="M${x},${crotch} L${middle + side * (hem * 0.6 + 3)},${bottom}" stroke="#000" stroke-width="5" opacity="0.06"/>`,
    );
    parts.push(
      `<path d="M${x + 7},${crotch} L${middle + side * (hem * 0.6 + 8)},${bottom}" stroke="#fff" stroke-width="4" opacity="0.08"/>`,
    );
    if (garment.sideStripe) {
      parts.push(
        `<path d="M${middle + side * (waist - 1)},${top} L${middle + side * (hem + 2)},${bottom}" stroke="${garment.second}" stroke-width="6"/>`,
      );
    }
    if (garment.ripped) {
      const y = crotch + (bottom - crotch) * 0.4;
      parts.push(
        `<rect x="${middle + side * hip * 0.5 - 7}" y="${y}" width="14" height="5" fill="#f2f2f0" opacity="0.85"/>`,
      );
    }
  }
  if (garment.drawstring)
    parts.push(...[-12, -6, 0, 6, 12].map((dx) => line(`M${middle + dx * 2.4},${top} v9`, 1, 0.35)));
  return parts.join('');
}

/** Drawstrings hang over the cloth. */
function strings(garment: DrawnGarment, middle: number, top: number): string {
  if (!garment.drawstring) return '';
  return `<path d="M${middle - 2},${top + 6} q-7,10 -5,22 M${middle + 2},${top + 6} q7,10 6,20" fill="none" stroke="#f6f6f4" stroke-width="2.4"/>`;
}
