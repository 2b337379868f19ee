import type { ErrorCode } from './errors.ts';
import type { PictureOutcome, PictureSource } from './headers.ts';
import type { Stage } from './limits.ts';

/**
 * The Worker's log: JSON, a line each, fields declared here. A line names a picture by its key and never holds
 * the words a shopper typed.
 */

/** One line per request. */
export interface RequestLine {
  readonly event: 'request';
  readonly level: 'info' | 'warn' | 'error';
  /** Equal in the GPU service's log. */
  readonly requestId: string;
  readonly method: string;
  /** The route's pattern, such as `/v1/preview/:file`, not the address. */
  readonly route: string;
  readonly status: number;
  /** Wall clock; deployed, clocks advance on I/O only. */
  readonly ms: number;
  readonly preview?: PreviewFields;
  readonly error?: ErrorCode;
  /** `AccessKind` and the key's name, such as `secret:shop`; no secret. */
  readonly access?: string;
}

/** What a preview's line says beside. */
export interface PreviewFields {
  /** `previewKey` of the picture sent or, of a problem, asked for. */
  readonly key: string;
  readonly asked: Stage;
  readonly outcome: PictureOutcome | 'not-modified' | 'redirect' | 'problem';
  readonly source?: PictureSource;
  /** Why there was no final. */
  readonly fallback?: ErrorCode;
}

/** Something that happened beside or after a request. */
export interface IncidentLine {
  readonly event: 'incident';
  readonly level: 'warn' | 'error';
  readonly what: Incident;
  readonly key?: string;
  /** Of the request that caused it. */
  readonly requestId?: string;
  readonly detail: string;
}

export const INCIDENTS = [
  'cache_read_failed',
  'cache_read_slow',
  'cache_write_failed',
  'cache_value_damaged',
  'gpu_failed',
  'breaker_opened',
  'flight_failed',
  'ceiling_failed',
  'edge_failed',
  'limiter_failed',
  'queued_dropped',
  'misconfigured',
  'unexpected',
] as const;
export type Incident = (typeof INCIDENTS)[number];

export type LogLine = RequestLine | IncidentLine;
