/** `npm run warm`: finals of a list of queries, ahead of time. */
import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { Presets, SingleBar } from 'cli-progress';
import { z } from 'zod';
import { createClient } from '../../shared/client/index.ts';
import { CHUNK, readOptions, USAGE } from './options.ts';
import { nameOf, type Wish, warm } from './warm.ts';

const stateSchema = z.object({ base: z.string(), model: z.string(), done: z.array(z.string()) });

const read = readOptions(process.argv.slice(2));
if (!read.ok) {
  console.error(`${read.error}\n\n${USAGE}`);
  process.exit(2);
}
const { file, base, seed: seeds, size: sizes, format, rate, wait } = read.value;
const stateFile = read.value.state ?? `${file}.warm.json`;
const secretKey = process.env.RESTGAN_SECRET_KEY ?? '';
const client = createClient({ base, ...(secretKey === '' ? {} : { secretKey }) });

const lines = (await readFile(file, 'utf8')).split('\n').map((line) => line.trim());
const queries = [...new Set(lines.filter((line) => line !== '' && !line.startsWith('# ')))];
const wishes: Wish[] = queries.flatMap((q) =>
  seeds.flatMap((seed) => sizes.map((size) => ({ q, seed, size, format }))),
);

try {
  const { model } = await client.health();
  const done = await readState(model);
  const before = wishes.filter((wish) => done.has(nameOf(wish))).length;
  if (before > 0) console.log(`${before} of ${wishes.length} were done before (${stateFile}).`);
  const bar = new SingleBar(
    {
      format: 'pictures {bar} {percentage} % | {value}/{total} | {eta_formatted} left',
      noTTYOutput: true,
      notTTYSchedule: 5_000,
    },
    Presets.shades_classic,
  );
  bar.start(wishes.length, before);
  const report = await warm(wishes, {
    client,
    done,
    chunk: CHUNK,
    rate,
    waitMs: wait * 1_000,
    sleep,
    async onProgress(ready) {
      bar.update(ready);
      await writeFile(stateFile, JSON.stringify({ base, model, done: [...done] }));
    },
  });
  bar.stop();
  for (const { q, detail } of report.refused) console.log(`refused: ${q}: ${detail}`);
  console.log(`${report.ready} ready, ${report.refused.length} refused, ${report.waiting} still queued.`);
  process.exitCode = report.waiting + report.refused.length === 0 ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 2;
}

/** What an earlier run saw ready; of another deployment or model version it tells nothing. */
async function readState(model: string): Promise<Set<string>> {
  const text = await readFile(stateFile, 'utf8').catch(() => 'null');
  const state = stateSchema.safeParse(JSON.parse(text));
  return new Set(
    state.success && state.data.base === base && state.data.model === model ? state.data.done : [],
  );
}
