import { type SSEStreamingApi, streamSSE } from 'hono/streaming';
import type { StreamedPicture } from '../../shared/contract/answers.ts';
import { type ProblemError, toProblemDetails } from '../../shared/contract/errors.ts';
import { ANSWER_CACHE } from '../../shared/contract/headers.ts';
import { CONTENT_TYPE } from '../../shared/contract/limits.ts';
import { previewPath } from '../../shared/contract/preview-path.ts';
import type { Result } from '../../shared/contract/result.ts';
import { describe } from '../../shared/query/index.ts';
import { pictureRequest } from '../../shared/query/picture-request.ts';
import { publishableKeyOf } from '../access/access.ts';
import type { AppContext } from '../http/env.ts';
import { refuse } from '../http/refuse.ts';
import { MODEL_VERSION } from '../model.ts';
import type { Preview } from '../pipeline/previewer.ts';
import { type Asked, readAsked } from './query.ts';

/** Id of the last event: a browser's `EventSource` asks again with it after the end, and is told that it was the end. */
const LAST = 'last';

/**
 * Server-sent events (WHATWG HTML, section 9.2): `draft`, then `final`, each with the picture, or `problem` with
 * problem details where there is no final. A final that comes first comes alone. Ends at the server's deadline.
 */
export function stream(c: AppContext): Response {
  if (c.req.header('Last-Event-ID') === LAST) {
    return c.body(null, 204, { 'Cache-Control': ANSWER_CACHE.moment });
  }
  const asked = readAsked(c);
  if (!asked.ok) return refuse(c, asked.error);
  const events = eventsOf(c, asked.value);
  const answer = streamSSE(c, async (sse) => {
    for await (const event of events) await sse.writeSSE(event);
  });
  // Hono's own would let a cache keep it.
  c.header('Cache-Control', ANSWER_CACHE.moment);
  answer.headers.set('Cache-Control', ANSWER_CACHE.moment);
  return answer;
}

type Event = Parameters<SSEStreamingApi['writeSSE']>[0];
type Drawn = Result<Preview, ProblemError>;

/** The work is begun before the answer, so that it is the request's own. */
function eventsOf(c: AppContext, asked: Asked): AsyncGenerator<Event> {
  const { query, params } = asked;
  const { seed, size, format } = params;
  const { previewer } = c.get('services');
  const { ceiling } = c.get('access');
  const request = pictureRequest(query, { model: MODEL_VERSION, seed, size, format, stage: 'final' });
  const context = {
    requestId: c.get('line').requestId,
    ...(ceiling === undefined ? {} : { ceiling }),
    waitUntil: (work: Promise<unknown>) => c.executionCtx.waitUntil(work),
  };
  const key = publishableKeyOf(c.get('access'));
  const draft = previewer.preview(request, 'draft', context);
  const final = previewer.preview(request, 'final', context);

  const eventOf = ({ picture }: Preview): Event => {
    const { stage } = picture;
    const data: StreamedPicture = {
      stage,
      picture: `data:${CONTENT_TYPE[picture.format]};base64,${base64(picture.bytes)}`,
      url: previewPath(query.slug, { seed, size, format, stage, v: MODEL_VERSION, key }),
      alt: describe(query.tokens),
    };
    return { event: stage, data: JSON.stringify(data), ...(stage === 'final' ? { id: LAST } : {}) };
  };

  async function* events(): AsyncGenerator<Event> {
    const first = await Promise.race([draft, final.then((drawn) => (drawn.ok ? drawn : draft))]);
    if (first.ok) yield eventOf(first.value);
    if (first.ok && first.value.picture.stage === 'final') return;
    const last: Drawn = await final;
    yield last.ok
      ? eventOf(last.value)
      : { event: 'problem', data: JSON.stringify(toProblemDetails(last.error)), id: LAST };
  }
  return events();
}

function base64(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
