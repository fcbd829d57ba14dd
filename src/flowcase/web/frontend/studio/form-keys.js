// Fields of a form by keyboard: moved among the others, removed, and on to the panel. Choosing one (Enter) and
// adding one (Enter in the palette) are form-js's own.
import { showKeys, tell } from './choosing.js';
import { isLost } from './focus.js';
import { say } from './words.js';

const IN_PANEL = '.fjs-properties-container :is(button, input, select, textarea)';

export function bindFormKeys(container, editor) {
  const [fields, rows] = [editor.get('formFieldRegistry'), editor.get('formLayouter')];
  const modeling = editor.get('modeling');

  const node = (field) => container.querySelector(`.fjs-element[data-id="${CSS.escape(field.id)}"]`);
  const name = (field) => `»${field.label || field.key || field.path || field.id}«`;
  const placeOf = (field) => {
    const parent = fields.get(field._parent);
    const at = parent.components.findIndex((each) => each.id === field.id);
    return { parent, at, all: parent.components };
  };
  // Drawn anew with the next frame.
  const goTo = (field) => requestAnimationFrame(() => setTimeout(() => ((field && node(field)) || container.querySelector('.fjs-element'))?.focus()));

  // Past the next row of the same frame; beside others in one row, past the next of them.
  function move(field, by) {
    const { parent, at, all } = placeOf(field);
    const row = rows.getRowForField(field);
    const next = all[at + by];
    if (!next) return;
    const beside = rows.getRowForField(next);
    if (row !== beside && row.components.length > 1) return;
    const past = row === beside ? 1 : beside.components.length;
    modeling.moveFormField(field, parent, parent, at, by > 0 ? at + 1 + past : at - past, row, row);
    const { at: now } = placeOf(fields.get(field.id));
    tell(`${name(field)}: ${now + 1} ${say('of')} ${all.length}`);
    goTo(field);
  }

  function remove(field) {
    const { parent, at, all } = placeOf(field);
    const near = all[at + 1] ?? all[at - 1];
    modeling.removeFormField(field, parent, at);
    tell(`${say('removed')}: ${name(field)}`);
    goTo(near);
  }

  function toPanel(field) {
    if (field) editor.get('selection').set(field);
    requestAnimationFrame(() => setTimeout(() => container.querySelector(IN_PANEL)?.focus()));
  }

  container.addEventListener('keydown', (event) => {
    const { target, key } = event;
    if (key === 'F1') showKeys();
    else if (event.altKey && (key === 'ArrowUp' || key === 'ArrowDown') && target.matches('.fjs-element[data-id]'))
      move(fields.get(target.dataset.id), key === 'ArrowUp' ? -1 : 1);
    else if (key === 'Delete' && target.matches('.fjs-element[data-id]')) remove(fields.get(target.dataset.id));
    else if (event.altKey && key === 'p') toPanel(fields.get(target.dataset.id));
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  // What is undone may have been the chosen field: the keys stay in the form. A listener that gives something
  // back would keep the change from those after it.
  editor.on('commandStack.changed', () => {
    requestAnimationFrame(() => setTimeout(() => isLost() && container.querySelector('.fjs-element')?.focus()));
  });
}
