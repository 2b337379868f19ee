const SAID_MS = 2_000;

/** A button that hands on the address of what is shown: by the phone's own sheet, else by the clipboard. */
export function createShare(button: HTMLButtonElement, address: () => string): void {
  const label = button.textContent;
  const say = (text: string): void => {
    button.textContent = text;
    setTimeout(() => {
      button.textContent = label;
    }, SAID_MS);
  };
  button.addEventListener('click', async () => {
    const url = address();
    const byTouch = matchMedia('(pointer: coarse)').matches;
    if (byTouch && navigator.share !== undefined) {
      await navigator.share({ url }).catch(() => undefined);
      return;
    }
    const copied = await navigator.clipboard?.writeText(url).then(
      () => true,
      () => false,
    );
    say(copied ? 'Link copied' : 'The link is in the address bar');
  });
}
