import { DEFAULT_SIZE } from '../../shared/contract/limits.ts';
import type { Failure } from './ask.ts';
import { createLayers } from './layers.ts';
import { createPursuit, type Found, type PreviewState } from './pursuit.ts';
import { SIZED_BY_IMG, shared, sizedBy } from './styles.ts';
import type { Wish } from './wish.ts';

/** Drafts begin half way: whoever types sees the words in the first frame. */
const FADES = { draft: { from: 0.5, ms: 120 }, final: { from: 0, ms: 320 } } as const;
/** Attributes that are properties too. */
const PROPERTIES = ['query', 'seed', 'size', 'format', 'stage', 'base', 'model', 'alt'] as const;

/** Detail of the events `draft` and `final`: such a picture is on the page. */
export interface PictureDetail {
  readonly query: string;
  /** What it shows. */
  readonly alt: string;
  /** Its address. */
  readonly src: string;
}

/** Detail of the event `error`: what could not be had. */
export interface ErrorDetail extends Failure {
  readonly query: string;
  /** Seconds until the element tries again by itself; null when it does not. */
  readonly retryIn: number | null;
}

/**
 * A garment that follows words: a draft with every change of its attributes, the final after a rest. README.md has
 * its attributes, events and states.
 */
export class RestganPreview extends HTMLElement {
  static readonly observedAttributes = [...PROPERTIES, 'api-key', 'for'];

  declare query: string;
  declare seed: string;
  declare size: string;
  declare format: string;
  declare stage: string;
  declare base: string;
  declare model: string;
  declare alt: string;

  readonly #internals = this.attachInternals();
  readonly #size = new CSSStyleSheet();
  /** Stands in for an `<img>`. */
  readonly #space = document.createElement('span');
  readonly #status = document.createElement('span');
  readonly #layers = createLayers();
  readonly #pursuit = createPursuit({
    show: (found) => this.#show(found),
    showed: (found) => this.#showed(found),
    became: (state) => this.#become(state),
    failed: (failure, { query }, retryIn) => this.#fail({ ...failure, query, retryIn }),
  });
  #state: PreviewState = 'empty';
  /** What the pursuit was last told, to tell it changes alone. */
  #wanted = '';
  /** Whether the words have changed since the element came onto the page: what was there before is not announced. */
  #touched = false;
  /** What the picture on the page shows. */
  #text = '';
  #due = false;
  #listening = new AbortController();

  constructor() {
    super();
    const slot = document.createElement('slot');
    slot.addEventListener('slotchange', () => this.#resize());
    this.#status.className = 'status';
    this.#status.role = 'status';
    const root = this.attachShadow({ mode: 'open' });
    root.adoptedStyleSheets = [shared, this.#size];
    const box = document.createElement('span');
    box.className = 'box';
    this.#space.className = 'space';
    box.append(this.#layers.element, slot, this.#space, this.#status);
    root.append(box);
  }

  get state(): PreviewState {
    return this.#state;
  }

  connectedCallback(): void {
    // Properties that a framework set before this class was there would hide the accessors.
    for (const name of PROPERTIES) {
      if (!Object.hasOwn(this, name)) continue;
      const value: unknown = Reflect.get(this, name);
      Reflect.deleteProperty(this, name);
      Reflect.set(this, name, value);
    }
    this.#status.ariaLive = this.ariaLive ?? 'polite';
    this.#follow();
    this.#resize();
    this.#soon();
  }

  disconnectedCallback(): void {
    this.#listening.abort();
    this.#pursuit.stop();
    this.#wanted = '';
    this.#touched = false;
  }

  attributeChangedCallback(name: string): void {
    if (!this.isConnected) return;
    if (name === 'alt') this.#layers.describe(this.alt);
    else if (name === 'for') this.#follow();
    else if (name === 'size') this.#resize();
    this.#soon();
  }

  /** Several attributes may change at once: one look at all of them. */
  #soon(): void {
    if (this.#due) return;
    this.#due = true;
    queueMicrotask(() => {
      this.#due = false;
      if (this.isConnected) this.#look();
    });
  }

  #look(): void {
    const wish = this.#wish();
    const draftsOnly = this.stage === 'draft';
    const wanted = JSON.stringify([wish, draftsOnly]);
    if (wanted === this.#wanted) return;
    this.#touched = this.#wanted !== '';
    this.#wanted = wanted;
    if (wish.query === '') {
      this.#pursuit.stop();
      this.#layers.clear();
      this.#become('empty');
      return;
    }
    const hasPicture = !this.#touched && this.querySelector('img') !== null;
    this.#pursuit.want(wish, { hasPicture, draftsOnly });
  }

  #wish(): Wish {
    return {
      base: this.base || new URL(import.meta.url).origin,
      query: this.query.trim().replace(/\s+/g, ' '),
      seed: this.seed,
      size: this.size,
      format: this.format,
      model: this.model,
      key: this.getAttribute('api-key') ?? '',
    };
  }

  /** Takes the words of the text field that `for` names, now and with every change. */
  #follow(): void {
    this.#listening.abort();
    this.#listening = new AbortController();
    const { signal } = this.#listening;
    addEventListener('online', () => this.#pursuit.retry(), { signal });
    const root = this.getRootNode() as Document | ShadowRoot;
    const field = root.getElementById(this.getAttribute('for') ?? '');
    if (!(field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement)) return;
    field.addEventListener('input', () => this.setAttribute('query', field.value), { signal });
    if (field.value !== '') this.setAttribute('query', field.value);
  }

  #resize(): void {
    const edge = Number.parseInt(this.size, 10) || DEFAULT_SIZE;
    this.#space.hidden = this.querySelector('img') !== null;
    this.#size.replaceSync(this.#space.hidden ? SIZED_BY_IMG : sizedBy(edge));
  }

  #show({ picture, alt, stage, wish: { query } }: Found): Promise<boolean> {
    return this.#layers.show(picture, this.#textOf(alt, query), FADES[stage]);
  }

  #showed({ alt, stage, wish: { query }, src }: Found): void {
    this.#text = this.#textOf(alt, query);
    if (stage === 'final') this.#announce(this.#text);
    this.#tell<PictureDetail>(stage, { query, alt: this.#text, src });
  }

  #textOf(alt: string, query: string): string {
    return this.getAttribute('alt') ?? (alt || query);
  }

  #fail(detail: ErrorDetail): void {
    if (this.#state === 'draft') this.#announce(`${this.#text}, draft`);
    else if (detail.retryIn === null) {
      // Words that have no picture, rather than a picture that is late: the last garment would be a wrong answer.
      this.#layers.clear();
      this.#announce(detail.detail);
    }
    this.#tell<ErrorDetail>('error', detail);
  }

  #become(state: PreviewState): void {
    this.#internals.states?.delete(this.#state);
    this.#internals.states?.add(state);
    this.#internals.ariaBusy = String(state === 'waiting');
    this.#state = state;
  }

  #announce(text: string): void {
    if (this.#touched) this.#status.textContent = text;
  }

  #tell<T>(type: string, detail: T): void {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}

for (const name of PROPERTIES) {
  Object.defineProperty(RestganPreview.prototype, name, {
    get(this: RestganPreview): string {
      return this.getAttribute(name) ?? '';
    },
    set(this: RestganPreview, value: unknown) {
      if (value === null || value === undefined) this.removeAttribute(name);
      else this.setAttribute(name, String(value));
    },
    enumerable: true,
    configurable: true,
  });
}
