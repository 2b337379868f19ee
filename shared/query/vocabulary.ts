/**
 * The words that the model knows. Ids are the model's: append only, never reorder (a model's manifest names
 * the vocabulary version it was trained with). Id 0 is padding. Every token has at least 150 pictures that may train a
 * generator; rarer words are merged into a near token here (`petite` into `ankle` for 123 pictures, `knitted` into `jersey`
 * for 102) or left out (lace, 54: ids 47 and 48 stay free).
 */

/** What a word says about a garment. At most one word of an `exclusive` group counts: the last one typed. */
export const TOKEN_KINDS = [
  'type',
  'gender',
  'color',
  'cut',
  'fit',
  'rise',
  'length',
  'waist',
  'detail',
  'fabric',
  'pattern',
] as const;
export type TokenKind = (typeof TOKEN_KINDS)[number];

export interface VocabularyToken {
  readonly id: number;
  /** Canonical form: lower-case, one or two words. Its hyphenated form is used in URLs. */
  readonly word: string;
  readonly kind: TokenKind;
  /** Words of one group exclude each other; the last one typed wins. */
  readonly group?: string;
  /** Other ways to say it, lower-case, after plural and possessive folding. */
  readonly synonyms: readonly string[];
}

export const VOCABULARY_VERSION = 1;
/** The one token that says "a colour was named"; which colour travels beside the tokens, as Lab. */
export const COLOR_TOKEN = '<color>';
export const COLOR_ID = 9;
/** Type assumed when a query names none. */
export const DEFAULT_TYPE = 'pants';

// biome-ignore format: a table, one token a line
export const VOCABULARY: readonly VocabularyToken[] = [
  { id: 1, word: 'pants', kind: 'type', group: 'type', synonyms: ['pant', 'trouser', 'trousers', 'slacks', 'bottoms'] },
  { id: 2, word: 'jeans', kind: 'type', group: 'type', synonyms: ['jean', 'denims'] },
  { id: 3, word: 'shorts', kind: 'type', group: 'type', synonyms: ['short', 'hot pants', 'boardshorts'] },
  { id: 4, word: 'women', kind: 'gender', group: 'gender', synonyms: ['woman', 'womens', 'ladies', 'lady', 'female', 'her', 'womenswear', 'ladieswear'] },
  { id: 5, word: 'men', kind: 'gender', group: 'gender', synonyms: ['man', 'mens', 'gents', 'gentlemen', 'male', 'him', 'menswear', 'his', 'guy', 'gentleman'] },
  { id: 6, word: 'girls', kind: 'gender', group: 'gender', synonyms: ['girl'] },
  { id: 7, word: 'boys', kind: 'gender', group: 'gender', synonyms: ['boy'] },
  { id: 8, word: 'kids', kind: 'gender', group: 'gender', synonyms: ['kid', 'child', 'children', 'baby', 'toddler', 'infant', 'kidswear', 'childrenswear', 'newborn', 'junior'] },
  { id: COLOR_ID, word: COLOR_TOKEN, kind: 'color', group: 'color', synonyms: [] },
  { id: 10, word: 'leggings', kind: 'cut', synonyms: ['legging', 'tights', 'treggings', 'tregging', 'churidar'] },
  { id: 11, word: 'joggers', kind: 'cut', synonyms: ['jogger', 'jogging bottoms', 'sweatpants', 'sweatpant', 'sweat pants', 'track pants', 'track pant', 'jogging bottom', 'jogging pants', 'jogging pant', 'trackpants', 'sweats'] },
  { id: 12, word: 'chinos', kind: 'cut', synonyms: ['chino', 'khakis'] },
  { id: 13, word: 'cargo', kind: 'cut', synonyms: ['cargos', 'utility', 'combat'] },
  { id: 14, word: 'tailored', kind: 'cut', synonyms: ['suit', 'dress trousers', 'dress pants', 'formal', 'smart', 'wool'] },
  { id: 15, word: 'sports', kind: 'cut', synonyms: ['sport', 'athletic', 'running', 'training', 'workout', 'gym', 'yoga', 'cycling', 'football', 'basketball', 'tennis', 'fitness', 'activewear', 'sportswear', 'jogging'] },
  { id: 16, word: 'skinny', kind: 'fit', group: 'fit', synonyms: ['super skinny', 'tight', 'jeggings', 'jegging'] },
  { id: 17, word: 'slim', kind: 'fit', group: 'fit', synonyms: ['slim fit', 'fitted', 'slimmer', 'narrow leg'] },
  { id: 18, word: 'straight', kind: 'fit', group: 'fit', synonyms: ['straight leg', 'regular fit', 'regular leg'] },
  { id: 19, word: 'wide leg', kind: 'fit', group: 'fit', synonyms: ['wide', 'palazzo', 'flared', 'flare', 'bootcut', 'boot cut', 'kick flare', 'bell bottom'] },
  { id: 20, word: 'tapered', kind: 'fit', group: 'fit', synonyms: ['taper', 'cigarette', 'carrot fit', 'peg leg', 'pegged'] },
  { id: 21, word: 'loose', kind: 'fit', group: 'fit', synonyms: ['relaxed', 'baggy', 'boyfriend', 'mom', 'oversized', 'looser', 'mum', 'dad', 'harem', 'slouchy', 'balloon', 'barrel leg', 'patiala', 'salwar'] },
  { id: 22, word: 'high waist', kind: 'rise', synonyms: ['high waisted', 'high rise'] },
  { id: 23, word: 'ankle', kind: 'length', group: 'length', synonyms: ['ankle length', 'petite', '7/8', '7 8 length'] },
  { id: 24, word: 'capri', kind: 'length', group: 'length', synonyms: ['capris', 'cropped', 'crop', '3/4', 'three quarter', 'calf length', 'culotte', 'culottes', 'pedal pushers', '3 4 length', '3 quarter', 'clamdigger', 'clamdiggers'] },
  { id: 25, word: 'knee length', kind: 'length', group: 'length', synonyms: ['bermuda', 'bermudas', 'long shorts'] },
  { id: 26, word: 'short length', kind: 'length', group: 'length', synonyms: ['mini', 'short shorts'] },
  { id: 27, word: 'drawstring', kind: 'waist', synonyms: ['tie waist', 'draw string', 'drawcord'] },
  { id: 28, word: 'elastic waist', kind: 'waist', synonyms: ['elasticated', 'elasticated waist', 'elastic', 'pull on', 'elasticated waistband', 'elastic waistband', 'elasticised', 'elasticized'] },
  { id: 29, word: 'paper bag', kind: 'waist', synonyms: ['paperbag', 'paper bag waist'] },
  { id: 30, word: 'belted', kind: 'waist', synonyms: ['belt', 'tie belt', 'with belt'] },
  { id: 31, word: 'pleated', kind: 'detail', synonyms: ['pleat', 'pleats'] },
  { id: 32, word: 'ripped', kind: 'detail', synonyms: ['distressed', 'torn', 'destroyed', 'trashed', 'hard worn', 'shredded', 'holes'] },
  { id: 33, word: 'frayed', kind: 'detail', synonyms: ['raw edge', 'raw hem', 'cut off', 'cutoff', 'fringe', 'fringed'] },
  { id: 34, word: 'rolled hem', kind: 'detail', synonyms: ['turn up', 'turn ups', 'rolled', 'rolled up', 'cuffed'] },
  { id: 35, word: 'ribbed cuff', kind: 'detail', synonyms: ['ribbed', 'ribbed hem', 'cuffs', 'cuff'] },
  { id: 36, word: 'side stripe', kind: 'detail', synonyms: ['side striped', 'side stripes', 'tuxedo stripe'] },
  { id: 37, word: 'frilled', kind: 'detail', synonyms: ['frill', 'frills', 'ruffle', 'ruffled', 'flounce', 'flounced'] },
  { id: 38, word: 'creased', kind: 'detail', synonyms: ['crease', 'pressed crease', 'pressed'] },
  { id: 39, word: 'denim', kind: 'fabric', group: 'fabric', synonyms: [] },
  { id: 40, word: 'washed', kind: 'detail', synonyms: ['faded', 'wash', 'acid wash', 'stone wash', 'stonewashed', 'bleached', 'ice wash', 'snow wash'] },
  { id: 41, word: 'jersey', kind: 'fabric', group: 'fabric', synonyms: ['knit', 'knitted', 'rib knit'] },
  { id: 42, word: 'sweatshirt fabric', kind: 'fabric', group: 'fabric', synonyms: ['fleece', 'terry', 'sweat', 'sweatshirt'] },
  { id: 43, word: 'twill', kind: 'fabric', group: 'fabric', synonyms: [] },
  { id: 44, word: 'corduroy', kind: 'fabric', group: 'fabric', synonyms: ['cord', 'cords', 'velvet', 'velour', 'jumbo cord', 'jumbo corduroy'] },
  { id: 45, word: 'linen', kind: 'fabric', group: 'fabric', synonyms: [] },
  { id: 46, word: 'shiny', kind: 'fabric', group: 'fabric', synonyms: ['leather', 'faux leather', 'imitation leather', 'coated', 'metallic', 'glitter', 'satin', 'sequin', 'sequined', 'shimmering', 'coated denim', 'glittery', 'sequins', 'sparkly', 'vinyl', 'patent'] },
  { id: 49, word: 'striped', kind: 'pattern', group: 'pattern', synonyms: ['stripe', 'stripes', 'pinstripe', 'pinstriped'] },
  { id: 50, word: 'checked', kind: 'pattern', group: 'pattern', synonyms: ['check', 'checks', 'plaid', 'tartan', 'gingham', 'checkered', 'chequered', 'houndstooth', 'windowpane'] },
  { id: 51, word: 'printed', kind: 'pattern', group: 'pattern', synonyms: ['print', 'pattern', 'patterned', 'all over print', 'floral', 'flower', 'flowers', 'flowery', 'leopard', 'animal print', 'camo', 'camouflage', 'dotted', 'dots', 'polka dot', 'spotted', 'tie dye', 'dot', 'dotty', 'zebra', 'zebra print', 'snake print', 'snakeskin', 'paisley', 'hawaiian', 'batik', 'abstract', 'geometric'] },
  { id: 52, word: 'graphic', kind: 'pattern', group: 'pattern', synonyms: ['placement print', 'motif', 'logo', 'slogan'] },
  { id: 53, word: 'melange', kind: 'pattern', group: 'pattern', synonyms: ['marl', 'heather', 'heathered', 'marled', 'mottled'] },
  { id: 54, word: 'color block', kind: 'pattern', group: 'pattern', synonyms: ['colour block', 'colour blocking', 'color blocking', 'contrast', 'two tone'] },
  { id: 55, word: 'solid', kind: 'pattern', group: 'pattern', synonyms: ['plain', 'unpatterned'] },
];
