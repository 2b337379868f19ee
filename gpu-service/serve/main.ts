/** `npm run gpu`: the GPU service as a process. Settings come from the environment; see README.md. */
import { pino } from 'pino';
import { readConfig } from './config.ts';
import { startService } from './service.ts';

// CUDA's TF32 rounds to 10 bits, which would take pictures further from the edge's than the contract allows.
// Read by CUDA's libraries when they are loaded.
process.env.NVIDIA_TF32_OVERRIDE ??= '0';

const config = readConfig(process.env);
if (!config.ok) {
  console.error(`The environment is not as it must be:\n${config.error}`);
  process.exit(1);
}
const log = pino({ level: config.value.logLevel, base: null });

const starting = startService(config.value, log);
let stopping = false;
// From the first: whoever reads `ready` may ask to stop before this file goes on.
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, async () => {
    if (stopping) process.exit(1);
    stopping = true;
    log.info({ signal }, 'stopping: no new work, finishing what was accepted');
    const started = await starting;
    const lost = started.ok ? await started.value.stop() : 0;
    log.info({ lost }, 'stopped');
    process.exit(lost === 0 ? 0 : 1);
  });
}

const service = await starting;
if (!service.ok) {
  log.fatal(service.error);
  process.exit(1);
}
service.value.broken.then((reason) => {
  if (stopping) return;
  log.fatal(reason);
  process.exit(1);
});
