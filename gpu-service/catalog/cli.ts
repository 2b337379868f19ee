import cliProgress from 'cli-progress';
import { HELP, readOptions } from './options.ts';
import type { Report } from './report.ts';
import { runCatalog } from './run.ts';

/** `npm run catalog`: a catalogue to a dataset, with a progress bar. */
async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2));
  if (!options.ok) {
    process.stderr.write(options.error === '' ? `${HELP}\n` : `${options.error}\n\n${HELP}\n`);
    return options.error === '' ? 0 : 2;
  }
  const started = performance.now();
  const bar = new cliProgress.SingleBar(
    {
      format: 'pictures {bar} {percentage} % | {value}/{total} | {rate}/s | {left} left',
      hideCursor: true,
      noTTYOutput: true,
      notTTYSchedule: 15_000,
    },
    cliProgress.Presets.shades_grey,
  );
  let running = false;
  const stop = (): void => {
    if (running) bar.stop();
    running = false;
  };
  const result = await runCatalog(options.value, {
    onStage: (stage) => {
      stop();
      if (stage !== 'pictures') process.stdout.write(`${stage} …\n`);
    },
    onImages: (done, total, resumed) => {
      const rate = (done - resumed) / Math.max(0.001, (performance.now() - started) / 1000);
      const state = { rate: rate.toFixed(0), left: rate > 0 ? clock((total - done) / rate) : '–' };
      if (!running) {
        if (resumed > 0) process.stdout.write(`going on after ${resumed} pictures of a stopped run\n`);
        bar.start(total, done, state);
        running = true;
      }
      bar.update(done, state);
    },
  });
  stop();
  if (!result.ok) {
    process.stderr.write(`${result.error}\n`);
    return 1;
  }
  process.stdout.write(summary(result.value, options.value.out, (performance.now() - started) / 1000));
  return 0;
}

const clock = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;

function summary(report: Report, out: string, seconds: number): string {
  const { rows, usable, stages, tokens } = report;
  const lines = [
    `${rows.in} rows in, ${rows.accounted} accounted for: ${rows.ok} ok, ${rows.rejected} rejected (${clock(seconds)} min)`,
    `usable for generator ${usable.generator?.count ?? 0}, classifier ${usable.classifier?.count ?? 0}, text ${usable.text?.count ?? 0}`,
  ];
  for (const [stage, reasons] of Object.entries(stages)) {
    const named = Object.entries(reasons).map(([reason, { count }]) => `${reason} ${count}`);
    if (named.length > 0) lines.push(`${stage}: ${named.join(', ')}`);
  }
  const rare = tokens
    .filter((token) => token.verdict !== 'ok')
    .map((token) => `${token.word} ${token.training}`);
  if (rare.length > 0) lines.push(`words with too few training images (merge or drop): ${rare.join(', ')}`);
  lines.push(`dataset, report.json and contact sheets: ${out}`);
  return `${lines.join('\n')}\n`;
}

process.exitCode = await main();
