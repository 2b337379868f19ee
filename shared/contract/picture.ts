import type { Format, PictureStage, Size } from './limits.ts';

/** CIELAB under D65 (culori `lab65`): L 0..100, a and b about −128..127. */
export type Lab = readonly [L: number, a: number, b: number];

/**
 * Everything a picture depends on, and nothing else: two equal requests give the same picture.
 * `tokens` are vocabulary ids in typed order (1 to 16, without padding). `lab` is the colour to render, null
 * when no colour was named (the model then draws one from the seed).
 */
export interface PictureRequest {
  readonly model: string;
  readonly tokens: readonly number[];
  readonly lab: Lab | null;
  readonly seed: number;
  readonly size: Size;
  readonly format: Format;
  readonly stage: PictureStage;
}

/** A request's words as JSON, for who is to draw them. */
export const wordsAsJson = ({ tokens, lab }: Pick<PictureRequest, 'tokens' | 'lab'>) => ({
  tokens: [...tokens],
  lab: lab === null ? null : ([lab[0], lab[1], lab[2]] satisfies [number, number, number]),
});

/** What is to be drawn, as JSON: the GPU service's input for a picture, and what waits in the Queue. */
export const requestAsJson = ({ model, tokens, lab, seed, size, format }: PictureRequest) => ({
  model,
  ...wordsAsJson({ tokens, lab }),
  seed,
  size,
  format,
});

/**
 * The key of a picture, at most 512 bytes (the limit of Workers KV). Lab is rounded to 0.01, far below a
 * visible difference (ΔE00 1), so that equal colours share a key.
 */
export function previewKey(request: PictureRequest): string {
  const known = keys.get(request);
  if (known !== undefined) return known;
  const lab =
    request.lab === null ? 'none' : request.lab.map((value) => roundLab(value).toFixed(2)).join('_');
  const tokens = request.tokens.join('.');
  const key = `p1:${request.model}:${tokens}:${lab}:${request.seed}:${request.size}:${request.format}:${request.stage}`;
  keys.set(request, key);
  return key;
}

/** Requests are never changed, and each is asked for its key by all that it passes. */
const keys = new WeakMap<PictureRequest, string>();

/** The same picture at another stage. */
export const atStage = (
  request: PictureRequest | Omit<PictureRequest, 'stage'>,
  stage: PictureStage,
): PictureRequest => ('stage' in request && request.stage === stage ? request : { ...request, stage });

/** A Lab coordinate as the key has it, never −0. */
export const roundLab = (value: number): number => Math.round(value * 100) / 100 + 0;
