/**
 * What a clothes shop knows about colour names that the public lists do not: which names to leave out, and
 * which words mean a colour of the lists under another name. Data for `color-table-cli.ts`.
 */

/**
 * Names that contain a vocabulary word and are kept all the same: everybody says them, and nobody who does
 * means the garment word.
 */
export const KEPT_DESPITE_VOCABULARY: readonly string[] = [
  'baby blue',
  'baby pink',
  'baby green',
  'baby purple',
  'tan',
];

/**
 * Words that are ordinary in a query for clothes: a name of color-name-list with one of them is left out. (CSS
 * and XKCD names are kept: "hot pink" and "cool grey" are colours.)
 */
export const ORDINARY_WORDS: readonly string[] = [
  // cloth and make
  ...[
    'cotton',
    'silk',
    'satin',
    'wool',
    'hemp',
    'cashmere',
    'merino',
    'crepe',
    'madras',
    'nylon',
    'polyester',
    'suede',
  ],
  ...[
    'chiffon',
    'organza',
    'tweed',
    'flannel',
    'velour',
    'chambray',
    'woven',
    'stretch',
    'elastane',
    'lycra',
    'viscose',
  ],
  ...[
    'organic',
    'handmade',
    'metal',
    'cloth',
    'fabric',
    'textile',
    'quilted',
    'padded',
    'embroidered',
    'beaded',
  ],
  // garments and their parts
  ...[
    'pocket',
    'pockets',
    'button',
    'zip',
    'hem',
    'hip',
    'leg',
    'skirt',
    'dress',
    'shirt',
    'coat',
    'jacket',
    'tuxedo',
  ],
  ...[
    'tutu',
    'kimono',
    'fedora',
    'moccasin',
    'shoe',
    'boot',
    'boots',
    'hat',
    'sock',
    'uniform',
    'pajamas',
    'pyjamas',
  ],
  // who, when and where
  ...[
    'party',
    'summer',
    'winter',
    'autumn',
    'fall',
    'office',
    'work',
    'school',
    'holiday',
    'weekend',
    'beach',
    'street',
  ],
  ...[
    'date',
    'wedding',
    'travel',
    'vacation',
    'golf',
    'tennis',
    'football',
    'basketball',
    'dance',
    'ski',
    'surf',
    'hiking',
  ],
  ...[
    'maternity',
    'pregnant',
    'teen',
    'babe',
    'dad',
    'father',
    'mother',
    'grandma',
    'grandpa',
    'plus',
    'size',
    'big',
  ],
  // praise
  ...[
    'vintage',
    'retro',
    'classic',
    'casual',
    'sexy',
    'cute',
    'cheap',
    'cool',
    'hot',
    'new',
    'best',
    'perfect',
    'basic',
  ],
  ...[
    'luxury',
    'luxurious',
    'fashion',
    'trendy',
    'airy',
    'elegant',
    'comfy',
    'cozy',
    'soft',
    'bland',
    'lucky',
    'charm',
  ],
  // makers and places that name cuts and prints
  ...[
    'diesel',
    'puma',
    'mustang',
    'jaguar',
    'hawaii',
    'hawaiian',
    'aztec',
    'paisley',
    'zebra',
    'tiger',
    'snake',
    'star',
  ],
  ...[
    'polar',
    'safari',
    'western',
    'cowboy',
    'gothic',
    'punk',
    'hippie',
    'hippy',
    'boho',
    'preppy',
    'military',
  ],
];

/** No storefront wants to echo these: any name with one of them is left out. */
export const RUDE_WORDS: readonly string[] = [
  ...['shit', 'poo', 'poop', 'puke', 'vomit', 'barf', 'snot', 'booger', 'bile', 'diarrhea', 'piss', 'nipple'],
  ...[
    'sick',
    'ugly',
    'bloodlust',
    'opium',
    'methadone',
    'liver',
    'bruise',
    'flesh',
    'naked',
    'sex',
    'rape',
    'damn',
    'hell',
  ],
];

/** CSS names whose Lab would surprise a shopper; the XKCD survey's (or the catalogue's) sense is used instead. */
export const NOT_AS_IN_CSS: readonly string[] = [
  'khaki', // a pale yellow, #f0e68c
  'dark khaki', // lighter than cloth called khaki
  'dark gray', // #a9a9a9, lighter than CSS gray
  'brown', // a red, #a52a2a
  'lime', // pure green, #00ff00
  'gold', // a pure yellow, #ffd700
];

/** Colours shops sell under names no list has, or has otherwise: name → `#rrggbb`. They count as list names. */
export const SHOP_COLORS: Readonly<Record<string, string>> = {
  nude: '#e3bc9a',
  ecru: '#ece4d0',
  stone: '#c9bfae',
  camel: '#b98b57',
};

/** Other words for a colour: spelling → name in the table. The name is the canonical one. */
export const ALIASES: Readonly<Record<string, string>> = {
  'navy blue': 'navy',
};
