import type { Lab } from '../../shared/contract/picture.ts';
import { GENDERS, TYPES } from '../../shared/model/classes.ts';
import { nearDuplicates } from './duplicates.ts';
import type { ImageRecord } from './images-stage.ts';
import { denies } from './picture-checks.ts';
import { type CatalogRow, shortHash } from './table.ts';
import { type RowTokens, tokensOf } from './tokens.ts';

/** One line of rows.jsonl: what training reads. */
export interface DatasetRow {
  readonly row: number;
  readonly id: string;
  readonly file: string;
  readonly split: string;
  readonly status: 'ok' | 'rejected';
  readonly reasons: readonly string[];
  readonly usable: { readonly generator: boolean; readonly classifier: boolean; readonly text: boolean };
  readonly style: string;
  readonly type: number | null;
  readonly gender: number | null;
  readonly tokens: readonly number[];
  readonly words: readonly string[];
  readonly mined: readonly number[];
  readonly colorWord: string | null;
  readonly lab: Lab | null;
  readonly labSpread: number;
  readonly cluster: number | null;
  readonly solid: boolean;
  readonly detailPx: number;
  readonly onModel: boolean;
  readonly pack64: number | null;
  readonly pack256: number | null;
}

/** A row with what the report wants to know besides. */
export interface Assembled {
  readonly row: DatasetRow;
  readonly text: RowTokens;
  readonly image: ImageRecord | null;
  readonly source: CatalogRow;
}

/** Reasons without which a row has no picture or no words at all. */
const FATAL = new Set([
  'missing',
  'unreadable',
  'corrupt',
  'too_many_pixels',
  'no_garment',
  'no_title',
  'no_image_name',
  'duplicate_id',
  'unreadable_text',
]);
/** Reasons that leave a picture too doubtful even to tell type and gender from. */
const DOUBTFUL = new Set(['multipack', 'busy_ground', 'close_up', 'ragged', 'lopsided']);
/** A garment whose pixels stay this near to its colour is plain, whatever the shop calls it. */
const PLAIN_SPREAD = 6;

/** Joins rows, words and pictures; every CSV row comes out exactly once, in order. */
export function assemble(rows: readonly CatalogRow[], images: readonly (ImageRecord | null)[]): Assembled[] {
  const duplicates = nearDuplicates(
    images.flatMap((image, row) =>
      image !== null &&
      image.dhash !== null &&
      image.thumb !== null &&
      image.lab !== null &&
      image.reasons.length === 0
        ? [{ row, dhash: image.dhash, thumb: image.thumb, lab: image.lab, detailPx: image.detailPx }]
        : [],
    ),
  );
  return rows.map((source, index) => {
    const image = images[index] ?? null;
    const color = { lab: image?.lab ?? null, spread: image?.labSpread ?? 0 };
    const text = tokensOf(
      source,
      (word) => image?.onModel !== true && denies(word, image?.shape ?? null, color),
    );
    const reasons: string[] = [...source.problems, ...(image?.reasons ?? [])];
    if (saysPack(source) && !reasons.includes('multipack')) reasons.push('multipack');
    if (image !== null && isLopsided(image) && !reasons.includes('multipack')) reasons.push('lopsided');
    if (duplicates.has(index)) reasons.push('near_duplicate');
    if (text.type === null) reasons.push('no_type');
    const fatal = reasons.some((reason) => FATAL.has(reason));
    const textOk =
      !source.problems.some((problem) => FATAL.has(problem)) && text.tokens.length > 0 && text.type !== null;
    const picture = !fatal && image !== null && image.pack64 !== null;
    const classifier = picture && textOk && !reasons.some((reason) => DOUBTFUL.has(reason));
    const generator = classifier && reasons.length === 0 && image.lab !== null;
    const patterned = /pattern|stripe|check|print|blocking|dot|melange|denim|jacquard|argyle/i.test(
      source.appearance,
    );
    return {
      source,
      text,
      image,
      row: {
        row: index,
        id: source.id,
        file: source.image,
        split: source.split || splitOf(source),
        status: fatal ? 'rejected' : 'ok',
        reasons,
        usable: { generator, classifier, text: textOk },
        style: source.style || source.id,
        type: text.type === null ? null : TYPES.indexOf(text.type),
        gender: text.gender === null ? null : GENDERS.indexOf(text.gender),
        tokens: text.tokens,
        words: text.words,
        mined: text.mined.map((mined) => mined.id),
        colorWord: text.colorWord,
        lab: picture ? image.lab : null,
        labSpread: image?.labSpread ?? 0,
        cluster: null,
        solid: picture && !patterned && image.labSpread <= PLAIN_SPREAD,
        detailPx: image?.detailPx ?? 0,
        onModel: image?.onModel ?? false,
        pack64: picture ? image.pack64 : null,
        pack256: generator ? image.pack256 : null,
      },
    };
  });
}

/**
 * A silhouette that differs from its mirror image by this share of its area is two overlapping garments, a folded
 * one, or one that lost a piece to the ground; the last happens to pale cloth only.
 */
const LOPSIDED = { most: 0.34, pale: 0.26, paleFrom: 88 } as const;

function isLopsided({ shape, lab, onModel }: ImageRecord): boolean {
  if (shape === null || onModel) return false;
  const pale = lab !== null && lab[0] > LOPSIDED.paleFrom;
  return shape.lopsided > (pale ? LOPSIDED.pale : LOPSIDED.most);
}

/** Several garments on one picture often overlap, so the text's word for it counts as well. */
const saysPack = (row: CatalogRow): boolean =>
  /\b[2-9][ -]?(pack|pk)\b/i.test(`${row.title} ${row.name} ${row.description}`);

/** A split by style, so that colour variants of one product stay together: 86 % train, 5 % val, 9 % test. */
function splitOf(row: CatalogRow): string {
  const part = Number.parseInt(shortHash(row.style || row.id).slice(0, 6), 16) / 0x1000000;
  return part < 0.86 ? 'train' : part < 0.91 ? 'val' : 'test';
}
