/**
 * A constructed sheet, which a page's Content-Security-Policy does not have to allow. An `<img>` in the element keeps its
 * own place and size and lends them to the pictures that cover it, so that nothing moves when the script arrives.
 */
export const shared = new CSSStyleSheet();
shared.replaceSync(`
:host { display: inline-block; max-width: 100% }
:host([hidden]) { display: none }
.box { display: grid; position: relative }
.layers, .layers img { position: absolute; inset: 0 }
.layers img { width: 100%; height: 100%; object-fit: contain }
.covered + slot { visibility: hidden }
.space { aspect-ratio: 1 }
.space[hidden] { display: none }
.status { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
`);

/** An element that holds no `<img>`: `edge` CSS pixels square unless the page's style says otherwise. */
export const sizedBy = (edge: number): string => `:host { width: ${edge}px }`;
/** One that holds an `<img>`, which stands at the start of a box that may be wider. */
export const SIZED_BY_IMG = '.layers img { object-position: 0 0 }';
