import type { PreviewsAnswer } from '../../shared/contract/answers.ts';
import { type ProblemError, problem } from '../../shared/contract/errors.ts';
import { ANSWER_CACHE } from '../../shared/contract/headers.ts';
import { requestAsJson } from '../../shared/contract/picture.ts';
import { previewPath } from '../../shared/contract/preview-path.ts';
import { previewsBodySchema } from '../../shared/contract/previews.ts';
import { ok, type Result } from '../../shared/contract/result.ts';
import { tokenise } from '../../shared/query/index.ts';
import { pictureRequest } from '../../shared/query/picture-request.ts';
import type { AppContext } from '../http/env.ts';
import { refuse } from '../http/refuse.ts';
import { MODEL_VERSION } from '../model.ts';

/** Finals ahead of time: which of them are there, and the others into the Queue. */
export async function previews(c: AppContext): Promise<Response> {
  const queue = c.env.WARM;
  if (queue === undefined) {
    return refuse(c, problem('queue_not_configured', 'wrangler.toml binds it as WARM.'));
  }
  const body = previewsBodySchema.safeParse(await c.req.json().catch(() => null));
  if (!body.success) {
    const faults = body.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`.trim());
    return refuse(c, problem('bad_request', `${faults.slice(0, 5).join('; ')}.`));
  }
  const { pictures, enqueue } = body.data;
  const { finals } = c.get('services');
  const read = await Promise.all(
    pictures.map(async ({ q, seed, size, format }) => {
      const query = tokenise(q);
      if (!query.ok) return { q, asked: query };
      const choice = { model: MODEL_VERSION, seed, size, format, stage: 'final' } as const;
      const request = pictureRequest(query.value, choice);
      const url = previewPath(query.value.slug, { seed, size, format, stage: 'final', v: MODEL_VERSION });
      const there = (await finals.get(request)).kind === 'hit';
      return { q, asked: ok({ request, url, there }) };
    }),
  );
  const missing = read.flatMap(({ asked }) => (asked.ok && !asked.value.there ? [asked.value.request] : []));
  if (enqueue && missing.length > 0)
    await queue.sendBatch(missing.map((request) => ({ body: requestAsJson(request) })));
  const answer: PreviewsAnswer = {
    model: MODEL_VERSION,
    pictures: read.map(({ q, asked }) => ({ q, ...stateOf(asked, enqueue) })),
  };
  c.header('Cache-Control', ANSWER_CACHE.moment);
  return c.json(answer, enqueue ? 202 : 200);
}

function stateOf(
  asked: Result<{ readonly url: string; readonly there: boolean }, ProblemError>,
  enqueue: boolean,
) {
  if (!asked.ok) return { state: 'refused', code: asked.error.code, detail: asked.error.detail } as const;
  const { url, there } = asked.value;
  return { state: there ? 'ready' : enqueue ? 'queued' : 'missing', url } as const;
}
