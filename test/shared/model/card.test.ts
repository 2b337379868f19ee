import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import manifest from '../../../shared/model/manifest.json' with { type: 'json' };

const read = (name: string): string =>
  readFileSync(new URL(`../../../shared/model/${name}`, import.meta.url), 'utf8');
const card = read('README.md');

const gap = z.object({ ours: z.number() });
const metrics = z
  .object({
    version: z.string(),
    about: z.object({ stage1Images: z.number(), stage1Mmac: z.number(), stage1Mb: z.number() }),
    color: z.object({ median: z.number(), p90: z.number(), worst_color_median: z.number() }),
    conditional: z.object({ type: gap, gender: gap }),
    steps: z.object({
      color_drift: z.object({ median: z.number() }),
      mask_iou: z.object({ mean: z.number() }),
      order_gap: z.number(),
    }),
    words: z.object({ ret: z.number(), add: z.number() }),
    realism64: z.object({ garment_gap: gap, texture_gap: gap, fd: gap }),
    realism256: z.object({
      garment_gap: gap,
      texture_gap: gap,
      stage1_to_stage2_delta_e: z.object({ median: z.number() }),
    }),
    spread: z.object({ features: z.object({ ratio: z.number() }), pixels: z.object({ ratio: z.number() }) }),
    nearest_train: z.object({ ratio: z.number() }),
  })
  .parse(JSON.parse(read('metrics.json')));

/** The cells of the first table row that begins with `label`. */
function row(label: string): string[] {
  const line = card.split('\n').find((each) => each.startsWith(`| ${label}`));
  if (line === undefined) throw new Error(`the card has no row "${label}"`);
  return line
    .split('|')
    .slice(2, -1)
    .map((cell) => cell.replaceAll('*', '').replaceAll('−', '-').trim());
}

describe('the model card', () => {
  it('is about the graphs beside it, and so are the metrics', () => {
    expect(metrics.version).toBe(manifest.version);
    expect(card).toContain(`## Model card: ${manifest.version}`);
  });

  const { color, steps, words, realism64, realism256, spread, nearest_train, conditional, about } = metrics;
  const under = (limit: number) => (value: number) => value < limit;
  const most = (limit: number) => (value: number) => value <= limit;
  const least = (limit: number) => (value: number) => value >= limit;
  const colors = [color.median, color.p90, color.worst_color_median] as const;
  it.each<[string, number, readonly number[], readonly ((value: number) => boolean)[]]>([
    ['ΔE00 of `#hex`, 60', 2, colors, [under(0.8), under(1.6), under(3)]],
    ['colour drift', 2, [steps.color_drift.median], [under(0.5)]],
    ['mask IoU', 3, [steps.mask_iou.mean], [least(0.97)]],
    ['earlier words stay', 3, [words.ret], [least(0.95)]],
    ['an added word shows', 3, [words.add], [least(Number(row('an added word shows')[2]))]],
    ['type right /', 2, [conditional.type.ours, conditional.gender.ours], []],
    [
      'realism gap at 64 px',
      2,
      [realism64.garment_gap.ours, realism64.texture_gap.ours],
      [most(0.2), most(0.08)],
    ],
    [
      'realism gap at 256 px',
      2,
      [realism256.garment_gap.ours, realism256.texture_gap.ours],
      [most(0.2), most(0.08)],
    ],
    ['spread across seeds', 2, [spread.features.ratio, spread.pixels.ratio], [least(0.7), least(0.7)]],
    ['nearest-train', 2, [nearest_train.ratio], [least(0.9)]],
    ['Stage-II averaged down', 2, [realism256.stage1_to_stage2_delta_e.median], [most(1.5)]],
  ])('says what was measured: %s', (label, digits, measured, bars) => {
    const [, cell = '', , verdict = ''] = row(label);
    expect(cell.split(' / ').map(Number)).toEqual(measured.map((value) => Number(value.toFixed(digits))));
    const verdicts = bars.map((reached, i) => (reached(measured[i] ?? Number.NaN) ? 'yes' : 'no'));
    const one = new Set(verdicts).size === 1 ? verdicts.slice(0, 1) : verdicts;
    expect(verdict).toBe(one.join(' / '));
  });

  it('says how far from real pictures, and what the order of words changes', () => {
    expect(row('Fréchet distance, 64 px')[0]).toBe(realism64.fd.ours.toFixed(1));
    expect(card).toContain(`order gap ${steps.order_gap.toFixed(2)} of a step`);
  });

  it('says what Stage-I costs and how many images it saw', () => {
    expect(row('Stage-I:')[1]).toBe(`${about.stage1Mmac.toFixed(1)} / ${about.stage1Mb.toFixed(2)}`);
    expect(row('images seen, thousand')[0]?.replace(',', '')).toBe(
      String(Math.floor(about.stage1Images / 1000)),
    );
  });
});
