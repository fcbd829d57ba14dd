// The editor of scenarios and rule sets: a form that the server draws anew from the text after each change.
import './studio/nonce.js';
import './studio/studio.css';
import './studio/table.css';

import { ask } from './studio/server.js';
import { startStudio } from './studio/shell.js';

const TYPED_AFTER = 400; // ms without typing
const MOST_KEPT = 200; // texts that can be taken back

function makeEditor(begun) {
  const form = document.getElementById('laerred');
  const tellers = [];
  let text = '';
  let undone = [];
  let done = [];
  let findings = [];
  let timer = 0;
  let isTyped = false; // something in the form is not in the text yet
  let queue = Promise.resolve();

  const tell = () => tellers.forEach((each) => each());

  function became(content) {
    if (content === text) return;
    done.push(text);
    if (done.length > MOST_KEPT) done.shift();
    undone = [];
    text = content;
    tell();
  }

  // One request after another: each begins from what the one before made of the text.
  const inTurn = (work) => {
    queue = queue.then(work, work);
    return queue;
  };

  const fields = (handling) => ({ ...Object.fromEntries(new FormData(form)), handling });

  // What could not be sent is sent with the next request.
  async function sent(handling) {
    const wasTyped = isTyped;
    isTyped = false;
    try {
      return await ask('table', { content: text, fields: fields(handling) }, begun);
    } catch (error) {
      isTyped ||= wasTyped;
      throw error;
    }
  }

  function draw(answer) {
    const name = document.activeElement?.name;
    const value = document.activeElement?.value;
    const scroller = form.parentElement;
    const top = scroller.scrollTop;
    form.innerHTML = answer.html;
    scroller.scrollTop = top;
    const same = [...form.elements].find((each) => each.name === name && (name !== 'handling' || each.value === value));
    same?.focus();
    showFindings();
    return same;
  }

  function showErrors(errors) {
    form.querySelectorAll('[data-error-of]').forEach((place) => {
      const words = errors[place.dataset.errorOf];
      place.textContent = words ?? '';
      place.hidden = !words;
      const input = form.elements[place.dataset.errorOf];
      if (!input) return;
      if (words) {
        input.setAttribute('aria-invalid', 'true');
        input.setAttribute('aria-describedby', place.id);
      } else {
        input.removeAttribute('aria-invalid');
        input.removeAttribute('aria-describedby');
      }
    });
  }

  function showFindings() {
    form.querySelectorAll('.fc-row-findings').forEach((place) => {
      const [from, to] = [Number(place.dataset.from), Number(place.dataset.to)];
      const near = findings.filter((each) => each.line && each.line >= from && each.line <= to);
      place.replaceChildren(
        ...near.map((each) => {
          const words = document.createElement('p');
          words.className = `fc-finding fc-${each.severity}`;
          words.textContent = `${each.severity === 'error' ? '✗' : '!'} ${each.words}`;
          words.lang = each.language;
          return words;
        }),
      );
    });
  }

  // What is being typed goes into the text; the form stays as it is.
  const apply = () =>
    inTurn(async () => {
      clearTimeout(timer);
      if (!isTyped) return;
      const answer = await sent('gem');
      showErrors(answer.errors);
      became(answer.content);
    });

  const press = (handling, { isMoving = false } = {}) =>
    inTurn(async () => {
      clearTimeout(timer);
      const before = form.elements.aaben?.value;
      const answer = await sent(handling);
      became(answer.content);
      const same = draw(answer);
      const opened = answer.opened && answer.opened !== before;
      if (opened) (form.querySelector('.fc-open input:not([type=hidden]), .fc-open select') ?? form).focus();
      else if (!same && !isMoving) backTo(handling, before);
    });

  // After closing or deleting, the focus stands at the nearest row again.
  function backTo(handling, before) {
    const place = handling.includes(':') ? handling.split(':')[1] : before;
    const wanted = form.querySelector(`button[value="ret:${CSS.escape(place ?? '')}"]`) ?? form.querySelector('button[value^="ret:"]');
    wanted?.focus();
  }

  async function play(button) {
    await apply();
    button.disabled = true;
    const said = form.querySelector('.fc-table-said');
    said.textContent = button.textContent + ' …';
    let words;
    try {
      words = (await ask('trial', { content: text }, begun)).words;
    } catch (error) {
      words = error.body?.words ?? error.message;
    }
    await press('gem', { isMoving: true });
    form.querySelector('.fc-table-said').textContent = words;
    form.querySelector('[data-trial]')?.focus();
  }

  form.addEventListener('input', (event) => {
    isTyped = true;
    clearTimeout(timer);
    if (event.target.name?.startsWith('ny.')) return;
    tell(); // who saves at once gets it too: what is read is asked for here
    timer = setTimeout(() => apply().catch(() => {}), TYPED_AFTER); // what fails is told by the check that follows
  });
  form.addEventListener('change', (event) => {
    if ('redraw' in event.target.dataset || ['trin.process', 'trin.element'].includes(event.target.name)) press('gem');
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const button = event.submitter;
    if (button && 'trial' in button.dataset) play(button);
    else {
      const handling = button?.value ?? 'gem';
      const [verb, place] = handling.split(':');
      const moves = { op: -1, ned: 1 };
      press(handling, { isMoving: verb in moves }).then(() => {
        if (!(verb in moves)) return;
        const at = place.lastIndexOf('.');
        const to = `${place.slice(0, at)}.${Number(place.slice(at + 1)) + moves[verb]}`;
        const near = [verb, verb === 'op' ? 'ned' : 'op'].map((each) => form.querySelector(`button[value="${each}:${to}"]`));
        near.find((each) => each && !each.disabled)?.focus();
      });
    }
  });
  form.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && form.elements.aaben?.value) press('luk');
    const isWriting = event.target.matches('input, textarea');
    if (!(event.ctrlKey || event.metaKey) || isWriting) return;
    if (event.key === 'z' && !event.shiftKey) editor.undo();
    else if (event.key === 'y' || event.key === 'Z' || (event.key === 'z' && event.shiftKey)) editor.redo();
    else return;
    event.preventDefault();
  });

  const show = (content) =>
    inTurn(async () => {
      const answer = await ask('table', { content, fields: {} }, begun);
      if (answer.trouble) throw Object.assign(new Error(answer.trouble), { words: answer.trouble });
      draw(answer);
      form.querySelector('.fc-table-said').textContent = answer.words;
    });

  const back = (from, to) => {
    if (!from.length) return;
    to.push(text);
    text = from.pop();
    tell();
    show(text);
  };

  const editor = {
    async open(content) {
      if (text && content !== text) {
        done.push(text);
        undone = [];
      }
      text = content;
      isTyped = false;
      await show(content);
    },
    async read() {
      await apply();
      return text;
    },
    onChange: (each) => tellers.push(each),
    select: () => false, // a finding leads to its line of the text
    mark(those) {
      findings = those;
      showFindings();
    },
    undo: () => back(done, undone),
    redo: () => back(undone, done),
    mayUndo: () => done.length > 0,
    mayRedo: () => undone.length > 0,
  };
  return editor;
}

startStudio(makeEditor);
