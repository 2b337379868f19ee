import { type PreviewChoice, previewPath } from '../contract/preview-path.ts';

export type PreviewOptions = PreviewChoice;

/** Words that stay themselves in a path: letters and digits with single spaces, apostrophes and hyphens between them. */
const PLAIN = /^[a-z0-9]+(?:[ '’-]+[a-z0-9]+)*$/;

/**
 * Path and query of a picture. Plain words make a readable path (`/v1/preview/womens-black-pants.webp?seed=8`), any
 * other text goes into `q`; equal words and options give one address. Defaults are left out, parameters sorted.
 */
export function previewAddress(query: string, options: PreviewOptions = {}): string {
  const words = query
    .trim()
    .toLowerCase()
    .replace(/\s+/g, ' ')
    .replace(/#(?=[0-9a-f]{3}(?:[0-9a-f]{3})?\b)/g, 'hex-');
  if (PLAIN.test(words)) return previewPath(words.replace(/['’]/g, '').replaceAll(' ', '-'), options);
  const address = new URL(previewPath('', options), 'http://x');
  const { format } = options;
  address.searchParams.set('q', query);
  if (format !== undefined) address.searchParams.set('format', format);
  address.searchParams.sort();
  return `/v1/preview${address.search}`;
}
