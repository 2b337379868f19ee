import type { ColorMention } from '../color/types.ts';
import type { TokenKind } from './vocabulary.ts';

/** One word of a query that the model knows. */
export interface QueryToken {
  readonly id: number;
  /** Canonical form; for a colour, the colour's canonical name or `#rrggbb`. */
  readonly word: string;
  readonly kind: TokenKind;
  /** The stretch of the (normalised) query it came from; empty for the default type. */
  readonly text: string;
}

/** A word that the model does not know: reported, and ignored by the model. */
export interface UnknownWord {
  readonly text: string;
  /** A known word one edit away. */
  readonly suggestion: string | null;
}

export interface TokenisedQuery {
  /** In typed order, 1 to 16; the default type, when none is named, stands first. */
  readonly tokens: readonly QueryToken[];
  /** Words dropped because a later word of the same exclusive group replaced them. */
  readonly superseded: readonly QueryToken[];
  readonly unknown: readonly UnknownWord[];
  /** The colour that counts (the last one named), null when none is named. */
  readonly color: ColorMention | null;
  /** Canonical words joined by spaces; equal for queries that mean the same. */
  readonly canonical: string;
  /** URL form: canonical words joined by hyphens, `#` left off a hex colour. */
  readonly slug: string;
}
