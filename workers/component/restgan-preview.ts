import { RestganPreview } from './element.ts';

/**
 * `<restgan-preview query="women's black pants">`: the module that a page loads. Loading it twice, from two deployments
 * say, leaves the first one in charge.
 */
if (customElements.get('restgan-preview') === undefined) {
  customElements.define('restgan-preview', RestganPreview);
}

declare global {
  interface HTMLElementTagNameMap {
    'restgan-preview': RestganPreview;
  }
}
