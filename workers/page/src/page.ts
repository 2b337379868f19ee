import type { RefineAnswer } from '../../../shared/contract/answers.ts';
import type { Failure } from '../../component/ask.ts';
import type { ErrorDetail } from '../../component/element.ts';
import { REST_MS } from '../../component/pursuit.ts';
import { addressOf, readAddress, type Wish } from './address.ts';
import { refine, vocabulary } from './api.ts';
import { beginningsOf, type Chip, showCompanions } from './companions.ts';
import { wear } from './garment.ts';
import { createLooks } from './looks.ts';
import { createNotes } from './notes.ts';
import { createPalette } from './palette.ts';
import { createRow } from './row.ts';
import { createShare } from './share.ts';
import { studioNotice } from './studio.ts';
import { addWord, nameColor, replaceWord } from './words.ts';

/** How long the words' meaning waits for their picture: what it changes on the page would be painted in the same frame. */
const MEANING_MS = 90;
const OPENING_QUERY = 'women’s black wide leg pants';

function find<T extends Element>(selector: string, type: { new (): T }): T {
  const element = document.querySelector(selector);
  if (!(element instanceof type)) throw new Error(`The page lacks ${selector}`);
  return element;
}

const form = find('#search', HTMLFormElement);
const input = find('#query', HTMLInputElement);
const stage = find('#stage', HTMLElement);
const title = find('#title', HTMLElement);
const stageLabel = find('#stage-label', HTMLElement);
const studio = find('#studio', HTMLElement);
const snippet = find('#snippet', HTMLElement);
const companions = find('#companions', HTMLUListElement);
const large = document.querySelector('restgan-preview');
if (large === null) throw new Error('The page lacks its picture');

const row = createRow(find('#steps', HTMLOListElement), pick);
const arrows = {
  previous: find('#previous', HTMLButtonElement),
  next: find('#next', HTMLButtonElement),
};
const looks = createLooks(find('#looks', HTMLUListElement), arrows, lookAt);
const palette = createPalette(find('#colors', HTMLElement), colored);
const notes = createNotes(
  find('#notes', HTMLElement),
  'Every word changes one thing and keeps the rest.',
  fix,
);
createShare(find('#share', HTMLButtonElement), () => new URL(addressOf(wish()), location.href).href);

const opening = readAddress(location.search);
let seed = opening.seed;
/** Model version of the addresses; the first answer names it. */
let model = '';
let shown: RefineAnswer | null = null;
/** The step in the large picture; null for the last one, whichever that is. */
let picked: number | null = null;
let refusal: Failure | null = null;
/** Words to begin with, once the vocabulary is here. */
let beginnings: readonly Chip[] = [];
/** What the palette wrote last: while a colour is being dragged, answers about the words come too late. */
let written = '';
/** Answers may overtake each other: one that is older than what is shown is dropped. */
let asked = 0;
let answered = 0;
let rested = false;
let resting: ReturnType<typeof setTimeout> | undefined;
let willAsk = false;

input.value = opening.query ?? OPENING_QUERY;
changed();
void vocabulary().then((answer) => {
  if (!answer.ok) return;
  palette.offer(answer.value.colors);
  beginnings = beginningsOf(answer.value);
  if (input.value === '') offer(beginnings);
  palette.show(shown);
});

function wish(): Wish {
  return { query: input.value, seed };
}

/** The words or the look have changed: the draft at once, what they mean next, the rest after a rest. */
function changed(): void {
  rested = false;
  clearTimeout(resting);
  resting = setTimeout(rest, REST_MS);
  form.dataset.empty = String(input.value === '');
  row.finish(false);
  showLarge();
  if (willAsk) return;
  willAsk = true;
  setTimeout(() => {
    willAsk = false;
    void ask();
  }, MEANING_MS);
}

async function ask(): Promise<void> {
  asked += 1;
  const turn = asked;
  if (input.value.trim() === '') {
    answered = turn;
    empty();
    notes.clear();
    return;
  }
  const answer = await refine(input.value, seed, 'draft');
  if (turn < answered) return;
  answered = turn;
  if (answer.ok) show(answer.value);
  else refuse(answer.failure);
}

function show(answer: RefineAnswer): void {
  shown = answer;
  model = answer.model;
  refusal = null;
  row.show(answer.steps, seed, model);
  notes.show(answer, input.value, !rested);
  palette.show(answer);
  offer(answer.companions);
  showLarge();
  showStage();
  if (rested) settle();
}

/** While a word is being typed the last pictures stay: "s" is not yet "skinny". */
function refuse(failure: Failure): void {
  refusal = failure;
  if (!rested) return;
  notes.refuse(failure);
  if (failure.code !== 'offline') empty();
  if (failure.code === 'no_known_word') void suggest(input.value);
}

/** A refusal names no words; beside a known one they are told one by one, with what may have been meant. */
async function suggest(text: string): Promise<void> {
  const answer = await refine(`${text} pants`, seed, 'draft');
  if (answer.ok && text === input.value && answer.value.unknown.some((word) => word.suggestion !== null)) {
    notes.show(answer.value, text, false);
  }
}

function empty(): void {
  shown = null;
  picked = null;
  refusal = null;
  row.clear();
  looks.clear();
  palette.show(null);
  offer(beginnings);
  title.textContent = '';
  snippet.textContent = '';
  studio.textContent = '';
  stageLabel.textContent = '';
  stage.dataset.state = 'empty';
}

function rest(): void {
  rested = true;
  history.replaceState(null, '', input.value.trim() === '' ? '/' : addressOf(wish()));
  if (answered !== asked) return;
  if (refusal !== null) refuse(refusal);
  else settle();
}

function settle(): void {
  if (shown === null) return;
  notes.show(shown, input.value, false);
  looks.show({ query: shown.canonical, seed, model });
  void finish();
}

/**
 * Once the large picture is finished the GPU service draws the row and looks at it, in one prediction; the row's
 * pictures are there then.
 */
async function finish(): Promise<void> {
  if (!rested || shown === null || large?.state !== 'final') return;
  const mine = shown;
  const answer = await refine(input.value, seed, 'final');
  if (mine !== shown) return;
  if (answer.ok) palette.show(answer.value);
  row.finish(true);
}

/** The words as they stand need no answer to be drawn; a step that was picked does. */
function showLarge(): void {
  const step = shown?.steps.at(picked ?? -1);
  const query = picked === null ? input.value : (step?.canonical ?? '');
  // The first answer names the model, which is no reason to ask for the same picture again.
  if (large !== null && (large.query !== query || large.seed !== String(seed))) {
    wear(large, { query, seed, model });
    if (shown !== null) stage.dataset.state = 'waiting';
    stageLabel.textContent = '';
  }
  if (step === undefined || shown === null) return;
  title.textContent = step.alt;
  row.mark(picked ?? shown.steps.length - 1);
  const address = new URL(`/v1/preview/${step.slug}.webp?seed=${seed}`, location.href);
  snippet.textContent = `<img src="${address}" width="256" height="256" alt="${step.alt}">`;
}

function showStage(): void {
  if (large === null || shown === null) return;
  const away = studio.textContent !== '';
  stage.dataset.state = large.state;
  if (large.state === 'draft') stageLabel.textContent = away ? 'Draft' : 'Draft, finishing';
  else if (large.state === 'error') stageLabel.textContent = 'No picture just now';
  else stageLabel.textContent = '';
}

function pick(index: number): void {
  picked = index === (shown?.steps.length ?? 0) - 1 ? null : index;
  showLarge();
}

function offer(words: readonly Chip[]): void {
  showCompanions(companions, words, (word) => write(addWord(input.value, word)));
}

function write(text: string): void {
  input.value = text;
  typed();
}

function fix(from: string, to: string): void {
  input.focus();
  write(replaceWord(input.value, from, to));
}

function colored(color: string): void {
  const named = shown?.tokens.filter(({ kind }) => kind === 'color').map(({ text }) => text) ?? [];
  const text = nameColor(input.value, [written, ...named], color);
  written = color;
  write(text);
}

function typed(): void {
  picked = null;
  changed();
}

function lookAt(next: number): void {
  seed = next;
  changed();
}

large.addEventListener('draft', () => {
  showStage();
  if (refusal?.code === 'offline') void ask();
});
large.addEventListener('final', () => {
  studio.textContent = '';
  showStage();
  void finish();
});
large.addEventListener('error', (event) => {
  if (!(event instanceof CustomEvent)) return;
  const detail: ErrorDetail = event.detail;
  if (detail.retryIn !== null || detail.status >= 500) studio.textContent = studioNotice(detail);
  showStage();
});
input.addEventListener('input', typed);
form.addEventListener('submit', (event) => {
  event.preventDefault();
  clearTimeout(resting);
  rest();
});
find('#clear', HTMLButtonElement).addEventListener('click', () => {
  input.focus();
  write('');
});
find('#ideas', HTMLElement).addEventListener('click', (event) => {
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  const plain = !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) && event.button === 0;
  if (link === null || !plain) return;
  event.preventDefault();
  write(readAddress(link.search).query ?? '');
  scrollTo({ top: 0 });
});
document.addEventListener('keydown', (event) => {
  if (event.key !== '/' || event.target === input || event.metaKey || event.ctrlKey) return;
  event.preventDefault();
  input.focus();
  input.select();
});
