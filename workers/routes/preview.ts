import type { ProblemError } from '../../shared/contract/errors.ts';
import {
  type Address,
  ANSWER_CACHE,
  pictureHeaders,
  validatorHeaders,
} from '../../shared/contract/headers.ts';
import { CONTENT_TYPE, type PictureStage, type Stage } from '../../shared/contract/limits.ts';
import type { PreviewFields } from '../../shared/contract/log.ts';
import { previewKey } from '../../shared/contract/picture.ts';
import { previewPath } from '../../shared/contract/preview-path.ts';
import type { Result } from '../../shared/contract/result.ts';
import { describe } from '../../shared/query/index.ts';
import { pictureRequest } from '../../shared/query/picture-request.ts';
import type { AppContext } from '../http/env.ts';
import { etagOf, isKnown } from '../http/etag.ts';
import type { Answer } from '../http/frame.ts';
import { refuse } from '../http/refuse.ts';
import { MODEL_VERSION } from '../model.ts';
import type { Asked } from './query.ts';

/** The stage whose validator an address has: a draft instead of a final has none. */
const VALIDATED = { auto: 'final', final: 'final', draft: 'draft' } as const satisfies Record<
  Stage,
  PictureStage
>;

/** Answers with the picture that an address asks for. */
export async function preview(c: AppContext, asked: Result<Asked, ProblemError>): Promise<Answer> {
  if (!asked.ok) return refuse(c, asked.error);
  const { query, params } = asked.value;
  const { seed, size, format, stage: wanted, v } = params;
  const stage = VALIDATED[wanted];
  const request = pictureRequest(query, { model: MODEL_VERSION, seed, size, format, stage });
  const key = previewKey(request);
  const note = (fields: Omit<PreviewFields, 'key' | 'asked'> & { key?: string }): void =>
    c.set('line', { ...c.get('line'), preview: { key, asked: wanted, ...fields } });

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
  const etag = etagOf(key);
  if (isKnown(etag, c.req.header('If-None-Match'))) {
    note({ outcome: 'not-modified' });
    return c.body(null, 304, validatorHeaders(stage, address, etag));
  }

  const { previewer, engine } = c.get('services');
  const since = Date.now();
  const drawn = await previewer.preview(request, wanted, {
    requestId: c.get('requestId'),
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
    ...(picture.stage === stage ? {} : { key: previewKey({ ...request, stage: picture.stage }) }),
    ...(fallback === undefined ? {} : { fallback: fallback.code }),
  });
  const by = source === 'edge' ? `;desc="${engine.name}"` : '';
  c.set('timing', `${source};dur=${Date.now() - since}${by}`);
  const alt = describe(query.tokens);
  return {
    status: 200,
    body: picture.bytes,
    headers: {
      ...pictureHeaders(outcome, address, { etag, network: picture.network, source, alt }),
      'Content-Type': CONTENT_TYPE[picture.format],
      'Content-Length': String(picture.bytes.byteLength),
    },
  };
}
