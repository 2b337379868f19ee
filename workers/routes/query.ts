import { type ProblemError, problem } from '../../shared/contract/errors.ts';
import { FORMATS, type Format } from '../../shared/contract/limits.ts';
import { type PreviewParams, readPreviewParams } from '../../shared/contract/preview-params.ts';
import { err, ok, type Result } from '../../shared/contract/result.ts';
import { type TokenisedQuery, tokenise } from '../../shared/query/index.ts';
import type { AppContext } from '../http/env.ts';

/** What an address asks for. */
export interface Asked {
  readonly query: TokenisedQuery;
  readonly params: PreviewParams;
}

/** `q` and the parameters. */
export function readAsked(c: AppContext): Result<Asked, ProblemError> {
  const text = readText(c);
  return text.ok ? together(tokenise(text.value), readPreviewParams(c.req.query())) : text;
}

/** The path form: `womens-black-pants.webp`, whose ending is the format. */
export function readFile(c: AppContext, file: string): Result<Asked, ProblemError> {
  const dot = file.lastIndexOf('.');
  const format = FORMATS.find((known) => known === file.slice(dot + 1));
  if (dot < 0 || format === undefined) {
    return err(
      problem('bad_request', `The path must end in ${FORMATS.map((known) => `.${known}`).join(' or ')}.`),
    );
  }
  const params = c.req.query();
  if (!agrees(params.format, format)) {
    return err(problem('bad_request', `The path says ${format}; leave the parameter format away.`));
  }
  return together(tokenise(file.slice(0, dot)), readPreviewParams({ ...params, format }));
}

/** The parameter `q`, which must be there. */
export function readText(c: AppContext): Result<string, ProblemError> {
  const text = c.req.query('q');
  return text === undefined || text.trim() === ''
    ? err(problem('bad_request', 'The parameter q is missing, for example ?q=black+pants.'))
    : ok(text);
}

const agrees = (given: string | undefined, format: Format): boolean =>
  given === undefined || given === '' || given === format;

function together(
  query: Result<TokenisedQuery, ProblemError>,
  params: Result<PreviewParams, ProblemError>,
): Result<Asked, ProblemError> {
  if (!params.ok) return params;
  return query.ok ? ok({ query: query.value, params: params.value }) : query;
}
