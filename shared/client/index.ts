/** The client: addresses, signatures and typed calls. No dependency; browsers, Node and Workers. */
export type {
  ClassifierView,
  ColorsAnswer,
  CompanionWord,
  HealthAnswer,
  PreviewsAnswer,
  ProblemDetails,
  RefineAnswer,
  RefineStep,
  Shade,
  StreamedPicture,
  VocabularyAnswer,
} from '../contract/answers.ts';
export type { ErrorCode } from '../contract/errors.ts';
export type { Format, PictureStage, Size, Stage } from '../contract/limits.ts';
export {
  type CallOptions,
  type Client,
  type ClientOptions,
  createClient,
  type PictureAnswer,
} from './client.ts';
export { RestganError } from './error.ts';
export { createSigner, type Signer, type SigningKey } from './signer.ts';
export { type PreviewOptions, previewAddress } from './url.ts';
