import { z } from 'zod';
import { NETWORKS } from '../../../shared/contract/headers.ts';
import { CONTENT_TYPE, FORMATS, MAX_PICTURE_BYTES } from '../../../shared/contract/limits.ts';
import { type PictureRequest, previewKey } from '../../../shared/contract/picture.ts';
import { err, ok } from '../../../shared/contract/result.ts';
import type { Picture, PictureCache } from '../ports.ts';
import { sha256Hex } from '../sha256.ts';

/** The calls that are used of a `KVNamespace`. */
export interface KeyValueStore {
  getWithMetadata(
    key: string,
    type: 'arrayBuffer',
  ): Promise<{ value: ArrayBuffer | null; metadata: unknown | null }>;
  put(
    key: string,
    value: ArrayBuffer | ArrayBufferView,
    options: { metadata: unknown; expirationTtl: number },
  ): Promise<void>;
}

/** A picture that nobody asked for in this time is drawn again; the key names the model, so none is ever purged. */
export const KV_TTL_S = 30 * 86_400;

/** What stands beside a value: README.md lists it. */
const metadataSchema = z.object({
  /** Version of this layout. */
  v: z.literal(1),
  model: z.string(),
  stage: z.enum(['draft', 'final']),
  network: z.union(NETWORKS.map((network) => z.literal(network))),
  type: z.enum(FORMATS.map((format) => CONTENT_TYPE[format])),
  bytes: z.int().min(1).max(MAX_PICTURE_BYTES),
  /** Lower-case hex SHA-256 of the value. */
  sha256: z.string().length(64),
});
type Metadata = z.infer<typeof metadataSchema>;

/** Workers KV. A value that does not match its metadata, or is another picture's, is reported as damaged. */
export function createKvCache(store: KeyValueStore): PictureCache {
  return {
    async get(request) {
      try {
        const { value, metadata } = await store.getWithMetadata(previewKey(request), 'arrayBuffer');
        if (value === null) return { kind: 'miss' };
        const parsed = metadataSchema.safeParse(metadata);
        if (!parsed.success) return { kind: 'damaged', detail: 'the metadata cannot be read' };
        const bytes = new Uint8Array(value);
        const fault = await findFault(request, bytes, parsed.data);
        if (fault !== null) return { kind: 'damaged', detail: fault };
        const { stage, format, model } = request;
        return { kind: 'hit', picture: { bytes, format, stage, network: parsed.data.network, model } };
      } catch (error) {
        return { kind: 'failed', detail: String(error) };
      }
    },
    async put(request, picture) {
      try {
        const metadata = await metadataOf(picture);
        await store.put(previewKey(request), picture.bytes, { metadata, expirationTtl: KV_TTL_S });
        return ok(null);
      } catch (error) {
        // Most often 429: KV takes one write per second and key, and another isolate was first.
        return err(String(error));
      }
    },
  };
}

const metadataOf = async ({ bytes, format, stage, network, model }: Picture): Promise<Metadata> => ({
  v: 1,
  model,
  stage,
  network,
  type: CONTENT_TYPE[format],
  bytes: bytes.byteLength,
  sha256: await sha256Hex(bytes),
});

async function findFault(
  request: PictureRequest,
  bytes: Uint8Array<ArrayBuffer>,
  metadata: Metadata,
): Promise<string | null> {
  if (metadata.model !== request.model) return `it was drawn by model ${metadata.model}`;
  if (metadata.stage !== request.stage) return `it is a ${metadata.stage}`;
  if (metadata.type !== CONTENT_TYPE[request.format]) return `it is ${metadata.type}`;
  if (metadata.bytes !== bytes.byteLength) return `it has ${bytes.byteLength} of ${metadata.bytes} bytes`;
  return metadata.sha256 === (await sha256Hex(bytes)) ? null : 'its checksum differs';
}
