import { z } from 'zod';
import { err, ok, type Result } from '../shared/contract/result.ts';
import { type AccessConfig, accessVariables, toAccess } from './access/config.ts';
import type { GpuTarget } from './pipeline/generator/predictor.ts';

/** README.md explains every variable. */

/** Browsers and proxies give up after 30 s. */
const MAX_DEADLINE_MS = 25_000;
const MAX_FLIGHT_MS = 600_000;
const OWNER_AND_NAME = '[a-z0-9][\\w.-]*/[a-z0-9][\\w.-]*';

const ms = (min: number, max: number, fallback: number) =>
  z
    .string()
    .regex(/^\d{1,6}$/, 'must be a whole number of milliseconds')
    .transform(Number)
    .pipe(z.int().min(min).max(max))
    .default(fallback);

const hosts = z
  .string()
  .transform((text) => text.split(',').map((host) => host.trim().toLowerCase()))
  .pipe(
    z.array(z.string().regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, 'must be host names with commas between them')),
  );

const variables = z.object({
  ENVIRONMENT: z
    .enum(['development', 'production'], 'must be development or production')
    .default('production'),
  EDGE_ENGINE: z.enum(['auto', 'kernel', 'onnx'], 'must be auto, kernel or onnx').default('auto'),
  GPU_URL: z.url({ protocol: /^https?$/, error: 'must be an http or https address' }).optional(),
  GPU_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without spaces')
    .optional(),
  GPU_MODEL: z
    .string()
    .regex(new RegExp(`^${OWNER_AND_NAME}(:[0-9a-f]{64})?$`, 'i'), 'must be owner/name or owner/name:version')
    .optional(),
  GPU_DEPLOYMENT: z
    .string()
    .regex(new RegExp(`^${OWNER_AND_NAME}$`, 'i'), 'must be owner/name')
    .optional(),
  GPU_OUTPUT_HOSTS: hosts.default(['replicate.delivery']),
  GPU_BUDGET_MS: ms(50, MAX_DEADLINE_MS, 1_500),
  GPU_DEADLINE_MS: ms(100, MAX_DEADLINE_MS, 20_000),
  GPU_FLIGHT_MS: ms(100, MAX_FLIGHT_MS, 60_000),
  KV_BUDGET_MS: ms(10, MAX_DEADLINE_MS, 500),
  ...accessVariables,
});
type Variables = z.infer<typeof variables>;

export interface GpuConfig {
  readonly url: string;
  readonly token: string;
  readonly target: GpuTarget;
  readonly outputHosts: readonly string[];
}

export interface Config {
  readonly environment: Variables['ENVIRONMENT'];
  readonly edgeEngine: Variables['EDGE_ENGINE'];
  /** Null: drafts only. */
  readonly gpu: GpuConfig | null;
  readonly budgetMs: number;
  readonly deadlineMs: number;
  readonly flightMs: number;
  readonly cacheMs: number;
  readonly access: AccessConfig;
}

/** The Worker's variables and secrets, as the platform hands them over. */
export type Vars = Readonly<Partial<Record<keyof typeof variables.shape, string>>>;

const configSchema = variables.superRefine(checkTogether).transform(toConfig);

/** Reads the variables; an empty one counts as absent. The error names every fault at once, a line each. */
export function readConfig(env: object): Result<Config, string> {
  const known = Object.keys(variables.shape);
  const given = Object.fromEntries(
    Object.entries(env).filter(([name, value]) => known.includes(name) && value !== ''),
  );
  const parsed = configSchema.safeParse(given);
  if (parsed.success) return ok(parsed.data);
  return err(parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('\n'));
}

function checkTogether(vars: Variables, context: z.RefinementCtx): void {
  const fault = (path: keyof Variables, message: string): void =>
    context.addIssue({ code: 'custom', path: [path], message });
  const { GPU_URL: url, GPU_TOKEN: token } = vars;
  if (url !== undefined && token === undefined) fault('GPU_TOKEN', 'is missing: GPU_URL needs it');
  if (vars.GPU_MODEL !== undefined && vars.GPU_DEPLOYMENT !== undefined) {
    fault('GPU_MODEL', 'and GPU_DEPLOYMENT exclude each other');
  }
  if (vars.GPU_BUDGET_MS > vars.GPU_DEADLINE_MS) fault('GPU_BUDGET_MS', 'must not exceed GPU_DEADLINE_MS');
  if (vars.GPU_DEADLINE_MS > vars.GPU_FLIGHT_MS) fault('GPU_DEADLINE_MS', 'must not exceed GPU_FLIGHT_MS');
  if (vars.ENVIRONMENT === 'production' && token?.startsWith('dev-')) {
    fault('GPU_TOKEN', 'is a development secret, which production refuses');
  }
  if (vars.ENVIRONMENT === 'production' && vars.ACCESS === 'open') {
    fault('ACCESS', 'may be open in development alone');
  }
}

function toConfig(vars: Variables): Config {
  const { GPU_URL: url, GPU_TOKEN: token } = vars;
  const gpu =
    url === undefined || token === undefined
      ? null
      : { url, token, target: targetOf(vars), outputHosts: vars.GPU_OUTPUT_HOSTS };
  return {
    environment: vars.ENVIRONMENT,
    edgeEngine: vars.EDGE_ENGINE,
    gpu,
    budgetMs: vars.GPU_BUDGET_MS,
    deadlineMs: vars.GPU_DEADLINE_MS,
    flightMs: vars.GPU_FLIGHT_MS,
    cacheMs: vars.KV_BUDGET_MS,
    access: toAccess(vars, vars.ENVIRONMENT === 'development'),
  };
}

function targetOf({ GPU_MODEL: model, GPU_DEPLOYMENT: deployment }: Variables): GpuTarget {
  if (deployment !== undefined) return { kind: 'deployment', ...ownerAndName(deployment) };
  if (model === undefined) return { kind: 'container' };
  const version = model.split(':')[1];
  return version === undefined ? { kind: 'model', ...ownerAndName(model) } : { kind: 'version', version };
}

function ownerAndName(text: string): { readonly owner: string; readonly name: string } {
  const [owner = '', name = ''] = text.split('/');
  return { owner, name };
}
