/**
 * What a clothes shop knows about colour names that the public lists do not: which names to leave out, and
 * which words mean a colour of the lists under another name. Data for `color-table-cli.ts`.
 */

/** Words between white space. */
const words = (text: string): string[] => text.trim().split(/\s+/);
/** Phrases between commas. */
const phrases = (text: string): string[] => text.split(',').map((phrase) => words(phrase).join(' '));

/**
 * Names that contain a vocabulary word and are kept all the same: everybody says them, and nobody who does
 * means the garment word.
 */
export const KEPT_DESPITE_VOCABULARY: readonly string[] = phrases(
  'baby blue, baby pink, baby green, baby purple',
);

/**
 * Words that are ordinary in a query for clothes: a name of color-name-list with one of them is left out. (CSS
 * and XKCD names are kept: "hot pink" and "cool grey" are colours.)
 */
export const ORDINARY_WORDS: readonly string[] = [
  // cloth and make
  ...words(`cotton silk satin wool hemp cashmere merino crepe madras nylon polyester suede chiffon organza tweed
    flannel velour chambray woven stretch elastane lycra viscose organic handmade metal cloth fabric
    textile quilted padded embroidered beaded`),
  // garments and their parts
  ...words(`pocket pockets button zip hem hip leg skirt dress shirt coat jacket tuxedo tutu bikini kimono fedora
    moccasin shoe boot boots hat sock uniform pajamas pyjamas`),
  // who, when and where
  ...words(`party summer winter autumn fall office work school holiday weekend beach street date wedding travel
    vacation golf tennis football basketball dance ski surf hiking maternity pregnant teen babe dad
    father mother grandma grandpa plus size big`),
  // praise
  ...words(`vintage retro classic casual sexy cute cheap cool hot new best perfect basic luxury luxurious
    fashion trendy airy elegant comfy cozy soft bland lucky charm`),
  // makers and places that name cuts and prints
  ...words(`diesel puma republic mustang jaguar hawaii hawaiian aztec paisley zebra tiger snake star polar
    safari western cowboy gothic punk hippie hippy boho preppy military`),
];

/** No storefront wants to echo these: any name with one of them is left out. */
export const RUDE_WORDS: readonly string[] =
  words(`shit poo poop puke vomit barf snot booger bile diarrhea piss nipple sick ugly bloodlust opium
    methadone liver bruise flesh naked sex rape blasphemous promiscuous climax queer lethal nicotine
    virgin drunken gypsy inuit guevara busty damn hell`);

/** Single words of color-name-list that name a person, a place, a maker or a thing before they name a colour. */
export const NOT_COLORS: readonly string[] =
  words(`amazon amour armadillo astral atlantis bay bermuda bianca botticelli broom bubbles bumblebee cabaret
    calypso casper castro cinderella clairvoyant cosmic crow cupid dolly drover eagle eclipse eminence
    empress fandango fiord flamenco flirt flora gin gossip haiti himalaya horizon hurricane inchworm
    jumbo kabul kobe lead lily lima lion lonestar malibu manhattan matterhorn medallion mercury meteor
    ming monza mosque nebula neptune nero nomad norway nugget oasis pinky pizza rajah salt siren
    thunderbird tuna tuscan venus viking voodoo vulcan zombie greenhouse goddess`);

/** CSS names whose colour would surprise a shopper; the catalogue's or the XKCD survey's sense is used instead. */
export const NOT_AS_IN_CSS: readonly string[] = [
  'beige', // #f5f5dc, which cloth would call off white
  'brown', // a red, #a52a2a
  'chocolate', // an orange, #d2691e
  'dark gray', // #a9a9a9, lighter than CSS gray
  'dark khaki', // lighter than cloth called khaki
  'dark turquoise', // brighter than turquoise
  'indigo', // a purple, #4b0082; indigo dye is the blue of jeans
  'khaki', // a pale yellow, #f0e68c
  'lavender', // all but white, #e6e6fa
  'lime', // pure green, #00ff00
  'navy', // half of a screen's blue, #000080; cloth is darker and greyer
  'plum', // a pale pink, #dda0dd
  'violet', // a pink, #ee82ee
];

/**
 * Names of modifier and colour that mean another thing on a screen than on cloth, or no longer fit a colour that
 * is overridden here; put together from the two they come out right.
 */
export const MISLEADING: readonly string[] =
  phrases(`light khaki, dark khaki, pale khaki, dark cream, dark sand, light turquoise, dark olive,
    light olive, medium blue, mid blue, pale blue, pale grey, medium grey, pale red, pastel red,
    light navy, light red`);

/** What a catalogue's colour column holds besides colours; as a first word ("other pink") or alone. */
export const NO_CATALOG_COLOR: readonly string[] = words(
  `other unknown na none multi multicolor multicolour assorted transparent metallic`,
);

/**
 * Colours that shops sell under names which no list has, or has in a sense that no garment is sold in: name →
 * `#rrggbb`. They count as list names and come before CSS and XKCD.
 */
export const SHOP_COLORS: Readonly<Record<string, string>> = {
  'air force blue': '#5d8aa8',
  anthracite: '#383e42', // RAL 7016
  biscuit: '#d8bf9b',
  camel: '#b98b57',
  chalk: '#f1ede4',
  cream: '#f6ecd2', // XKCD has a light yellow
  ecru: '#ece4d0', // XKCD has a light yellow
  eggshell: '#f0ead6', // XKCD has a light yellow
  greige: '#b6ab9b',
  khaki: '#b3a27a', // the dust of chinos; XKCD has a yellow green
  brown: '#6b4a33', // XKCD has the saturated brown of paint
  'dark green': '#1f4a34',
  green: '#3b7a4b', // CSS and XKCD have a screen's green, which no cloth is dyed
  lilac: '#c3aedb',
  mint: '#b5dcc6', // XKCD has a neon
  mustard: '#c79a2b',
  navy: '#1b2440',
  purple: '#6b3f87', // CSS and XKCD have a screen's purple
  teal: '#1f6f73',
  turquoise: '#4fb8b3',
  indigo: '#2f3b66',
  'neon orange': '#ff5f1f',
  nude: '#e3bc9a',
  blush: '#e6c3bd', // XKCD has a salmon
  olive: '#6b6a3f', // CSS and XKCD have a saturated yellow green
  'olive green': '#5f6638',
  oatmeal: '#d9cdb8',
  'off black': '#212123',
  'optic white': '#fbfcfd',
  pewter: '#8b8f94',
  'rose gold': '#b76e79',
  sand: '#d6bf96', // XKCD has a yellow
  smoke: '#8f9499',
  stone: '#c9bfae',
  tobacco: '#7a5638',
  'winter white': '#f5f2e9',
};

/**
 * Other words for a colour: spelling → name, which is the canonical one. A catalogue word that is a spelling
 * here gives its measured Lab to the name.
 */
export const ALIASES: Readonly<Record<string, string>> = {
  'navy blue': 'navy',
  'petrol blue': 'petrol',
  creme: 'cream',
  fuschia: 'fuchsia',
  'greenish khaki': 'khaki green',
};
