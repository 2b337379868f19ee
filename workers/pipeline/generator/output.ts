import { problem } from '../../../shared/contract/errors.ts';
import { MAX_PICTURE_BYTES } from '../../../shared/contract/limits.ts';
import { AttemptFailed } from './attempt.ts';
import { readLimited } from './read-limited.ts';

export interface OutputOptions {
  readonly outputHosts: readonly string[];
  readonly fetch: typeof fetch;
  readonly signal: AbortSignal;
}

const DATA_URI = /^data:image\/(?:webp|png);base64,/;

/**
 * The bytes that a prediction's output stands for: a data URI, or an https address on an allowed host, which is
 * not followed anywhere else (OWASP API7, API10).
 * @throws AttemptFailed `bad_upstream`
 */
export async function readOutput(output: string, options: OutputOptions): Promise<Uint8Array<ArrayBuffer>> {
  const prefix = DATA_URI.exec(output)?.[0];
  if (prefix !== undefined) return decode(output.slice(prefix.length));
  const url = URL.canParse(output) ? new URL(output) : null;
  if (url === null || !isAllowed(url, options.outputHosts))
    throw bad('not a data URI nor on an allowed host');
  const response = await options.fetch(url, { redirect: 'manual', signal: options.signal });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw bad(`answered with ${response.status}`);
  }
  const bytes = await readLimited(response, MAX_PICTURE_BYTES);
  if (bytes === null) throw bad('too large');
  return bytes;
}

const isAllowed = ({ protocol, hostname, port, username }: URL, hosts: readonly string[]): boolean =>
  protocol === 'https:' &&
  port === '' &&
  username === '' &&
  hosts.some((host) => hostname === host || hostname.endsWith(`.${host}`));

function decode(base64: string): Uint8Array<ArrayBuffer> {
  if (base64.length > Math.ceil(MAX_PICTURE_BYTES / 3) * 4) throw bad('too large');
  try {
    const text = atob(base64);
    const bytes = new Uint8Array(text.length);
    for (let at = 0; at < text.length; at += 1) bytes[at] = text.charCodeAt(at);
    return bytes;
  } catch {
    throw bad('no base64');
  }
}

const bad = (detail: string): AttemptFailed =>
  new AttemptFailed(problem('bad_upstream', `The picture of its answer is ${detail}.`));
