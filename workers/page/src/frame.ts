const FADE_MS = 320;
const stillness = matchMedia('(prefers-reduced-motion: reduce)');

export interface Frame {
  readonly element: HTMLElement;
  /** Lays a picture over the one that is shown, once it can be painted; a later call wins. */
  show(src: string, alt: string): Promise<void>;
  /** Changes the words of the picture that is shown. */
  describe(alt: string): void;
  clear(): void;
}

/**
 * A box of fixed shape in which pictures follow each other. The new one fades in over the old one, which stays
 * opaque until it is covered, so that nothing flashes and nothing moves.
 */
export function createFrame(): Frame {
  const element = document.createElement('span');
  element.className = 'frame';
  let turn = 0;
  let top: HTMLImageElement | null = null;

  return {
    element,
    async show(src, alt) {
      turn += 1;
      if (top?.src === src) {
        top.alt = alt;
        return;
      }
      const mine = turn;
      const image = new Image();
      image.src = src;
      image.alt = alt;
      image.draggable = false;
      try {
        await image.decode();
      } catch {
        return;
      }
      if (mine !== turn) return;
      for (const below of element.children) below.setAttribute('aria-hidden', 'true');
      element.append(image);
      top = image;
      await fadeIn(image);
      for (const child of [...element.children]) {
        if (child === image) break;
        child.remove();
      }
    },
    describe(alt) {
      if (top !== null) top.alt = alt;
    },
    clear() {
      turn += 1;
      top = null;
      element.replaceChildren();
    },
  };
}

/** Fades an element in, or does nothing for who asked for less motion. */
export async function fadeIn(element: HTMLElement): Promise<void> {
  if (stillness.matches) return;
  const animation = element.animate([{ opacity: 0 }, { opacity: 1 }], {
    duration: FADE_MS,
    easing: 'ease-out',
  });
  await animation.finished.catch(() => undefined);
}

export const wantsStillness = (): boolean => stillness.matches;
