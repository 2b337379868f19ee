import {
  DEFAULT_FORMAT,
  DEFAULT_SEED,
  DEFAULT_SIZE,
  DEFAULT_STAGE,
  type Format,
  type Size,
  type Stage,
} from './limits.ts';

/** What an address says besides the words. */
export interface PreviewChoice {
  readonly seed?: number | undefined;
  readonly size?: Size | undefined;
  readonly format?: Format | undefined;
  readonly stage?: Stage | undefined;
  /** Model version. */
  readonly v?: string | undefined;
  /** A publishable key. */
  readonly key?: string | undefined;
}

/**
 * Address of a preview, path form, parameters sorted and those with their default left out.
 * @param slug of `TokenisedQuery`, or any words: the Worker reads hyphens as spaces
 */
export function previewPath(slug: string, { format = DEFAULT_FORMAT, ...rest }: PreviewChoice = {}): string {
  const defaults: typeof rest = { seed: DEFAULT_SEED, size: DEFAULT_SIZE, stage: DEFAULT_STAGE };
  const search = new URLSearchParams();
  for (const name of ['key', 'seed', 'size', 'stage', 'v'] as const) {
    const value = rest[name];
    if (value !== undefined && value !== defaults[name]) search.set(name, String(value));
  }
  const tail = search.size === 0 ? '' : `?${search}`;
  return `/v1/preview/${encodeURIComponent(slug)}.${format}${tail}`;
}
