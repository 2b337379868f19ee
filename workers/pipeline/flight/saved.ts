import type { PictureRequest } from '../../../shared/contract/picture.ts';
import type { Ceiling, Picture } from '../ports.ts';

/** What outlives the process: a generation under way, or the picture that it brought. */
export type Saved = Job | Kept;

export interface Job {
  readonly kind: 'job';
  readonly request: PictureRequest;
  readonly requestId: string;
  readonly startedAt: number;
  /** Then nobody wants it any more. */
  readonly endsAt: number;
  /** The other side's name for it; null until it has said one. */
  readonly id: string | null;
  /** Questions in a row that were not answered. */
  readonly faults: number;
  /** Where it was counted. */
  readonly ceiling: Ceiling | null;
}

export interface Kept {
  readonly kind: 'kept';
  readonly request: PictureRequest;
  readonly picture: Picture;
  /** When the cache took it, or was given up; null: not yet. */
  readonly storedAt: number | null;
  /** Attempts to store it since it was drawn, or found damaged. */
  readonly attempts: number;
  /** When it was last found damaged in the cache. */
  readonly repairedAt: number | null;
  readonly until: number;
}

/** Storage of one flight. */
export interface FlightStore {
  load(): Promise<Saved | null>;
  save(saved: Saved): Promise<void>;
  clear(): Promise<void>;
  /** Has `alarm` called at this time, instead of any other. */
  wake(at: number): Promise<void>;
}
