/**
 * Word lists of the tokeniser beside the model's vocabulary: what may be said without meaning a garment,
 * what only looks like a colour, and what means several words at once.
 */

/** Ignored silently: they say nothing about a garment that a picture could show. */
export const STOP_WORDS: ReadonlySet<string> = new Set(
  `a an and at by for from i in is it me my of on or please show some the this to want with
   s th n x color colour colored coloured colors colours shade containing slightly softly fully extra very
   fit fits fitting style styled styles look cut leg legs length waist waistband hem
   pair pairs set made item items product clothing clothes apparel garment garments wear fashion outfit
   buy shop online sale new best cheap quality premium exclusive collection classic basic basics cool nice
   size sizes unisex adult adults fabric material blend`.split(/\s+/),
);

/** Vocabulary words that belong to a colour when one begins with them: "baby blue" is no blue for babies. */
export const COLOR_FIRST: ReadonlySet<string> = new Set(['baby']);

/**
 * Phrases that say several things, spelt exactly as here or run together. Each is read as if the words on the right had been typed: vocabulary words
 * or a colour, which yields to a colour that is named outright.
 */
export const PHRASES: Readonly<Record<string, readonly string[]>> = {
  'short shorts': ['short length', 'shorts'],
  'hot pants': ['short length', 'shorts'],
  'mini shorts': ['short length', 'shorts'],
  'long shorts': ['knee length', 'shorts'],
  bermuda: ['knee length', 'shorts'],
  bermudas: ['knee length', 'shorts'],
  'jean shorts': ['denim', 'shorts'],
  'jean short': ['denim', 'shorts'],
  'jeans shorts': ['denim', 'shorts'],
  jorts: ['denim', 'shorts'],
  'cycling shorts': ['leggings', 'shorts'],
  'biker shorts': ['leggings', 'shorts'],
  'bike shorts': ['leggings', 'shorts'],
  'short pants': ['shorts'],
  'short trousers': ['shorts'],
  'light wash': ['light blue', 'washed'],
  'light denim': ['light blue', 'denim'],
  'light jeans': ['light blue', 'jeans'],
  'medium wash': ['blue', 'washed'],
  'mid wash': ['blue', 'washed'],
  'dark wash': ['dark blue', 'washed'],
  'dark denim': ['dark blue', 'denim'],
  'dark jeans': ['dark blue', 'jeans'],
};

/** Colours that a misspelt word may have meant. */
export const COMMON_COLORS: readonly string[] =
  `black white grey gray blue navy green red pink purple yellow orange brown beige khaki cream olive turquoise
   charcoal maroon burgundy mustard silver gold teal camel indigo magenta lavender`.split(/\s+/);
