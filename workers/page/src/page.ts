import { addressOf, lookBeside, readAddress } from './address.ts';
import { type Failure, type Refinement, refine } from './api.ts';
import { showColor } from './color-note.ts';
import { createNotes } from './notes.ts';
import { createPictures } from './pictures.ts';
import { createPreview } from './preview.ts';
import { createRow } from './row.ts';
import { createStudio } from './studio.ts';
import { replaceWord } from './words.ts';

/** Time without a keystroke after which the final pictures are asked for. */
const REST_MS = 300;
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
const status = find('#status', HTMLElement);
const look = find('#look', HTMLElement);
const copy = find('#copy', HTMLButtonElement);
const colorNote = find('#color', HTMLElement);

const pictures = createPictures();
const large = createPreview(pictures, showStage);
find('#large', HTMLElement).append(large.element);
const row = createRow(find('#steps', HTMLOListElement), pictures, pick);
const notes = createNotes(
  find('#notes', HTMLElement),
  'Every word changes one thing and keeps the rest.',
  fix,
);
const studio = createStudio(find('#studio', HTMLElement), finish);

const opening = readAddress(location.search);
let seed = opening.seed;
let shown: Refinement | null = null;
/** The step in the large picture; null for the last one, whichever that is. */
let picked: number | null = null;
let refusal: Failure | null = null;
/** Answers may overtake each other: one that is older than what is shown is dropped. */
let asked = 0;
let answered = 0;
let rested = false;
let resting: ReturnType<typeof setTimeout> | undefined;

input.value = opening.query ?? OPENING_QUERY;
changed();

/** The words or the look have changed: drafts at once, the rest after a rest. */
function changed(): void {
  rested = false;
  clearTimeout(resting);
  resting = setTimeout(rest, REST_MS);
  look.textContent = `Look ${seed}`;
  form.dataset.empty = String(input.value === '');
  void ask();
}

async function ask(): Promise<void> {
  asked += 1;
  const turn = asked;
  const query = input.value;
  if (query.trim() === '') {
    answered = turn;
    empty();
    notes.clear();
    return;
  }
  const answer = await refine(query, seed);
  if (turn < answered) return;
  answered = turn;
  if (answer.ok) show(answer.value);
  else refuse(answer.failure);
}

function show(refinement: Refinement): void {
  shown = refinement;
  refusal = null;
  row.show(refinement.steps);
  showLarge();
  notes.show(refinement, input.value, !rested);
  showColor(colorNote, refinement.color);
  if (rested) settle();
}

/** While a word is being typed the last picture stays: "s" is not yet "skinny". */
function refuse(failure: Failure): void {
  refusal = failure;
  if (!rested) return;
  notes.refuse(failure);
  if (failure.code === 'offline') studio.expect(failure);
  else empty();
  if (failure.code === 'no_known_word') void suggest(input.value);
}

/** A refusal names no words; beside a known one they are told one by one, with what may have been meant. */
async function suggest(text: string): Promise<void> {
  const answer = await refine(`${text} pants`, seed);
  if (answer.ok && text === input.value && answer.value.unknown.some((word) => word.suggestion !== null)) {
    notes.show(answer.value, text, false);
  }
}

function empty(): void {
  shown = null;
  picked = null;
  refusal = null;
  row.clear();
  large.clear();
  studio.clear();
  showColor(colorNote, null);
  title.textContent = '';
}

function rest(): void {
  rested = true;
  history.replaceState(null, '', input.value.trim() === '' ? '/' : addressOf({ query: input.value, seed }));
  if (answered !== asked) return;
  if (refusal !== null) refuse(refusal);
  else settle();
}

function settle(): void {
  if (shown === null) return;
  notes.show(shown, input.value, false);
  void finish();
}

/** Asks for the finals: the large picture's, then, as the studio is there, the row's. */
async function finish(): Promise<void> {
  if (refusal !== null) await ask();
  if (shown === null || refusal !== null) return;
  const mine = shown;
  const failure = await large.finish();
  if (mine !== shown) return;
  if (failure === null) studio.clear();
  else studio.expect(failure);
  showStage();
  status.textContent = `${title.textContent}, ${large.state === 'final' ? 'finished picture' : 'draft'}`;
  if (failure !== null) return;
  const missing = await row.finish();
  if (mine === shown && missing !== null) studio.expect(missing);
}

function showLarge(): void {
  if (shown === null) return;
  const { steps } = shown;
  const index = picked ?? steps.length - 1;
  const step = steps[index];
  if (step === undefined) return;
  title.textContent = step.alt;
  row.mark(index);
  large.show({ ...step.pictures, alt: step.alt });
}

function showStage(): void {
  stage.dataset.state = large.state;
  const finishing = rested && !studio.isAway;
  const labels = {
    empty: '',
    waiting: 'Drawing',
    draft: finishing ? 'Draft, finishing' : 'Draft',
    final: '',
    failed: 'No picture just now',
  };
  stageLabel.textContent = labels[large.state];
}

function pick(index: number): void {
  picked = index;
  showLarge();
  if (rested) void finish();
}

function fix(from: string, to: string): void {
  input.value = replaceWord(input.value, from, to);
  input.focus();
  typed();
}

function typed(): void {
  picked = null;
  changed();
}

function lookAt(next: number): void {
  seed = next;
  changed();
}

input.addEventListener('input', typed);
form.addEventListener('submit', (event) => {
  event.preventDefault();
  clearTimeout(resting);
  rest();
});
find('#clear', HTMLButtonElement).addEventListener('click', () => {
  input.value = '';
  input.focus();
  typed();
});
find('#next', HTMLButtonElement).addEventListener('click', () => lookAt(lookBeside(seed, 1)));
find('#previous', HTMLButtonElement).addEventListener('click', () => lookAt(lookBeside(seed, -1)));
find('#examples', HTMLElement).addEventListener('click', (event) => {
  const link = event.target instanceof Element ? event.target.closest('a') : null;
  const plain = !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) && event.button === 0;
  if (link === null || !plain) return;
  event.preventDefault();
  const wish = readAddress(link.search);
  input.value = wish.query ?? '';
  typed();
});
copy.addEventListener('click', async () => {
  const address = new URL(addressOf({ query: input.value, seed }), location.href).href;
  const copied = await navigator.clipboard?.writeText(address).then(
    () => true,
    () => false,
  );
  copy.textContent = copied ? 'Link copied' : 'The link is in the address bar';
  setTimeout(() => {
    copy.textContent = 'Copy link';
  }, 2_000);
});
document.addEventListener('keydown', (event) => {
  if (event.key !== '/' || event.target === input || event.metaKey || event.ctrlKey) return;
  event.preventDefault();
  input.focus();
  input.select();
});
