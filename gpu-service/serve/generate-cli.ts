/** `npm run generate`: pictures of queries, made in this process by the GPU service's own code. */
import { writeFile } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import { readEngineConfig } from './config.ts';
import { startEngine } from './engine.ts';
import { generate } from './generate.ts';
import { generateBatch } from './generate-batch.ts';
import { readOptions, USAGE } from './generate-options.ts';
import { createPictureMaker, type PictureMaker } from './pictures.ts';

const INCOMPLETE = 1;
const NOT_STARTED = 2;

function giveUp(reason: string): never {
  console.error(reason);
  process.exit(NOT_STARTED);
}

/** @returns the exit code */
async function run(maker: PictureMaker, modelVersion: string): Promise<number> {
  if (options.mode === 'single') {
    const made = await generate(maker, modelVersion, options.line, options.format);
    if (!made.ok) {
      console.error(`${made.error.code}: ${made.error.detail}`);
      return INCOMPLETE;
    }
    await writeFile(options.out, made.value.bytes);
    console.log(JSON.stringify({ file: options.out, ...made.value.generated }, null, 2));
    return 0;
  }
  const startedAt = performance.now();
  const { made, failed } = await generateBatch(maker, modelVersion, options.jsonl, options.out);
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  console.log(`${made} pictures in ${seconds} s, ${failed} lines failed: ${options.out}/results.jsonl`);
  return failed === 0 ? 0 : INCOMPLETE;
}

const read = readOptions(process.argv.slice(2));
if (!read.ok) giveUp(`${read.error}\n\n${USAGE}`);
if (read.value.mode === 'help') {
  console.log(USAGE);
  process.exit(0);
}
const options = read.value;
const config = readEngineConfig(process.env);
if (!config.ok) giveUp(`The environment is not as it must be:\n${config.error}`);
const started = await startEngine(config.value);
if (!started.ok) giveUp(`The model cannot be loaded: ${started.error}`);
const engine = started.value;

try {
  process.exitCode = await run(createPictureMaker(engine, { maxDelayMs: 0 }), engine.modelVersion);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = NOT_STARTED;
} finally {
  await engine.close();
}
