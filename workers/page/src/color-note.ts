import type { Color } from './api.ts';

/** Shows which colour was understood: swatch, name and CIELAB coordinates (D65). */
export function showColor(element: HTMLElement, color: Color | null): void {
  const part = (name: string): HTMLElement | null => element.querySelector(`[data-part="${name}"]`);
  const [swatch, name, values] = [part('swatch'), part('name'), part('values')];
  if (swatch === null || name === null || values === null) return;
  element.dataset.named = String(color !== null);
  swatch.style.backgroundColor = color?.hex ?? '';
  name.textContent = color?.name ?? 'No colour named';
  values.textContent = color === null ? 'Each look brings its own' : valuesOf(color);
}

function valuesOf({ name, hex, lab }: Color): string {
  const coordinates = `Lab ${lab.map(formatted).join(', ')}`;
  return name === hex ? coordinates : `${hex} · ${coordinates}`;
}

const formatted = (value: number): string =>
  value
    .toFixed(0)
    .replace(/^-(?=.)/, '−')
    .replace(/^−0$/, '0');
