/**
 * The examples of the API's description, by operation. `test/workers/openapi.process.test.ts` finds them in the document
 * and runs every one.
 */

/** Stands for a deployment's address. */
export const SAMPLE_ORIGIN = 'https://previews.example';

export interface Sample {
  readonly lang: 'Shell' | 'HTML' | 'JavaScript';
  readonly label: string;
  readonly source: string;
}

const curl = (label: string, args: string): Sample => ({ lang: 'Shell', label, source: `curl ${args}` });
const js = (label: string, ...lines: readonly string[]): Sample => ({
  lang: 'JavaScript',
  label,
  source: [
    "import { createClient } from 'restgan-edge/client';",
    `const restgan = createClient({ base: '${SAMPLE_ORIGIN}' });`,
    ...lines,
  ].join('\n'),
});

export const SAMPLES: Readonly<Record<string, readonly Sample[]>> = {
  previewByPath: [
    {
      lang: 'HTML',
      label: 'An image is an address',
      source: `<img src="${SAMPLE_ORIGIN}/v1/preview/womens-black-pants.webp?seed=7" width="256" height="256" alt="Women’s black pants">`,
    },
    curl('Save it', `-o pants.webp '${SAMPLE_ORIGIN}/v1/preview/womens-black-capri-pants.webp?size=128'`),
    js('Address only', "const address = restgan.url('women black capri pants', { size: 128 });"),
  ],
  preview: [
    curl('Any colour', `-o jeans.png '${SAMPLE_ORIGIN}/v1/preview?q=%237b1f2b+wide+leg+jeans&format=png'`),
    curl('A draft at once', `-o draft.webp '${SAMPLE_ORIGIN}/v1/preview?q=grey+joggers&stage=draft&size=64'`),
    js('The bytes', "const { bytes, stage } = await restgan.picture('grey joggers', { size: 64 });"),
  ],
  refine: [
    curl('Word by word', `'${SAMPLE_ORIGIN}/v1/refine?q=womens+black+petite+capri+pants'`),
    js(
      'Word by word',
      "const { steps } = await restgan.refine('women black petite capri pants');",
      'for (const { word, picture, color, classifier } of steps) {',
      '  console.log(word.word, picture, color.deltaE00, classifier?.type.word);',
      '}',
    ),
  ],
  stream: [
    curl('Draft, then final', `-N '${SAMPLE_ORIGIN}/v1/stream?q=blue+ripped+jeans&size=128'`),
    js(
      'Draft, then final',
      "for await (const { stage, picture } of restgan.stream('blue ripped jeans')) {",
      '  console.log(stage, picture.length);',
      '}',
    ),
  ],
  previews: [
    curl(
      'Ahead of time',
      `-X POST -H 'Content-Type: application/json' -d '{"pictures":[{"q":"black pants"},{"q":"red shorts","size":128}]}' '${SAMPLE_ORIGIN}/v1/previews'`,
    ),
    curl(
      'What is there',
      `-X POST -H 'Content-Type: application/json' -d '{"pictures":[{"q":"black pants"}],"enqueue":false}' '${SAMPLE_ORIGIN}/v1/previews'`,
    ),
    js(
      'Ahead of time',
      "const { pictures } = await restgan.previews({ pictures: [{ q: 'black pants' }, { q: 'red shorts' }] });",
      'console.log(pictures.map(({ state }) => state));',
    ),
  ],
  colors: [
    curl('A colour word', `'${SAMPLE_ORIGIN}/v1/colors?q=dark+olive'`),
    js('A colour word', "const { hex, lab } = await restgan.colors('dark olive');"),
  ],
  vocabulary: [
    curl('The words', `'${SAMPLE_ORIGIN}/v1/vocabulary'`),
    js('The words', 'const { words, colors } = await restgan.vocabulary();'),
  ],
  health: [
    curl('State', `'${SAMPLE_ORIGIN}/v1/health'`),
    js('State', 'const { status, model } = await restgan.health();'),
  ],
};
