import type { ErrorCode } from '../../shared/contract/errors.ts';

/** A few words for a shopper: what the developer needs is in the headers and in the problem document. */
const WORDS: Readonly<Record<ErrorCode, readonly [string, string]>> = {
  bad_request: ['No preview', 'This picture’s address is not right'],
  query_too_long: ['No preview', 'The description is too long'],
  too_many_tokens: ['No preview', 'The description has too many words'],
  no_known_word: ['No preview', 'Try “black pants”'],
  unauthorized: ['No preview', 'This shop may not ask for it'],
  forbidden_origin: ['No preview', 'This shop may not ask for it'],
  bad_signature: ['No preview', 'This picture’s address is not right'],
  signature_expired: ['No preview', 'This picture’s address is too old'],
  body_too_large: ['No preview', 'This picture’s address is not right'],
  address_too_long: ['No preview', 'The description is too long'],
  rate_limited: ['Preview not ready', 'Very busy, try again shortly'],
  ceiling_reached: ['Preview not ready', 'Only drafts are available today'],
  not_found: ['No preview', 'There is no such picture'],
  method_not_allowed: ['No preview', 'This picture’s address is not right'],
  model_mismatch: ['Preview not ready', 'Being updated, try again shortly'],
  too_busy: ['Preview not ready', 'Very busy, try again shortly'],
  not_ready: ['Preview not ready', 'Starting, try again shortly'],
  queue_not_configured: ['No preview', 'The shop is being set up'],
  gpu_not_configured: ['Preview not ready', 'Only drafts are available'],
  gpu_unavailable: ['Preview not ready', 'Try again shortly'],
  bad_upstream: ['Preview not ready', 'Try again shortly'],
  misconfigured: ['No preview', 'The shop is being set up'],
  internal: ['No preview', 'Something went wrong'],
};

/** A small SVG, readable from 64 px on. It holds none of the request's text and loads nothing. */
export function drawNotice(code: ErrorCode): string {
  const [title, hint] = WORDS[code];
  const text = (y: number, size: number, fill: string, words: string): string =>
    `<text x="128" y="${y}" text-anchor="middle" font-family="system-ui, sans-serif" font-size="${size}" ` +
    `fill="${fill}">${words}</text>`;
  return (
    '<svg xmlns="http://www.w3.org/2000/svg" width="256" height="256" viewBox="0 0 256 256" role="img">' +
    `<title>${title}: ${hint}</title><rect width="256" height="256" fill="#f6f6f4"/>` +
    '<path d="M92 66h72l8 100h-32l-12-62-12 62H84z" fill="none" stroke="#b9b9b2" stroke-width="4" ' +
    `stroke-linejoin="round"/>${text(204, 20, '#44443f', title)}${text(228, 14, '#66665f', hint)}</svg>`
  );
}
