import { z } from 'zod';
import { DEFAULT_FINALS_PER_DAY, PUBLISHABLE_KEY } from '../../shared/contract/access.ts';
import {
  MAX_SIGNING_KEYS,
  MIN_SIGNING_SECRET,
  SIGNING_KEY_ID,
  type SigningKey,
} from '../../shared/contract/signature.ts';

/** Who may ask: README.md explains every variable. */

/** A server's key as it is kept. */
export interface SecretKeyHash {
  readonly name: string;
  /** Lower-case hex SHA-256 of the key. */
  readonly sha256: string;
}

export interface PublishableKey {
  readonly key: string;
  /** Origins whose pages may use it. */
  readonly origins: readonly string[];
  /** Generations that it may cause between midnights, UTC. */
  readonly finalsPerDay: number;
}

export interface AccessConfig {
  /** Everybody may ask; development alone. */
  readonly open: boolean;
  readonly secretKeys: readonly SecretKeyHash[];
  readonly publishableKeys: readonly PublishableKey[];
  readonly signingKeys: readonly SigningKey[];
  /** Origins whose scripts may read answers; those of publishable keys are among them. */
  readonly corsOrigins: readonly string[];
  /** Generations that the Worker's own page may cause between midnights, UTC. */
  readonly pageFinalsPerDay: number;
}

const isOrigin = (text: string): boolean =>
  /^https?:\/\//.test(text) && URL.canParse(text) && new URL(text).origin === text;
const origin = z.string().refine(isOrigin, 'must be origins such as https://shop.example');
const finals = z.int().min(0).max(1_000_000_000);

const list = <T extends z.ZodType<unknown, string>>(item: T) =>
  z
    .string()
    .transform((text) => text.split(',').map((part) => part.trim()))
    .pipe(z.array(item));

/** `name:value`, cut at the first colon. */
const pair = z.string().transform((text) => {
  const colon = text.indexOf(':');
  return colon < 0 ? { id: '', text } : { id: text.slice(0, colon), text: text.slice(colon + 1) };
});

const secretKey = pair
  .transform(({ id, text }): SecretKeyHash => ({ name: id, sha256: text }))
  .pipe(
    z.object({
      name: z.string().regex(/^[\w-]{1,32}$/, 'must be name:sha256, with commas between them'),
      sha256: z
        .string()
        .regex(/^[0-9a-f]{64}$/, 'must be name:sha256 in lower-case hex; never the key itself'),
    }),
  );

const signingKey = pair
  .transform(({ id, text }): SigningKey => ({ id, secret: text }))
  .pipe(
    z.object({
      id: z.string().regex(SIGNING_KEY_ID, 'must be id:secret, with a comma between two'),
      secret: z
        .string()
        .regex(/^[\x21-\x7e]*$/, 'has a secret that is not printable ASCII')
        .min(MIN_SIGNING_SECRET, `has a secret of less than ${MIN_SIGNING_SECRET} characters`),
    }),
  );

const publishableKeys = z.array(
  z.strictObject({
    key: z.string().regex(PUBLISHABLE_KEY, 'must look like rpk_ and 22 characters (npm run keys)'),
    origins: z.array(origin).min(1),
    finalsPerDay: finals.default(DEFAULT_FINALS_PER_DAY),
  }),
);

const json = z.string().transform((text, context) => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    context.addIssue({ code: 'custom', message: 'must be JSON' });
    return z.NEVER;
  }
});

const unique = <T>(of: (item: T) => string) => ({
  check: (items: readonly T[]) => new Set(items.map(of)).size === items.length,
  message: 'names one key twice',
});
const uniqueIds = unique<SigningKey>(({ id }) => id);
const uniqueNames = unique<SecretKeyHash>(({ name }) => name);

export const accessVariables = {
  ACCESS: z.enum(['open', 'keys'], 'must be open or keys').optional(),
  SECRET_KEYS: list(secretKey).refine(uniqueNames.check, uniqueNames.message).default([]),
  PUBLISHABLE_KEYS: json.pipe(publishableKeys).default([]),
  SIGNING_KEYS: list(signingKey)
    .refine((keys) => keys.length <= MAX_SIGNING_KEYS, `names more than ${MAX_SIGNING_KEYS} keys`)
    .refine(uniqueIds.check, uniqueIds.message)
    .default([]),
  CORS_ORIGINS: list(origin).default([]),
  PAGE_FINALS_PER_DAY: z
    .string()
    .regex(/^\d{1,9}$/, 'must be a whole number')
    .transform(Number)
    .pipe(finals)
    .default(DEFAULT_FINALS_PER_DAY),
};
const variables = z.object(accessVariables);
type Variables = z.infer<typeof variables>;

/** @param development whether everybody may ask unless the variables say otherwise */
export const toAccess = (vars: Variables, development: boolean): AccessConfig => ({
  open: (vars.ACCESS ?? (development ? 'open' : 'keys')) === 'open',
  secretKeys: vars.SECRET_KEYS,
  publishableKeys: vars.PUBLISHABLE_KEYS,
  signingKeys: vars.SIGNING_KEYS,
  corsOrigins: [
    ...new Set([...vars.CORS_ORIGINS, ...vars.PUBLISHABLE_KEYS.flatMap(({ origins }) => origins)]),
  ],
  pageFinalsPerDay: vars.PAGE_FINALS_PER_DAY,
});
