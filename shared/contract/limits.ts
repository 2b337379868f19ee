/**
 * Every limit and default of the public surface, declared once.
 * Worker, GPU service, command line and client read them from here.
 */

/** Longest query, in UTF-16 code units, before tokenising. */
export const MAX_QUERY_CHARS = 200;
/** Length of the model's token sequence; shorter sequences are padded with token 0. */
export const MAX_TOKENS = 16;

/** Picture edge in pixels. 64 is Stage-I; 256 is Stage-II; 128 is Stage-II averaged down 2×2. */
export const SIZES = [64, 128, 256] as const;
export type Size = (typeof SIZES)[number];
export const DEFAULT_SIZE: Size = 256;

export const FORMATS = ['webp', 'png'] as const;
export type Format = (typeof FORMATS)[number];
export const DEFAULT_FORMAT: Format = 'webp';
export const CONTENT_TYPE = { webp: 'image/webp', png: 'image/png' } as const satisfies Record<
  Format,
  string
>;

/**
 * What the caller asks for. `draft`: made at the edge, never asks the GPU. `final`: waits for the GPU up to
 * the deadline. `auto`: final within the budget, else a draft.
 */
export const STAGES = ['auto', 'draft', 'final'] as const;
export type Stage = (typeof STAGES)[number];
export const DEFAULT_STAGE: Stage = 'auto';
/** What a picture is. */
export type PictureStage = Exclude<Stage, 'auto'>;

/** Seeds are unsigned 32-bit integers. */
export const MAX_SEED = 0xffff_ffff;
export const DEFAULT_SEED = 7;

/** Largest picture accepted from upstream, in bytes, before it is cached or shown. */
export const MAX_PICTURE_BYTES = 1_048_576;
