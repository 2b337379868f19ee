const stillness = matchMedia('(prefers-reduced-motion: reduce)');

/** How a picture comes in: its opacity in the first frame, and milliseconds until it is opaque. */
export interface Fade {
  readonly from: number;
  readonly ms: number;
}

export interface Layers {
  readonly element: HTMLElement;
  /** Lays a picture over the one that is shown, once it can be painted. False when a later call was faster. */
  show(picture: string, alt: string, fade: Fade): Promise<boolean>;
  /** Changes the words of the picture that is shown. */
  describe(alt: string): void;
  clear(): void;
}

/**
 * Pictures that follow each other in one place. The new one fades in over the old one, which stays opaque until it is
 * covered, so that nothing flashes. Class `covered`: once one lies there, what is under them is out of sight for good.
 */
export function createLayers(): Layers {
  const element = document.createElement('span');
  element.className = 'layers';
  let asked = 0;
  let shown = 0;

  return {
    element,
    async show(picture, alt, fade) {
      asked += 1;
      const turn = asked;
      const image = new Image();
      image.src = picture;
      image.alt = alt;
      image.part.add('picture');
      // `decode()` would wait for a frame of its own before the one that shows it.
      image.decoding = 'sync';
      const loaded = await new Promise<boolean>((resolve) => {
        image.onload = () => resolve(true);
        image.onerror = () => resolve(false);
      });
      if (!loaded || turn < shown) return false;
      shown = turn;
      for (const below of element.children) below.setAttribute('aria-hidden', 'true');
      element.append(image);
      void fadeIn(image, fade).then(() => {
        if (image.parentNode !== element) return;
        while (element.firstElementChild !== image) element.firstElementChild?.remove();
        element.classList.add('covered');
      });
      return true;
    },
    describe(alt) {
      const top = element.lastElementChild;
      if (top instanceof HTMLImageElement) top.alt = alt;
    },
    clear() {
      shown = asked;
      element.replaceChildren();
    },
  };
}

async function fadeIn(element: HTMLElement, { from, ms }: Fade): Promise<void> {
  if (stillness.matches) return;
  const animation = element.animate([{ opacity: from }, { opacity: 1 }], {
    duration: ms,
    easing: 'ease-out',
  });
  await animation.finished.catch(() => undefined);
}
