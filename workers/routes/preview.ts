import type { ProblemError } from '../../shared/contract/errors.ts';
import {
  type Address,
  ANSWER_CACHE,
  pictureHeaders,
  validatorHeaders,
} from '../../shared/contract/headers.ts';
import { CONTENT_TYPE, type PictureStage, type Stage } from '../../shared/contract/limits.ts';
import type { PreviewFields } from '../../shared/contract/log.ts';
import { atStage, type PictureRequest, previewKey } from '../../shared/contract/picture.ts';
import { previewPath } from '../../shared/contract/preview-path.ts';
import type { Result } from '../../shared/contract/result.ts';
import { describe } from '../../shared/query/index.ts';
import { pictureRequest } from '../../shared/query/picture-request.ts';
import type { AppContext } from '../http/env.ts';
import { etagOf, isKnown } from '../http/etag.ts';
import type { Answer, Handler } from '../http/frame.ts';
import { refuse } from '../http/refuse.ts';
import { MODEL_VERSION } from '../model.ts';
import { createRecent } from '../pipeline/recent.ts';
import type { Asked } from './query.ts';

/** The stage whose validator an address has: a draft instead of a final has none. */
const VALIDATED = { auto: 'final', final: 'final', draft: 'draft' } as const satisfies Record<
  Stage,
  PictureStage
>;

/** What an address says, whoever asks and whatever becomes of it. */
interface Prepared extends Asked {
  readonly request: PictureRequest;
  readonly key: string;
  readonly etag: string;
  readonly alt: string;
  /** Headers of its final from the cache, once it was sent without a signature: those of the next are equal. */
  known: Readonly<Record<string, string>> | null;
}

function prepare({ query, params }: Asked): Prepared {
  const { seed, size, format, stage } = params;
  const request = pictureRequest(query, {
    model: MODEL_VERSION,
    seed,
    size,
    format,
    stage: VALIDATED[stage],
  });
  const key = previewKey(request);
  return { query, params, request, key, etag: etagOf(key), alt: describe(query.tokens), known: null };
}

/** Pictures from the cache are asked for by addresses that have been read before. */
const READ = 500;
const LONGEST_REMEMBERED = 500;
const read = createRecent<Prepared>(READ);

/** Answers with the picture that an address asks for; `ask` reads it. */
export const preview =
  (ask: (c: AppContext) => Result<Asked, ProblemError>): Handler =>
  (c) => {
    const address = c.get('address');
    const known = read.get(address);
    if (known !== undefined) return answer(c, known);
    const asked = ask(c);
    if (!asked.ok) return refuse(c, asked.error);
    const prepared = prepare(asked.value);
    if (address.length <= LONGEST_REMEMBERED) read.set(address, prepared);
    return answer(c, prepared);
  };

async function answer(c: AppContext, prepared: Prepared): Promise<Answer> {
  const { query, params, request, key, etag, alt } = prepared;
  const { stage: wanted, v } = params;
  const { stage } = request;
  const note = (fields: Omit<PreviewFields, 'key' | 'asked'> & { key?: string }): void => {
    c.get('line').preview = { key, asked: wanted, ...fields };
  };

  const { kind, id, ceiling, expiresIn } = c.get('access');
  // A signature holds for one address: a signed one that names another model is answered as if it named none.
  if (v !== undefined && v !== MODEL_VERSION && kind !== 'signed') {
    note({ outcome: 'redirect' });
    c.header('Cache-Control', ANSWER_CACHE.redirect);
    const key = kind === 'publishable' ? id : undefined;
    return c.redirect(previewPath(query.slug, { ...params, v: MODEL_VERSION, key }), 302);
  }

  const address: Address = {
    versioned: v === MODEL_VERSION,
    ...(expiresIn === undefined ? {} : { expiresIn }),
  };
  if (isKnown(etag, c.req.header('If-None-Match'))) {
    note({ outcome: 'not-modified' });
    return c.body(null, 304, validatorHeaders(stage, address, etag));
  }

  const { previewer, engine } = c.get('services');
  const since = Date.now();
  const drawn = await previewer.preview(request, wanted, {
    requestId: c.get('line').requestId,
    ...(ceiling === undefined ? {} : { ceiling }),
    waitUntil: (work) => c.executionCtx.waitUntil(work),
  });
  if (!drawn.ok) {
    note({ outcome: 'problem' });
    return refuse(c, drawn.error);
  }
  const { outcome, source, picture, fallback } = drawn.value;
  note({
    outcome,
    source,
    ...(picture.stage === stage ? {} : { key: previewKey(atStage(request, picture.stage)) }),
    ...(fallback === undefined ? {} : { fallback: fallback.code }),
  });
  const by = source === 'edge' ? `;desc="${engine.name}"` : '';
  c.set('timing', `${source};dur=${Date.now() - since}${by}`);
  const isHit = outcome === 'final' && source === 'cache' && expiresIn === undefined;
  const headers = (isHit ? prepared.known : null) ?? {
    ...pictureHeaders(outcome, address, { etag, network: picture.network, source, alt }),
    'Content-Type': CONTENT_TYPE[picture.format],
  };
  if (isHit) prepared.known = headers;
  return { status: 200, body: picture.bytes, headers };
}
