import type { RestganPreview } from '../../component/element.ts';
import type {} from '../../component/restgan-preview.ts';

/** A garment for an element to show; everything but `query` as in the element's attributes. */
export interface Garment {
  readonly query: string;
  readonly seed: number;
  /** Empty until the first answer has named it. */
  readonly model: string;
}

/** Shows a garment in an element; what is the same stays as it is. */
export function wear(element: RestganPreview, { query, seed, model }: Garment): void {
  element.query = query;
  element.seed = String(seed);
  element.model = model;
}

/** An element for a small picture: a draft, about which screen readers hear nothing. */
export function smallPreview(size: number): RestganPreview {
  const element = document.createElement('restgan-preview');
  element.size = String(size);
  element.stage = 'draft';
  element.ariaLive = 'off';
  return element;
}
