import { CLUSTERS, labToRgb8, lookupColor, rgb8ToHex, shadeForSeed } from '../../shared/color/index.ts';
import { SHADINGS, TINTS } from '../../shared/color/modifiers.ts';
import { allEntries } from '../../shared/color/table.ts';
import type { Lab } from '../../shared/contract/picture.ts';

/** One square of the chart. */
interface Swatch {
  readonly label: string;
  readonly lab: Lab;
}

/** A titled block of the chart: rows of swatches. */
export interface Section {
  readonly title: string;
  readonly rows: readonly (readonly Swatch[])[];
}

const COLUMNS = 12;
const CELL = { width: 118, swatch: 44, height: 62, gap: 4 };
const TITLE_HEIGHT = 34;
/** Seeds whose shades are shown for a word that stands for a range. */
const SHADE_SEEDS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
/** Words that the modifier grid varies: the basic ones, and two that are dark and light already. */
const GRID_WORDS = [
  'blue',
  'red',
  'green',
  'yellow',
  'orange',
  'pink',
  'purple',
  'brown',
  'grey',
  'navy',
  'beige',
];

/**
 * What the chart shows, from the committed table through the same functions that answer a query. `perList`
 * bounds the sample of each public list; it is taken at equal steps through the alphabet.
 */
export function tableSections(perList: number): Section[] {
  const entries = allEntries();
  const of = (source: string) => entries.filter((entry) => entry.source === source);
  return [
    {
      title: `Catalogue words (${of('catalog').length}) and their shades by seed`,
      rows: of('catalog').map(({ name, lab }) => [{ label: name, lab }, ...shadesOf(name)]),
    },
    {
      title: `Clusters (${CLUSTERS.length})`,
      rows: inRows(CLUSTERS.map((lab, at) => ({ label: `${at}: ${lab.map(Math.round).join(' ')}`, lab }))),
    },
    { title: 'Modifiers', rows: [...SHADINGS, ...TINTS].map(({ words }) => modified(words[0] ?? '')) },
    ...(['css', 'xkcd', 'list'] as const).map((source) => ({
      title: `${source} (${of(source).length})`,
      rows: inRows(sample(of(source), perList).map(({ name, lab }) => ({ label: name, lab }))),
    })),
  ];
}

/** The chart as SVG, dark text on white; sharp turns it into a PNG. */
export function chartSvg(sections: readonly Section[]): string {
  const parts: string[] = [];
  let top = 0;
  for (const { title, rows } of sections) {
    parts.push(`<text x="4" y="${top + 24}" font-size="18" font-weight="bold">${escapeXml(title)}</text>`);
    top += TITLE_HEIGHT;
    for (const row of rows) {
      for (const [column, swatch] of row.entries()) parts.push(drawSwatch(swatch, column * CELL.width, top));
      top += CELL.height;
    }
  }
  const width = COLUMNS * CELL.width;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${top}" font-family="sans-serif">
<rect width="100%" height="100%" fill="#fff"/>${parts.join('\n')}</svg>`;
}

function drawSwatch({ label, lab }: Swatch, x: number, y: number): string {
  const size = `width="${CELL.width - CELL.gap}" height="${CELL.swatch}"`;
  return `<rect x="${x}" y="${y}" ${size} fill="${rgb8ToHex(labToRgb8(lab))}" stroke="#ccc" stroke-width="0.5"/>
<text x="${x + 1}" y="${y + CELL.swatch + 12}" font-size="11">${escapeXml(label)}</text>`;
}

function shadesOf(name: string): Swatch[] {
  const color = lookupColor(name);
  return color === null
    ? []
    : SHADE_SEEDS.map((seed) => ({ label: `seed ${seed}`, lab: shadeForSeed(color, seed) }));
}

function modified(word: string): Swatch[] {
  return GRID_WORDS.flatMap((base) => {
    const color = lookupColor(`${word} ${base}`);
    return color === null ? [] : [{ label: `${color.name} (${color.source})`, lab: color.lab }];
  });
}

function inRows(swatches: readonly Swatch[]): Swatch[][] {
  const rows: Swatch[][] = [];
  for (let at = 0; at < swatches.length; at += COLUMNS) rows.push(swatches.slice(at, at + COLUMNS));
  return rows;
}

function sample<T>(items: readonly T[], most: number): T[] {
  const step = Math.max(1, items.length / most);
  return Array.from({ length: Math.min(items.length, most) }, (_, at) => items[Math.floor(at * step)]).filter(
    (item) => item !== undefined,
  );
}

const escapeXml = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
