import { sha256Hex } from '../pipeline/sha256.ts';

/**
 * Weak validator of a picture, from its key alone: equal keys are equal pictures, up to what engines differ in, so
 * that a 304 is answered before any work (RFC 9110, section 8.8.1).
 */
export async function etagOf(key: string): Promise<string> {
  const hex = await sha256Hex(new Uint8Array(new TextEncoder().encode(key)));
  return `W/"${hex.slice(0, 24)}"`;
}

/** Whether `If-None-Match` names the validator; compared weakly. `*` is not taken: it would need the work. */
export function isKnown(etag: string, ifNoneMatch: string | undefined): boolean {
  const opaque = etag.replace(/^W\//, '');
  return (ifNoneMatch ?? '').split(',').some((known) => known.trim().replace(/^W\//, '') === opaque);
}
