import type {
  ColorsAnswer,
  HealthAnswer,
  PreviewsAnswer,
  RefineAnswer,
  StreamedPicture,
  VocabularyAnswer,
} from '../contract/answers.ts';
import type { PictureSource } from '../contract/headers.ts';
import type { Format, PictureStage, Size } from '../contract/limits.ts';
import { RestganError } from './error.ts';
import { readEvents } from './events.ts';
import { type PreviewOptions, previewAddress } from './url.ts';

export interface ClientOptions {
  /** Origin of the deployment, such as `https://previews.your-shop.example`. */
  readonly base: string;
  /** A publishable key, for browsers. */
  readonly key?: string;
  /** A secret key, for servers alone. */
  readonly secretKey?: string;
  /** Stands in for the global `fetch`. */
  readonly fetch?: typeof fetch;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
}

type Choice = Omit<PreviewOptions, 'key'>;

export interface PictureAnswer {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly type: string;
  readonly stage: PictureStage;
  readonly source: PictureSource;
  /** The garment in words. */
  readonly alt: string;
}

/** Calls throw `RestganError` for an answer that is no success, and whatever `fetch` throws. */
export interface Client {
  /** Address of a picture, for an `<img>`. */
  url(query: string, options?: Choice): string;
  picture(query: string, options?: Choice & CallOptions): Promise<PictureAnswer>;
  refine(query: string, options?: Omit<Choice, 'v'> & CallOptions): Promise<RefineAnswer>;
  /** Draft, then final. Throws the problem where there is no final. */
  stream(
    query: string,
    options?: Omit<Choice, 'v' | 'stage'> & CallOptions,
  ): AsyncGenerator<StreamedPicture, void, undefined>;
  /** Finals ahead of time; needs a secret key. */
  previews(body: PreviewsRequest, options?: CallOptions): Promise<PreviewsAnswer>;
  colors(name: string, options?: CallOptions): Promise<ColorsAnswer>;
  vocabulary(options?: CallOptions): Promise<VocabularyAnswer>;
  health(options?: CallOptions): Promise<HealthAnswer>;
}

export interface PreviewsRequest {
  readonly pictures: readonly {
    readonly q: string;
    readonly seed?: number;
    readonly size?: Size;
    readonly format?: Format;
  }[];
  /** False: only tells what is there. */
  readonly enqueue?: boolean;
}

export function createClient(options: ClientOptions): Client {
  const { key, secretKey } = options;
  const base = options.base.replace(/\/+$/, '');
  // Workers and browsers want theirs called without a receiver.
  const doFetch: typeof fetch = options.fetch ?? ((input, init) => fetch(input, init));

  const withKey = (choice: Choice): PreviewOptions => (key === undefined ? choice : { ...choice, key });
  const url = (query: string, choice: Choice = {}): string => base + previewAddress(query, withKey(choice));

  async function ask(
    address: string,
    signal: AbortSignal | undefined,
    init: RequestInit = {},
  ): Promise<Response> {
    const headers = new Headers(init.headers);
    if (secretKey !== undefined) headers.set('Authorization', `Bearer ${secretKey}`);
    const response = await doFetch(address, {
      ...init,
      headers,
      ...(signal === undefined ? {} : { signal }),
    });
    if (!response.ok) throw await RestganError.of(response);
    return response;
  }

  const addressOf = (path: string, params: Readonly<Record<string, string | number | undefined>>): string => {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries({ ...params, key })) {
      if (value !== undefined) search.set(name, String(value));
    }
    search.sort();
    return `${base}${path}${search.size === 0 ? '' : `?${search}`}`;
  };

  async function read<T>(
    path: string,
    params: Readonly<Record<string, string | number | undefined>>,
    signal: AbortSignal | undefined,
    init?: RequestInit,
  ): Promise<T> {
    const response = await ask(addressOf(path, params), signal, init);
    return (await response.json()) as T;
  }

  return {
    url,
    async picture(query, { signal, ...choice } = {}) {
      const response = await ask(url(query, choice), signal, {
        headers: { Accept: 'application/json, */*' },
      });
      const { headers } = response;
      return {
        bytes: new Uint8Array(await response.arrayBuffer()),
        type: headers.get('Content-Type') ?? '',
        // A final of 64 px is the first network's: the source tells what the stage alone does not.
        stage: isDraft(headers, choice) ? 'draft' : 'final',
        source: (headers.get('X-Preview-Source') ?? 'cache') as PictureSource,
        alt: headers.get('X-Preview-Alt') ?? '',
      };
    },
    refine: (query, { signal, ...params } = {}) => read('/v1/refine', { ...params, q: query }, signal),
    async *stream(query, { signal, ...params } = {}) {
      const response = await ask(addressOf('/v1/stream', { ...params, q: query }), signal);
      if (response.body === null) return;
      for await (const { event, data } of readEvents(response.body)) {
        const parsed = JSON.parse(data);
        if (event === 'problem') throw new RestganError(parsed.status, parsed);
        yield parsed as StreamedPicture;
      }
    },
    previews: (body, { signal } = {}) =>
      read('/v1/previews', {}, signal, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'Content-Type': 'application/json' },
      }),
    colors: (name, { signal } = {}) => read('/v1/colors', { q: name }, signal),
    vocabulary: ({ signal } = {}) => read('/v1/vocabulary', {}, signal),
    health: ({ signal } = {}) => read('/v1/health', {}, signal),
  };
}

/** A draft instead of a final is `no-store`; one that was asked for is known as such. */
const isDraft = (headers: Headers, { stage }: Choice): boolean =>
  stage === 'draft' || (stage !== 'final' && headers.get('Cache-Control') === 'no-store');
