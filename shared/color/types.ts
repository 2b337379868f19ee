import type { Lab } from '../contract/picture.ts';

/** Where a colour's Lab comes from, in the order they are asked. */
export const COLOR_SOURCES = ['hex', 'catalog', 'css', 'xkcd', 'list'] as const;
export type ColorSource = (typeof COLOR_SOURCES)[number];

/** A colour named in a query. All Lab values are CIELAB under D65 (culori `lab65`). */
export interface ColorMention {
  /** Canonical name ("dark blue") or `#rrggbb`. */
  readonly name: string;
  readonly source: ColorSource;
  /** Centre of the colour. */
  readonly lab: Lab;
  /** Index of the nearest catalogue colour cluster. */
  readonly cluster: number;
}
