// The list that a key opens: one of several is chosen by typing or by arrows, and the keys go on where they were.
import { say } from './words.js';

const at = (id) => document.getElementById(id);

let chosen;
let goBack;

// At once, not when the dialog tells later that it is closed: the next key is about what was made.
at('valg')
  ?.querySelector('form')
  .addEventListener('submit', (event) => {
    event.preventDefault();
    at('valg').close();
    goBack();
    const value = event.submitter?.value === 'ja' ? at('valg-liste').value : '';
    if (value) chosen(value);
  });

// `choices` are pairs of value and words; `back` puts the focus where the keys are pressed.
export function choose(title, choices, back, take) {
  if (!choices.length) {
    tell(say('nothingFits'));
    return;
  }
  [chosen, goBack] = [take, back];
  at('valg-titel').textContent = title;
  at('valg-liste').replaceChildren(...choices.map(([value, words]) => new Option(words, value)));
  at('valg').showModal();
}

// Said to who does not see the drawing, and seen at the top of the page.
export function tell(words) {
  at('valgt').textContent = words;
}

// The list of keys, by the button and by `?`.
export function showKeys() {
  at('taster').showModal();
}

export function bindKeysList(back) {
  at('vis-taster').addEventListener('click', showKeys);
  at('taster').addEventListener('close', back);
}
