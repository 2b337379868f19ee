import type { DrawnGarment } from './garments.ts';

/** What a shop writes about a garment: a sober title, and a description that says the rest. */
export interface DrawnText {
  readonly title: string;
  readonly name: string;
  readonly description: string;
  readonly appearance: string;
}

const NOUN = { pants: 'trousers', jeans: 'jeans', shorts: 'shorts' } as const;
const CLOTH = { pants: 'cotton twill', jeans: 'washed denim', shorts: 'cotton jersey' } as const;
const OWNER = { women: "women's", men: "men's", girls: "girls'", boys: "boys'" } as const;
const LEGS = { skinny: 'skinny legs', straight: 'straight legs', wide: 'straight, wide legs' } as const;
const APPEARANCE = {
  solid: 'Solid',
  striped: 'Stripe',
  checked: 'Check',
  printed: 'All over pattern',
} as const;

export function describe(garment: DrawnGarment): DrawnText {
  const noun = NOUN[garment.type];
  const cropped = garment.type !== 'shorts' && garment.length < 0.8;
  const waist = garment.drawstring
    ? 'an elasticated drawstring waist'
    : garment.highWaist
      ? 'a high waist'
      : 'a regular waist';
  const sentences = [
    `${noun[0]?.toUpperCase()}${noun.slice(1)} in ${CLOTH[garment.type]} with ${waist}, a wide panel at the back and side pockets.`,
    garment.type === 'shorts' ? '' : `${cropped ? 'Calf-length, with' : 'With'} ${LEGS[garment.fit]}.`,
    garment.ripped ? 'Hard-worn details.' : '',
    garment.sideStripe ? 'Contrasting stripes down the sides.' : '',
  ];
  return {
    title: `${OWNER[garment.gender]} ${garment.color} ${noun} in ${CLOTH[garment.type]}`,
    name: `Sample ${garment.id.slice(-4)}${garment.highWaist ? ' HW' : ''}`,
    description: sentences.filter((sentence) => sentence !== '').join(' '),
    appearance: garment.type === 'jeans' ? 'Denim' : APPEARANCE[garment.pattern],
  };
}
