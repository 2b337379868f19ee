/**
 * Weak validator of a picture: its key, which is ASCII without quotes and commas. Equal keys are equal pictures, up to
 * what engines differ in, so that a 304 is answered before any work (RFC 9110, section 8.8.1).
 */
export const etagOf = (key: string): string => `W/"${key}"`;

/** Whether `If-None-Match` names the validator; compared weakly. `*` is not taken: it would need the work. */
export function isKnown(etag: string, ifNoneMatch: string | undefined): boolean {
  if (ifNoneMatch === undefined) return false;
  const opaque = etag.replace(/^W\//, '');
  return ifNoneMatch.split(',').some((known) => known.trim().replace(/^W\//, '') === opaque);
}
