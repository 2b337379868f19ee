import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { err, ok, type Result } from '../../shared/contract/result.ts';

/** Where the graphs are executed. `auto`: CUDA when its libraries and a device are there, else CPU. */
export const PROVIDER_CHOICES = ['auto', 'cpu', 'cuda'] as const;
export type ProviderChoice = (typeof PROVIDER_CHOICES)[number];

/** The committed graphs. */
export const DEFAULT_MODEL_DIR = fileURLToPath(new URL('../../shared/model', import.meta.url));
/** Not 8787, which belongs to wrangler. */
const DEFAULT_PORT = 9100;
const MIN_TOKEN_LENGTH = 16;

const int = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.int().min(min).max(max));

const port = int(0, 65_535);

/** The engine's part, which `npm run generate` reads too. */
const engineShape = {
  MODEL_DIR: z.string().min(1).default(DEFAULT_MODEL_DIR),
  EXECUTION_PROVIDERS: z.enum(PROVIDER_CHOICES).default('auto'),
  THREADS: int(1, 256).default(availableParallelism()),
};

const engineOf = (env: z.infer<z.ZodObject<typeof engineShape>>) => ({
  modelDir: env.MODEL_DIR,
  providers: env.EXECUTION_PROVIDERS,
  threads: env.THREADS,
});

const engineSchema = z.object(engineShape).transform(engineOf);
/** Settings of the engine: model directory, execution provider, threads of one run on the CPU. */
export type EngineConfig = z.infer<typeof engineSchema>;

const configSchema = z
  .object({
    ...engineShape,
    OTHER_MODEL_DIR: z.string().min(1).optional(),
    HOST: z.string().min(1).default('127.0.0.1'),
    PORT: port.default(DEFAULT_PORT),
    METRICS_PORT: port.optional(),
    TOKEN: z
      .string({ error: 'is missing: the bearer token that callers must send' })
      .regex(/^[\x21-\x7e]*$/, 'must be printable ASCII without spaces')
      .min(MIN_TOKEN_LENGTH, `must have at least ${MIN_TOKEN_LENGTH} characters`),
    MAX_BATCH: int(1, 256).optional(),
    MAX_DELAY_MS: int(0, 1_000).default(0),
    MAX_QUEUE: int(1, 100_000).default(64),
    DRAIN_SECONDS: int(0, 3_600).default(30),
    LOG_LEVEL: z.enum(['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace']).default('info'),
  })
  .transform((env) => ({
    engine: engineOf(env),
    otherModelDir: env.OTHER_MODEL_DIR ?? null,
    host: env.HOST,
    port: env.PORT,
    metricsPort: env.METRICS_PORT ?? null,
    token: env.TOKEN,
    maxBatch: env.MAX_BATCH ?? null,
    maxDelayMs: env.MAX_DELAY_MS,
    maxQueue: env.MAX_QUEUE,
    drainMs: env.DRAIN_SECONDS * 1_000,
    logLevel: env.LOG_LEVEL,
  }));
/** Settings of the service; README.md says what each variable means. */
export type ServiceConfig = z.infer<typeof configSchema>;

type Env = Readonly<Record<string, string | undefined>>;

/** Reads the service's settings; the error names every fault at once, a line each. */
export const readConfig = (env: Env): Result<ServiceConfig, string> => read(configSchema, env);

/** Reads the engine's settings alone. */
export const readEngineConfig = (env: Env): Result<EngineConfig, string> => read(engineSchema, env);

function read<T>(schema: z.ZodType<T>, env: Env): Result<T, string> {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(given);
  if (parsed.success) return ok(parsed.data);
  return err(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('\n'));
}
