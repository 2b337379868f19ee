import type { Answer, Failure } from './api.ts';
import { createFrame } from './frame.ts';
import type { Picture, Pictures } from './pictures.ts';

/** A garment to show: the addresses of its draft and final, and its description in words. */
export interface Garment {
  readonly draft: string;
  readonly final: string;
  readonly alt: string;
}

/** `waiting`: asked, nothing of it here yet. `failed`: neither draft nor final could be had. */
export type PreviewState = 'empty' | 'waiting' | 'draft' | 'final' | 'failed';

export interface Preview {
  readonly element: HTMLElement;
  readonly state: PreviewState;
  /** Shows the garment's draft, or its final where that is here already. */
  show(garment: Garment): void;
  /** Asks for the final of the garment that is shown; the failure, if there is one. */
  finish(): Promise<Failure | null>;
  clear(): void;
}

/**
 * One picture on the page: draft first, final when it is there. What came for an earlier garment is dropped, and
 * the earlier picture stays until there is a new one.
 */
export function createPreview(pictures: Pictures, onChange: () => void = () => {}): Preview {
  const frame = createFrame();
  const { element } = frame;
  let garment: Garment | null = null;
  let state: PreviewState = 'empty';

  const become = (next: PreviewState): void => {
    state = next;
    element.dataset.state = next;
    element.ariaBusy = String(next === 'waiting');
    onChange();
  };
  const paint = (mine: Garment, picture: Picture): void => {
    if (state === 'final' && picture.stage === 'draft') return;
    const alt = picture.stage === 'draft' ? `${mine.alt} (draft)` : mine.alt;
    void frame.show(picture.src, alt);
    become(picture.stage);
  };

  element.dataset.state = state;
  return {
    element,
    get state() {
      return state;
    },
    show(next) {
      if (garment?.draft === next.draft && garment.final === next.final && state !== 'failed') return;
      garment = next;
      const ready = pictures.peek(next.final) ?? pictures.peek(next.draft);
      become('waiting');
      if (ready !== null) {
        paint(next, ready);
        return;
      }
      void pictures.load(next.draft).then((answer: Answer<Picture>) => {
        if (garment !== next) return;
        if (answer.ok) paint(next, answer.value);
        else if (state === 'waiting') become('failed');
      });
    },
    async finish() {
      const mine = garment;
      if (mine === null || state === 'final') return null;
      const answer = await pictures.load(mine.final);
      if (!answer.ok) return answer.failure;
      if (garment === mine) paint(mine, answer.value);
      return null;
    },
    clear() {
      garment = null;
      frame.clear();
      become('empty');
    },
  };
}
