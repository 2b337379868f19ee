import { describe, expect, it } from 'vitest';
import { refineAnswerSchema, vocabularyAnswerSchema } from '../../shared/contract/answer-schemas.ts';
import type { RefineAnswer } from '../../shared/contract/answers.ts';
import { TOKEN } from '../gpu-service/serve/process.ts';
import { patience } from '../support/patience.ts';
import { setWhole } from '../support/whole.ts';
import { startWorker } from '../support/worker.ts';

/** A query word by word: Worker in workerd, a real GPU service that draws the row and looks at it. */

const BUDGET_MS = 1_000;
const whole = setWhole();

async function refine(query: string, params = '', of = whole.worker): Promise<RefineAnswer> {
  const answer = await of.fetch(`/v1/refine?q=${encodeURIComponent(query)}${params}`);
  expect(answer.status).toBe(200);
  return refineAnswerSchema.parse(await answer.json());
}

/** Predictions that the service has finished. */
const predictions = (): number => whole.service.log.filter(({ msg }) => msg === 'prediction').length;

describe('refine with a GPU service', () => {
  it('draws the row in one prediction and tells what is seen, the colour asked and the one rendered', async () => {
    const before = predictions();
    const answer = await refine("women's #7b1f2b petite jeans", '&seed=3');
    await expect.poll(predictions).toBe(before + 1);
    expect(answer).toMatchObject({ stage: 'final', fallback: null });
    expect(answer.steps.map(({ word }) => word.word)).toEqual(['women', '#7b1f2b', 'ankle', 'jeans']);
    for (const step of answer.steps) {
      expect(step.picture).toBe(step.pictures.final);
      expect(step.classifier?.type.word).toMatch(/^(pants|jeans|shorts)$/);
      expect(step.color.deltaE00).toBeLessThan(20);
    }
    const last = answer.steps.at(-1);
    expect(last?.color).toMatchObject({ named: true, asked: { hex: '#7b1f2b' } });
    expect(last?.color.deltaE00).toBeLessThan(6);
  });

  it('leaves the pictures in the cache, and asks only for what a new word brings', async () => {
    const { steps } = await refine('men grey joggers', '&size=64');
    for (const { pictures } of steps) {
      await expect
        .poll(async () => (await whole.worker.fetch(pictures.final)).headers.get('X-Preview-Source'))
        .toBe('cache');
    }
    const before = predictions();
    await refine('men grey joggers striped', '&size=64');
    await expect.poll(predictions).toBe(before + 1);
    const keys = (await whole.worker.kv.list({ prefix: 'p1:' })).keys.filter(({ name }) =>
      name.includes(':64:'),
    );
    await expect.poll(async () => keys.length).toBeGreaterThanOrEqual(steps.length);
    await refine('men grey joggers striped', '&size=64');
    await expect.poll(predictions).toBe(before + 1);
  });

  it('draws a row once that many ask for at the same time, in two Workers that know nothing of each other', async () => {
    const other = await startWorker({ GPU_URL: whole.service.url, GPU_TOKEN: TOKEN, GPU_BUDGET_MS: '20000' });
    const before = predictions();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        refine('boys navy cargo', '&seed=77', at % 2 ? whole.worker : other),
      ),
    );
    expect(new Set(answers.map(({ stage }) => stage))).toEqual(new Set(['final']));
    expect(new Set(answers.map(({ steps }) => JSON.stringify(steps))).size).toBe(1);
    await expect.poll(predictions).toBe(before + 1);
    await other.stop();
  });

  it('is not asked where drafts are', async () => {
    const before = predictions();
    const answer = await refine('green shorts', '&stage=draft');
    expect(predictions()).toBe(before);
    expect(answer).toMatchObject({ stage: 'draft', fallback: null });
    expect(
      answer.steps.every(({ classifier, picture, pictures }) => !classifier && picture === pictures.draft),
    ).toBe(true);
  });

  it('that cannot be reached leaves drafts within the budget, and says so', async () => {
    const deaf = await startWorker({
      GPU_URL: 'http://127.0.0.1:9',
      GPU_TOKEN: TOKEN,
      GPU_BUDGET_MS: String(BUDGET_MS),
    });
    const since = Date.now();
    const answer = await refine('blue jeans', '', deaf);
    expect(Date.now() - since).toBeLessThan(patience(BUDGET_MS + 2_000));
    expect(answer).toMatchObject({ stage: 'draft', fallback: { code: 'gpu_unavailable' } });
    expect(
      answer.steps.every(({ classifier, color }) => classifier === null && color.rendered === null),
    ).toBe(true);
    await deaf.stop();
  });
});

describe('a row', () => {
  it('names what a word brought and what it took away', async () => {
    const { steps, superseded } = await refine('women jeans skinny wide leg', '&stage=draft');
    expect(superseded.map(({ word }) => word)).toEqual(['skinny']);
    const last = steps.at(-1)?.change;
    expect(last?.added.map(({ word }) => word)).toEqual(['wide leg']);
    expect(last?.removed.map(({ word }) => word)).toEqual(['skinny']);
  });

  it('comes with words to go on with, each of which makes a query of the same words and itself', async () => {
    const { companions, tokens } = await refine('women jeans', '&stage=draft');
    expect(companions.length).toBeGreaterThan(3);
    for (const { query, word } of companions) {
      const longer = await refine(query, '&stage=draft');
      expect(longer.tokens.map((token) => token.word)).toEqual([...tokens.map((token) => token.word), word]);
    }
  });
});

describe('vocabulary', () => {
  it('tells the words, the frequent colours and the limits', async () => {
    const answer = vocabularyAnswerSchema.parse(await (await whole.worker.fetch('/v1/vocabulary')).json());
    expect(answer.model).toBe(whole.service.model);
    expect(answer.words.find(({ word }) => word === 'jeans')?.companions).toContain('skinny');
    expect(answer.colors[0]?.name).toBe('black');
    expect(answer.limits.sizes).toEqual([64, 128, 256]);
  });
});
