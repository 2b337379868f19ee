/**
 * How a word shows outside the title. Patterns see lower-case text with hyphens as spaces. `not` is cut out of
 * the text before anything is looked for: words that mean something else in that company.
 * `cloth` looks only at the opening of the description, up to the first " with ": there stands what the garment
 * is made of, later on its trims. `weight` decides within an exclusive group: the highest stays.
 */
export interface Rule {
  readonly word: string;
  readonly subtype?: RegExp;
  readonly name?: RegExp;
  readonly description?: RegExp;
  readonly cloth?: RegExp;
  readonly appearance?: RegExp;
  readonly not?: RegExp;
  readonly types?: readonly ('pants' | 'jeans' | 'shorts')[];
  readonly weight?: number;
}

export const RULES: readonly Rule[] = [
  {
    word: 'leggings',
    subtype: /^(leggings|treggings|jeggings|sports tights|tights|churidar)$/,
    name: /\b(t?reggings?|leggings?)\b/,
  },
  {
    word: 'joggers',
    subtype: /^(joggers|sweatpants|track pants)$/,
    name: /\b(joggers?|sweatpants?|track ?pants?)\b/,
    types: ['pants'],
  },
  { word: 'chinos', subtype: /^chinos$/, name: /\bchinos?\b/, description: /\bchino (shorts|trousers)\b/ },
  {
    word: 'cargo',
    subtype: /^cargo$/,
    name: /\b(cargo|utility|combat)\b/,
    description:
      /\b(cargo|utility) (trousers|shorts|jeans|joggers|style|pants)\b|\b(flap|bellows|cargo) leg pockets\b|\bleg pockets with (a )?flap/,
  },
  {
    word: 'tailored',
    subtype: /^dress trousers$/,
    description: /\b(suit|dress|tailored|tuxedo) (trousers|shorts)\b|\btailored (look|trousers|shorts)\b/,
    not: /well tailored look/,
  },
  {
    word: 'sports',
    subtype: /^(sports tights|cycling shorts)$/,
    name: /\b(sports?|running|yoga|gym|nike)\b/,
    description:
      /\b(sports|running|training|yoga|cycling|football|basketball) (trousers|shorts|tights|leggings|bottoms|joggers)\b|\bfast drying\b|\bfor (sports?|yoga|running|training)\b/,
    not: /\b(padded|ski|snow|rain|outdoor|waterproof|wind ?proof)\b.*/,
    types: ['pants', 'shorts'],
  },
  {
    word: 'skinny',
    name: /\b(super ?skinny|skinny)\b/,
    description: /\b(super )?skinny (fit|legs?|jeans|trousers)\b|\bskinny\b/,
    subtype: /^jeggings$/,
    weight: 5,
  },
  {
    word: 'slim',
    name: /\bslim\b/,
    description: /\bslim( fit|,? straight legs|,? legs| jeans)\b|\bslim fit\b/,
    not: /slim line/,
    weight: 3,
  },
  {
    word: 'straight',
    name: /\bstraight\b/,
    description: /\bstraight(,? [a-z]+)? legs?\b|\bstraight cut\b|\bstraight fit\b|\bregular fit\b/,
    weight: 2,
  },
  {
    word: 'wide leg',
    subtype: /^(culottes|patiala|salwar)$/,
    name: /\b(wide ?leg|wide|flared?|kick ?flare|boot ?cut|palazzo|culottes?)\b/,
    description:
      /\b(straight,? )?wide(,? [a-z]+)?,? legs?\b|\bwide leg\b|\bflared? (legs?|hems?|jeans|trousers)\b|\blegs that flare\b|\bflare(s|d)? (at|from|towards|out)\b|\bboot ?cut\b|\bkick ?flare\b|\bpalazzo\b|\bculottes?\b/,
    not: /\bwide (waist(band)?|panel|elastic(ated|ation)?|ribb(ed|ing)?|hems?|belt|trim|tie|shoulder|straps?)\b|\bwide,? (ribbed|elasticated)\b|\b(slightly|gently) flared hems?\b/,
    weight: 6,
  },
  {
    word: 'tapered',
    name: /\b(tapered|tap|cigarette)\b/,
    description:
      /\btapered,? (legs?|trousers|fit)\b|\blegs? (that )?taper\w*\b|\btapers? (to|towards|from|at|down)\b|\bcigarette\b/,
    types: ['pants', 'jeans'],
    weight: 1,
  },
  {
    word: 'loose',
    name: /\b(relaxed|loose|baggy|boyfriend|girlfriend|mom|oversized)\b/,
    description:
      /\b(relaxed|loose|baggy) (fit|style|silhouette)\b|\bloose fitting\b|\b(boyfriend|girlfriend|mom|baggy) (jeans|fit|style|shorts|trousers)\b|\bwide fit\b/,
    not: /relaxed (over|through|at)/,
    weight: 4,
  },
  {
    word: 'high waist',
    name: /\b(hw|high ?waist(ed)?|high ?rise|uhw|extra high)\b/,
    description: /\bhigh,? (rise|([a-z]+,? ){0,3}waist(ed|band)?)\b|\bhigh waist(ed)?\b/,
    not: /\bhigh quality\b/,
  },
  {
    word: 'ankle',
    name: /\b(ankle|petite|7\/8)\b/,
    description: /\b(ankle length|7\/8 length)\b/,
    types: ['pants', 'jeans'],
    weight: 1,
  },
  {
    word: 'capri',
    subtype: /^(capri|capris|culottes)$/,
    name: /\b(cropped|crop|capris?|culottes?|clamdiggers?|3\/4)\b/,
    description: /\b(calf length|3\/4 length|cropped|capri|three quarter|culottes)\b/,
    types: ['pants', 'jeans'],
    weight: 2,
  },
  {
    word: 'knee length',
    name: /\b(bermudas?|knee)\b/,
    description:
      /\bknee length\b|\bbermudas?\b|\blegs? (that )?(end|finish)\w* at the knees?\b|\bover the knees?\b/,
    types: ['shorts'],
    weight: 1,
  },
  {
    word: 'short length',
    name: /\b(hot ?pants?|short shorts)\b/,
    description: /\bshort shorts\b|\bvery short\b|\bhot ?pants\b/,
    types: ['shorts'],
    weight: 2,
  },
  {
    word: 'drawstring',
    name: /\bdrawstring\b/,
    description: /\bdrawstring\b|\btie waist\b/,
    not: /\b(concealed|inner|inside|hidden) drawstrings?\b|\bdrawstrings? (on the inside|inside)\b|\b(hems?|ankles?|cuffs?) with (an? )?(elasticated |elastic )?drawstrings?\b|\bdrawstrings? (at|around|in) the (hems?|ankles?|cuffs?)\b/,
  },
  {
    word: 'elastic waist',
    name: /\bpull ?on\b/,
    description:
      /\belasticated,? (drawstring |tie )?waist(band)?\b|\belastication (and (a |an )?[a-z ]{0,24})?(at|around|in) the (top|waist)\b|\belastic at the waist\b|\bpull on\b|\bcovered elastic(ation)? (at|around) the waist\b/,
    not: /\badjustable,? elasticated,? waist(band)?\b|\belastication at the back( of the waist)?\b|\belasticated (at the )?back\b|\bconcealed elastication\b/,
  },
  { word: 'paper bag', name: /\bpaper ?bag\b/, description: /\bpaper ?bag\b/ },
  {
    word: 'belted',
    name: /\b(belt|belted)\b/,
    description:
      /\b(tie|detachable|fabric|braided|narrow|wide|matching|imitation leather|removable|waist) belt\b|\bwith (a |an )?belt\b|\band (a )?belt\b|\bbelt (at|around|with|in)\b/,
    not: /\bbelt (loops?|carriers?)\b/,
  },
  {
    word: 'pleated',
    name: /\b(pleat|pleats|pleated|plisse)\b/,
    description: /\bpleats?\b|\bpleated\b/,
    not: /\bpleats? at the back\b|\binverted pleat/,
  },
  {
    word: 'ripped',
    name: /\b(trash(ed)?|ripped|destroy(ed)?|distressed|torn)\b/,
    description:
      /\bhard worn( details)?\b|\bheavily (worn|distressed)\b|\btrashed\b|\bripped\b|\bdistressed\b|\bworn,? ripped\b|\bholes\b/,
  },
  {
    word: 'frayed',
    name: /\b(raw ?edge|raw ?hem|fray(ed)?|cut ?off)\b/,
    description: /\braw (edge[ds]?|cut)\b|\bfrayed\b|\bunfinished (hems?|edges?)\b|\bfringed?\b|\bfringing\b/,
  },
  {
    word: 'rolled hem',
    name: /\b(turn ?ups?|rolled|roll ?up|cuffed)\b/,
    description:
      /\bturn ?ups?\b|\brolled( up)? (hems?|legs?)\b|\broll(ed)? up (hems?|legs?)\b|\bcuffed hems?\b|\bfold up hems?\b/,
    not: /\bcan be (rolled|folded|turned)[^.]*/,
  },
  {
    word: 'ribbed cuff',
    description:
      /\bribbed (cuffs|hems)\b|\bribbed (waist(band)?|waist) and (hems|cuffs)\b|\bribbing (at|around|on) the (waist and |ankles|hems|cuffs|waist, )[^.,]{0,12}\b|\bcuffs with ribbing\b|\bwide ribbing at the (hems|ankles|cuffs)\b|\bribbed,? [a-z]+ (hems|cuffs)\b/,
    types: ['pants', 'jeans'],
  },
  {
    word: 'side stripe',
    name: /\b(side ?stripes?|tuxedo stripes?)\b/,
    description:
      /\bside stripes?\b|\bstripes? (down|along|at|on|running down) (the |both |each )?(sides?|legs?|side seams?|outer)\b|\bside panels? in (a )?contrasting\b|\b(taping|tape|trim|piping|band) (down|along) (the |both )?(sides?|legs?|side seams?)\b|\bcontrasting (colou?r )?(stripes?|panels?|bands?) (down|along|at) the sides?\b/,
  },
  {
    word: 'frilled',
    name: /\b(frill|frills|frilled|flounced?|ruffled?)\b/,
    description: /\bfrill(s|ed)?\b|\bflounced?s?\b|\bruffle[sd]?\b/,
  },
  { word: 'creased', description: /\bcreases?\b|\bpress(ed)? creases?\b/, not: /\bcrease (resist|free)\w*/ },
  { word: 'denim', cloth: /\bdenim\b/, appearance: /^denim$/, name: /\b(denim|dnm)\b/, weight: 9 },
  {
    word: 'washed',
    name: /\b(washed|acid)\b/,
    description: /\b(washed|faded|bleached|acid wash\w*|stone ?wash\w*)\b/,
    not: /\b(hand|machine|pre) washed\b/,
  },
  { word: 'jersey', cloth: /\b(jersey|knit|knitted)\b/, name: /\bknit(ted)?\b/, weight: 2 },
  { word: 'sweatshirt fabric', cloth: /\b(sweatshirt fabric|fleece|terry|terrycloth)\b/, weight: 4 },
  { word: 'twill', cloth: /\btwill\b/, name: /\btwill\b/, weight: 1 },
  { word: 'corduroy', cloth: /\b(corduroy|velvet|velour)\b/, name: /\b(cord|corduroy|velvet)\b/, weight: 5 },
  { word: 'linen', cloth: /\blinen\b/, name: /\blinen\b/, weight: 3 },
  {
    word: 'shiny',
    cloth:
      /\b((imitation |faux )?leather|coated|satin|metallic|glitter\w*|glittery|sequin\w*|shimmering|shiny|lurex|glossy)\b/,
    name: /\b(leather|pu|satin|sequins?|glitter|metallic|coated)\b/,
    appearance: /^(glittering\/metallic|metallic|sequin)$/,
    weight: 7,
  },
  {
    word: 'striped',
    appearance: /^stripe$/,
    name: /\b(striped?|pin ?stripes?)\b/,
    description: /\bstriped\b|\bpin ?striped?s?\b/,
    not: /\bside striped?s?\b|\bstriped (trims?|tape|ribbing|waistband|elastic\w*|lining|hems?|belt|piping)\b/,
    weight: 5,
  },
  {
    word: 'checked',
    appearance: /^(check|argyle)$/,
    name: /\b(check|checked|plaid|tartan|gingham)\b/,
    description: /\b(checked|plaid|tartan|gingham|houndstooth|dogtooth)\b/,
    not: /\bchecked (trims?|lining|hems?|belt)\b/,
    weight: 6,
  },
  {
    word: 'printed',
    appearance: /^(all over pattern|dot|other pattern|mixed solid\/pattern)$/,
    name: /\b(aop|floral|leopard|camo)\b/,
    description:
      /\b(printed pattern|all over print|floral|leopard print|camouflage|polka dots?|tie dye[d]?|animal print)\b/,
    cloth: /\bpatterned\b/,
    not: /\bprinted (text|motifs?|logo|design)\b/,
    weight: 4,
  },
  {
    word: 'graphic',
    appearance: /^(placement print|front print)$/,
    description:
      /\b(print|printed) (motif|text|design|logo)s?\b|\b(motif|text|logo) print(ed)?\b|\bprint(ed)? (motif |text |design )?(on|at|down|across) (one|the|both) (leg|side|thigh|hem|front)s?\b|\bprinted (motif|text|logo)\b/,
    weight: 3,
  },
  {
    word: 'melange',
    appearance: /^melange$/,
    name: /\bmelange\b/,
    description: /\b(melange|marled|mottled)\b/,
    weight: 2,
  },
  {
    word: 'color block',
    appearance: /^colou?r blocking$/,
    description: /\bblock colou?red\b|\bcolou?r block\w*\b/,
    weight: 5,
  },
  { word: 'solid', appearance: /^solid$/, weight: 1 },
];
