import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The real catalogue, beside the checkout where it is at all. Only its owners have it. */
export const CATALOGUE = fileURLToPath(new URL('../../../shared/catalog', import.meta.url));
export const HAS_CATALOGUE = existsSync(CATALOGUE);
/** The one reason for which a test may be skipped in CI: nobody without the catalogue could do anything about it. */
export const NEEDS_CATALOGUE = 'needs the real catalogue in ../shared, which is no part of the repository';
