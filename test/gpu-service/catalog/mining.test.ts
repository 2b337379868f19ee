import { describe, expect, it } from 'vitest';
import { type MiningText, mine } from '../../../gpu-service/catalog/mining.ts';
import { VOCABULARY } from '../../../shared/query/index.ts';

const words = (text: Partial<MiningText>): string[] =>
  mine({ type: 'pants', subtype: '', name: '', description: '', appearance: '', ...text }).map(
    ({ id }) => VOCABULARY.find((token) => token.id === id)?.word ?? '?',
  );

describe('words that titles leave out', () => {
  it.each([
    ['Jeans with a high waist, zip fly and super-skinny legs.', ['skinny', 'high waist']],
    ['Trousers with straight, wide legs and pressed creases.', ['wide leg', 'creased']],
    ['Trousers with legs that taper to the hem and a detachable tie belt.', ['tapered', 'belted']],
    [
      'Joggers with an elasticated drawstring waist and ribbed hems.',
      ['drawstring', 'elastic waist', 'ribbed cuff'],
    ],
    ['Jeans with hard-worn details and raw-edge hems.', ['ripped', 'frayed']],
    [
      'Trousers with sewn-in turn-ups at the hems and contrasting side stripes.',
      ['rolled hem', 'side stripe'],
    ],
  ])('%s', (description, expected) => {
    expect(words({ description })).toEqual(expected);
  });

  it.each([
    ['Leggings with a wide panel at the waist.', 'wide leg'],
    ['Shorts with a wide, ribbed waistband and wide elastication.', 'wide leg'],
    ['Shorts with a short frill trim.', 'short length'],
    ['Jeans with belt loops.', 'belted'],
    ['Trousers in a contrasting colour.', 'color block'],
    ['Trousers with a concealed drawstring.', 'drawstring'],
    ['Jeans with an adjustable elasticated waist (in sizes 8-12Y).', 'elastic waist'],
    ['Trousers with contrasting side stripes.', 'striped'],
    ['Slim fit which is relaxed over the thighs.', 'loose'],
    ['Shorts in twill with a jersey waistband.', 'jersey'],
    ['Leggings with a printed text motif.', 'printed'],
  ])('%s does not say "%s"', (description, word) => {
    expect(words({ description, type: /shorts/i.test(description) ? 'shorts' : 'pants' })).not.toContain(
      word,
    );
  });

  it('believes the description over a line’s name, and keeps one word of an exclusive group', () => {
    expect(
      words({ name: 'SKINNY FANCY', description: 'Jeans in a slim fit with narrow hems.', type: 'jeans' }),
    ).toEqual(['slim']);
    expect(words({ name: 'Hedda HW' })).toEqual(['high waist']);
  });

  it.each([
    ['Stripe', 'striped'],
    ['Check', 'checked'],
    ['All over pattern', 'printed'],
    ['Placement print', 'graphic'],
    ['Melange', 'melange'],
    ['Colour blocking', 'color block'],
    ['Denim', 'denim'],
    ['Solid', 'solid'],
  ])('appearance %s is "%s"', (appearance, word) => {
    expect(words({ appearance })).toEqual([word]);
  });
});
