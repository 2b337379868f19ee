import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { readOptions, type StartOptions, USAGE } from './options.ts';
import { freePort } from './ports.ts';
import { type ProcessSpec, type RunningProcess, startProcess } from './process.ts';
import { gpuService, urlOf, worker } from './services.ts';

/**
 * `npm start`: the GPU service and the Worker on this machine, each in its own process, until Ctrl-C or until one
 * of them ends. Secrets are made up anew at every start.
 */

/** A Worker that is given a token with this prefix in production refuses to run. */
const DEVELOPMENT_PREFIX = 'dev-';
const READY_MS = 120_000;
const GRACE_MS = 8_000;
const POLL_MS = 150;
const SAME_SIGNAL_MS = 500;

const running: RunningProcess[] = [];
let ready = false;
let stopping = false;
let signalledAt = 0;

const options = readOptions(process.argv.slice(2));
if (!options.ok) {
  console.error(`${options.error}\n\n${USAGE}`);
  process.exit(2);
}
if (options.value.help) {
  console.log(USAGE);
  process.exit(0);
}
process.on('exit', () => {
  for (const service of running) service.kill();
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
watchParent();
try {
  await start(options.value);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  await stop(1);
}

async function start(chosen: StartOptions): Promise<void> {
  const port = await announcedPort('page', chosen.port, new Set());
  const gpu = chosen['no-gpu']
    ? null
    : {
        port: await announcedPort('GPU service', chosen['gpu-port'], new Set([port])),
        token: `${DEVELOPMENT_PREFIX}${randomBytes(24).toString('base64url')}`,
      };
  console.log('Starting …');
  const began = Date.now();
  const address = gpu === null ? null : { url: urlOf(gpu.port), token: gpu.token };
  const service = gpu === null ? null : launch(gpuService(gpu.port, gpu.token), chosen.verbose);
  launch(worker(port, chosen.state, address), chosen.verbose);

  await Promise.all([
    address === null ? null : answer('GPU service', `${address.url}/health/ready`),
    answer('Worker', `${urlOf(port)}/v1/health`),
  ]);
  if (stopping) return;
  ready = true;
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  console.log(
    [
      '',
      address === null
        ? 'GPU service  none: the Worker draws drafts (Stage-I) alone'
        : `GPU service  ${address.url}  onnxruntime-node on ${providerOf(service?.lastLines() ?? [])}`,
      `Worker       ${urlOf(port)}  workerd`,
      '',
      `Ready after ${seconds} s: ${urlOf(port)}/   (Ctrl-C ends everything)`,
    ].join('\n'),
  );
}

/** The wanted port, or the next free one, and then says so. */
async function announcedPort(what: string, wanted: number, taken: ReadonlySet<number>): Promise<number> {
  const port = await freePort(wanted, taken);
  if (wanted !== 0 && port !== wanted) console.log(`Port ${wanted} is busy; the ${what} takes ${port}.`);
  return port;
}

function launch(spec: ProcessSpec, verbose: boolean): RunningProcess {
  const service = startProcess(spec, (line, stream) => {
    if (verbose || (ready && !stopping && stream === 'stderr')) console.log(`${spec.name} │ ${line}`);
  });
  running.push(service);
  void service.ended.then((how) => {
    if (stopping) return;
    console.error(`\n${spec.name} ended (${how}). Its last lines:`);
    for (const line of verbose ? [] : service.lastLines()) console.error(`${spec.name} │ ${line}`);
    void stop(1);
  });
  return service;
}

/** Waits for a successful answer at `url`; throws after `READY_MS`, and gives up quietly when stopping. */
async function answer(what: string, url: string): Promise<void> {
  for (const end = Date.now() + READY_MS; Date.now() < end && !stopping; await delay(POLL_MS)) {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000) }).catch(() => null);
    await response?.body?.cancel();
    if (response?.ok) return;
  }
  if (stopping) return;
  throw new Error(
    `The ${what} was not ready within ${READY_MS / 1000} s (${url}); --verbose shows its output.`,
  );
}

/** The service logs where its graphs run, in a line of JSON. */
function providerOf(log: readonly string[]): string {
  const named = log.map((line) => /"provider":"(\w+)"/.exec(line)?.[1]).find((name) => name !== undefined);
  return named?.toUpperCase() ?? 'an unknown processor';
}

/**
 * The first signal ends everything in peace, a later one at once. A Ctrl-C comes twice, from the terminal and from
 * npm, which passes it on; so signals that follow each other closely are one.
 */
function onSignal(): void {
  if (!stopping) {
    signalledAt = performance.now();
    void stop(0);
  } else if (performance.now() - signalledAt > SAME_SIGNAL_MS) {
    process.exit(1);
  }
}

async function stop(code: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  await Promise.all(running.map((service) => service.stop(GRACE_MS)));
  process.exit(code);
}

/** npm can be killed without a word to its script; then the parent changes. */
function watchParent(): void {
  if (process.env.npm_lifecycle_event === undefined || process.platform === 'win32') return;
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) void stop(0);
  }, 1_000).unref();
}
