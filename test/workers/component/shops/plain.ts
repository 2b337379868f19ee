import { noted } from './noted.ts';

for (const type of ['draft', 'final', 'error']) {
  document.querySelector('restgan-preview')?.addEventListener(type, noted);
}
