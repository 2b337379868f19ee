/**
 * Word lists of the tokeniser beside the model's vocabulary: what may be said without meaning a garment,
 * what only looks like a colour, and what means several words at once.
 */

/** Ignored silently: they say nothing about a garment that a picture could show. */
export const STOP_WORDS: ReadonlySet<string> = new Set(
  `a an and at by for from i in is it me my of on or please show some the this to want with
   s th n x color colour colored coloured colors colours shade
   fit fits fitting style styled styles look cut leg legs length waist waistband hem
   pair pairs set made item items product clothing clothes apparel garment garments wear fashion outfit
   buy shop online sale new best unisex adult adults fabric material`.split(/\s+/),
);

/** Words of garments and shops that named-colour lists also hold. They are reported as unknown, never a colour. */
export const NEVER_COLORS: ReadonlySet<string> = new Set(
  `cotton silk cashmere viscose modal nylon polyester poplin canvas tencel lyocell suede hemp
   stretch stretchy soft comfort comfortable comfy casual classic basic summer winter spring autumn beach city
   pocket pockets zip button weave woven sturdy airy organic lounge outdoor rain travel`.split(/\s+/),
);

/** Vocabulary words that belong to a colour when one begins with them: "baby blue" is no blue for babies. */
export const COLOR_FIRST: ReadonlySet<string> = new Set(['baby']);

/**
 * Phrases that say several things. Each is read as if the words on the right had been typed: vocabulary words
 * or a colour.
 */
export const PHRASES: Readonly<Record<string, readonly string[]>> = {
  'short shorts': ['short length', 'shorts'],
  'hot pants': ['short length', 'shorts'],
  'mini shorts': ['short length', 'shorts'],
  'long shorts': ['knee length', 'shorts'],
  bermuda: ['knee length', 'shorts'],
  bermudas: ['knee length', 'shorts'],
  'jean shorts': ['denim', 'shorts'],
  'jeans shorts': ['denim', 'shorts'],
  jorts: ['denim', 'shorts'],
  'light wash': ['light blue', 'washed'],
  'light denim': ['light blue', 'denim'],
  'medium wash': ['blue', 'washed'],
  'mid wash': ['blue', 'washed'],
  'dark wash': ['dark blue', 'washed'],
  'dark denim': ['dark blue', 'denim'],
};

/** Colours that a misspelt word may have meant. */
export const COMMON_COLORS: readonly string[] =
  `black white grey gray blue navy green red pink purple yellow orange brown beige khaki cream olive turquoise
   charcoal maroon burgundy mustard silver gold teal camel indigo magenta lavender`.split(/\s+/);
