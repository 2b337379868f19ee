import { NETWORKS, type Network } from '../../../shared/contract/headers.ts';
import { CONTENT_TYPE, type Format, type PictureStage } from '../../../shared/contract/limits.ts';
import { type PictureRequest, previewKey } from '../../../shared/contract/picture.ts';
import { err, ok } from '../../../shared/contract/result.ts';
import type { Picture, PictureCache } from '../ports.ts';

/** The calls that are used of a `KVNamespace`. */
export interface KeyValueStore {
  getWithMetadata(
    key: string,
    type: 'arrayBuffer',
  ): Promise<{ value: ArrayBuffer | null; metadata: unknown }>;
  put(
    key: string,
    value: ArrayBuffer | ArrayBufferView,
    options: { metadata: unknown; expirationTtl: number },
  ): Promise<void>;
}

/** A picture that nobody asked for in this time is drawn again; the key names the model, so none is ever purged. */
export const KV_TTL_S = 30 * 86_400;

/** Of a picture's bytes, 32 bits: it tells damage, which nobody meant. */
export type Checksum = (bytes: Uint8Array) => number;

const LAYOUT = 2;

/** What stands beside a value: README.md lists it. */
interface Metadata {
  readonly v: typeof LAYOUT;
  readonly model: string;
  readonly stage: PictureStage;
  readonly network: Network;
  readonly type: (typeof CONTENT_TYPE)[Format];
  readonly bytes: number;
  readonly checksum: number;
}
/** As it is read: nothing is known of its members, every one of which is compared with what must be there. */
type Unchecked = Readonly<Partial<Record<keyof Metadata, unknown>>>;

/**
 * Workers KV. A value that does not match its metadata, or is another picture's, is reported as damaged; one of an earlier
 * layout is drawn again.
 * @param checksum equal in every isolate
 */
export function createKvCache(store: KeyValueStore, checksum: Checksum): PictureCache {
  return {
    async get(request) {
      try {
        const { value, metadata } = await store.getWithMetadata(previewKey(request), 'arrayBuffer');
        if (value === null) return { kind: 'miss' };
        const given: Unchecked = typeof metadata === 'object' && metadata !== null ? metadata : {};
        const network = NETWORKS.find((known) => known === given.network);
        if (typeof given.v === 'number' && given.v < LAYOUT) return { kind: 'miss' };
        if (given.v !== LAYOUT || network === undefined) {
          return { kind: 'damaged', detail: 'the metadata cannot be read' };
        }
        const bytes = new Uint8Array(value);
        const fault = findFault(request, bytes, given, checksum);
        if (fault !== null) return { kind: 'damaged', detail: fault };
        const { stage, format, model } = request;
        return { kind: 'hit', picture: { bytes, format, stage, network, model } };
      } catch (error) {
        return { kind: 'failed', detail: String(error) };
      }
    },
    async put(request, picture) {
      try {
        const metadata = metadataOf(picture, checksum);
        await store.put(previewKey(request), picture.bytes, { metadata, expirationTtl: KV_TTL_S });
        return ok(null);
      } catch (error) {
        // Most often 429: KV takes one write per second and key, and another isolate was first.
        return err(String(error));
      }
    },
  };
}

const metadataOf = ({ bytes, format, stage, network, model }: Picture, checksum: Checksum): Metadata => ({
  v: LAYOUT,
  model,
  stage,
  network,
  type: CONTENT_TYPE[format],
  bytes: bytes.byteLength,
  checksum: checksum(bytes),
});

function findFault(
  request: PictureRequest,
  bytes: Uint8Array,
  metadata: Unchecked,
  checksum: Checksum,
): string | null {
  if (metadata.model !== request.model) return `it was drawn by model ${metadata.model}`;
  if (metadata.stage !== request.stage) return `it is a ${metadata.stage}`;
  if (metadata.type !== CONTENT_TYPE[request.format]) return `it is ${metadata.type}`;
  if (metadata.bytes !== bytes.byteLength) return `it has ${bytes.byteLength} of ${metadata.bytes} bytes`;
  return metadata.checksum === checksum(bytes) ? null : 'its checksum differs';
}
