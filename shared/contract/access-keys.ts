/** Makes the keys that shared/contract/access.ts and signature.ts describe. */

/** A server's key, shown once, and what the deployment keeps of it. */
export async function mintSecretKey(name: string): Promise<{ readonly key: string; readonly kept: string }> {
  const key = `rsk_${random(32)}`;
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(key)));
  const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return { key, kept: `${name}:${hex}` };
}

/** A browser's key. */
export const mintPublishableKey = (): string => `rpk_${random(16)}`;

/** A signing key as `SIGNING_KEYS` has it. */
export const mintSigningKey = (id: string): string => `${id}:${random(32)}`;

/** So many random bytes in base64url. */
const random = (bytes: number): string =>
  btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(bytes))))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
