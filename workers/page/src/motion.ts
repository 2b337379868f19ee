const FADE_MS = 320;
const stillness = matchMedia('(prefers-reduced-motion: reduce)');

export const wantsStillness = (): boolean => stillness.matches;

/** Fades an element in, or does nothing for who asked for less motion. */
export async function fadeIn(element: HTMLElement): Promise<void> {
  if (stillness.matches) return;
  const animation = element.animate([{ opacity: 0 }, { opacity: 1 }], {
    duration: FADE_MS,
    easing: 'ease-out',
  });
  await animation.finished.catch(() => undefined);
}
