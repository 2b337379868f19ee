import { endOfDay, type SigningKey, signAddress } from '../contract/signature.ts';
import { type PreviewOptions, previewAddress } from './url.ts';

export type { SigningKey };

/** Vouches for addresses, on a server: its secret must not reach a browser. */
export interface Signer {
  /**
   * Signs path and query of any GET address, without an origin.
   * @param days that it holds beside the running one; equal addresses signed on one day are equal, for caches
   */
  sign(address: string, days?: number): Promise<string>;
  /** `previewAddress`, signed. */
  preview(query: string, options?: PreviewOptions, days?: number): Promise<string>;
}

/** @throws RangeError on signing, when id or secret are not as the Worker takes them */
export function createSigner(key: SigningKey): Signer {
  const sign = (address: string, days = 1): Promise<string> =>
    signAddress(address, key, endOfDay(Date.now(), days));
  return { sign, preview: (query, options, days) => sign(previewAddress(query, options), days) };
}
