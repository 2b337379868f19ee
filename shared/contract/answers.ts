import type { ColorSource } from '../color/types.ts';
import type { GarmentType, Gender } from '../model/classes.ts';
import type { QueryToken, UnknownWord } from '../query/types.ts';
import type { TokenKind } from '../query/vocabulary.ts';
import type { ErrorCode } from './errors.ts';
import type { Format, PictureStage, Size, Stage } from './limits.ts';
import type { Lab } from './picture.ts';

/**
 * The JSON answers of the API as types, without a dependency, so that the client's types have none either.
 * `answer-schemas.ts` describes the same to zod and OpenAPI, and the compiler holds one to the other.
 */

/** A colour under D65 and the sRGB that shows it. */
export interface Shade {
  readonly lab: Lab;
  /** `#rrggbb`. */
  readonly hex: string;
}

export interface NamedColor extends Shade {
  /** Canonical name, or `#rrggbb`. */
  readonly name: string;
  /** What told the colour: the catalogue's measured garments first. */
  readonly source: ColorSource;
  /** Index of the nearest colour cluster of the catalogue. */
  readonly cluster: number;
}

/** `GET /v1/colors`. */
export interface ColorsAnswer extends Omit<NamedColor, 'cluster'> {
  readonly whitePoint: 'D65';
  readonly cluster: Shade & { readonly index: number };
  /** Slightly different shades that the word stands for, by seed; all equal for `#rrggbb`. */
  readonly shades: readonly (Shade & { readonly seed: number })[];
}

/** A word that often goes with those of the query in the catalogue. */
export interface CompanionWord {
  readonly word: string;
  readonly kind: TokenKind;
  /** Share of the catalogue's garments with the query's words that have this one as well. */
  readonly share: number;
  /** The query with the word. */
  readonly query: string;
  /** Of a colour. */
  readonly hex?: string;
}

/** Addresses of one garment, by what is asked for. */
export type PictureAddresses = Readonly<Record<Stage, string>>;

/** What the model's classifier sees on a picture: of each kind the likeliest, and how sure it is, 0 to 1. */
export interface ClassifierView {
  readonly type: { readonly word: GarmentType; readonly probability: number };
  readonly gender: { readonly word: Gender; readonly probability: number };
  /** A colour cluster of the catalogue and the colour at its centre. */
  readonly color: { readonly cluster: number; readonly hex: string; readonly probability: number };
}

/** The query after one word more. */
export interface RefineStep {
  /** The newest word. */
  readonly word: QueryToken;
  readonly canonical: string;
  /** The garment in words, for an `alt`. */
  readonly alt: string;
  readonly slug: string;
  /** Against the step before. A word can remove another: the later of two that exclude each other counts. */
  readonly change: { readonly added: readonly QueryToken[]; readonly removed: readonly QueryToken[] };
  readonly pictures: PictureAddresses;
  /** The best of them that can be shown at once. */
  readonly picture: string;
  readonly color: {
    /** Whether a word names it; else it is a usual one, chosen by the seed. */
    readonly named: boolean;
    readonly asked: Shade | null;
    /** Of the garment's ground on the final picture; null for a draft, which nobody has looked at. */
    readonly rendered: Shade | null;
    /** CIEDE2000 between the two; about 1 is just visible. */
    readonly deltaE00: number | null;
  };
  /** Null for a draft. */
  readonly classifier: ClassifierView | null;
}

/** `GET /v1/refine`. */
export interface RefineAnswer {
  /** Version of the model that draws. */
  readonly model: string;
  readonly canonical: string;
  readonly alt: string;
  readonly slug: string;
  readonly tokens: readonly QueryToken[];
  /** Words dropped because a later one excludes them. */
  readonly superseded: readonly QueryToken[];
  readonly unknown: readonly UnknownWord[];
  /** The colour that was named; `target` is the shade of it that the seed asks for. */
  readonly color: (NamedColor & { readonly target: Lab | null }) | null;
  readonly companions: readonly CompanionWord[];
  /** `final`: every step was drawn by the GPU service and looked at. `draft`: none was. */
  readonly stage: PictureStage;
  /** Why there are drafts although finals were asked for. */
  readonly fallback: { readonly code: ErrorCode; readonly detail: string } | null;
  readonly steps: readonly RefineStep[];
}

export interface VocabularyWord {
  readonly id: number;
  readonly word: string;
  readonly kind: TokenKind;
  /** At most one word of a group counts: the last one typed. */
  readonly group: string | null;
  readonly synonyms: readonly string[];
  /** Garments of the catalogue that have it. */
  readonly garments: number;
  /** Words that often go with it. */
  readonly companions: readonly string[];
}

/** `GET /v1/vocabulary`. */
export interface VocabularyAnswer {
  readonly model: string;
  /** Of the words' ids. */
  readonly version: number;
  /** Of the names of colours. */
  readonly colorTableVersion: number;
  /** Assumed where a query names none. */
  readonly defaultType: string;
  /** Without the colours, of which any name and any `#rrggbb` is understood. */
  readonly words: readonly VocabularyWord[];
  /** The catalogue's frequent colours, the most frequent first. */
  readonly colors: readonly (Shade & { readonly name: string; readonly garments: number })[];
  readonly limits: {
    readonly queryChars: number;
    readonly words: number;
    readonly maxSeed: number;
    readonly sizes: readonly Size[];
    readonly formats: readonly Format[];
    readonly stages: readonly Stage[];
  };
  readonly defaults: {
    readonly seed: number;
    readonly size: Size;
    readonly format: Format;
    readonly stage: Stage;
  };
}

/** `POST /v1/previews`, in the order of the request. */
export interface PreviewsAnswer {
  readonly model: string;
  readonly pictures: readonly (
    | {
        readonly q: string;
        /** `ready`: in the cache. `queued`: will be drawn. `missing`: neither, since only the state was asked for. */
        readonly state: 'ready' | 'queued' | 'missing';
        readonly url: string;
      }
    | {
        readonly q: string;
        readonly state: 'refused';
        readonly code: ErrorCode;
        readonly detail: string;
      }
  )[];
}

/** The data of `draft` and `final` of `GET /v1/stream`. */
export interface StreamedPicture {
  readonly stage: PictureStage;
  /** Data URI. */
  readonly picture: string;
  /** Address of the same picture. */
  readonly url: string;
  readonly alt: string;
}

/** RFC 9457 body. `code` is the machine-readable extension member. */
export interface ProblemDetails {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ErrorCode;
}

/** `GET /v1/health`, as far as callers need it; it says more to its operator. */
export interface HealthAnswer {
  /** `drafts`: no GPU service is configured. `degraded`: it cannot draw finals now. */
  readonly status: 'ok' | 'drafts' | 'degraded';
  readonly finals: boolean;
  /** Version of the model that this Worker draws and asks for. */
  readonly model: string;
  readonly gpu: {
    readonly configured: boolean;
    readonly reachable: boolean;
    /** Null where the service does not say. */
    readonly ready: boolean | null;
    /** Versions that the service hosts; null where it does not say. */
    readonly models: readonly string[] | null;
  };
}
