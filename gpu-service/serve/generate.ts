import { type ProblemError, problem } from '../../shared/contract/errors.ts';
import type { Format } from '../../shared/contract/limits.ts';
import type { Lab } from '../../shared/contract/picture.ts';
import { err, ok, type Result } from '../../shared/contract/result.ts';
import { COLOR_TOKEN, tokenise, VOCABULARY } from '../../shared/query/index.ts';
import { pictureRequest } from '../../shared/query/picture-request.ts';
import type { QueryToken, UnknownWord } from '../../shared/query/types.ts';
import type { Line } from './generate-options.ts';
import type { PictureMaker } from './pictures.ts';

/** What is told of a generated picture; a line of `results.jsonl` has it with line number and file. */
export interface Generated extends Line {
  /** Words of the query, in order; the colour's with the centre of the colour that was named. */
  readonly tokens: readonly (QueryToken & { readonly lab?: Lab })[];
  readonly unknown: readonly UnknownWord[];
  /** Ids that the model was given: the words', and the colour token's last when a usual colour was drawn. */
  readonly modelTokens: readonly number[];
  /** The colour that the model was asked to render (lab65): the seed's shade, exact for `#hex`. */
  readonly targetLab: Lab | null;
  /** 1: Stage-I alone; 2: both stages. */
  readonly stage: 1 | 2;
  readonly modelVersion: string;
}

/**
 * Query to encoded picture on the service's own way: the same tokens, batches, engine and encoder.
 * @returns the tokeniser's error for the query, or `internal` when the engine fails
 */
export async function generate(
  maker: Pick<PictureMaker, 'make'>,
  modelVersion: string,
  line: Line,
  format: Format,
): Promise<Result<{ bytes: Uint8Array; generated: Generated }, ProblemError>> {
  const query = tokenise(line.query);
  if (!query.ok) return query;
  const { tokens, unknown, color } = query.value;
  const { seed, size } = line;
  const request = pictureRequest(query.value, { model: modelVersion, seed, size, format, stage: 'final' });
  const made = await maker.make(request);
  if (!made.ok) {
    return err(problem('internal', made.error.reason === 'failed' ? made.error.detail : made.error.reason));
  }
  const { bytes, stage } = made.value;
  const withLab = tokens.map((token) =>
    token.id === COLOR_ID && color !== null ? { ...token, lab: color.lab } : token,
  );
  const asked = { modelTokens: request.tokens, targetLab: request.lab };
  const generated = { ...line, tokens: withLab, unknown, ...asked, stage, modelVersion };
  return ok({ bytes, generated });
}

const COLOR_ID = VOCABULARY.find(({ word }) => word === COLOR_TOKEN)?.id;
