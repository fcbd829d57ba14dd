// Fields of a form by keyboard: moved among the others, into a group and out of it, removed, and on to the panel. Choosing one (Enter) and
// adding one (Enter in the palette) are form-js's own.
import { showKeys, tell } from './choosing.js';
import { isLost } from './focus.js';
import { say } from './words.js';

const IN_PANEL = '.fjs-properties-container :is(button, input, select, textarea)';

export function bindFormKeys(container, editor) {
  const [fields, rows] = [editor.get('formFieldRegistry'), editor.get('formLayouter')];
  const modeling = editor.get('modeling');

  const node = (field) => container.querySelector(`.fjs-element[data-id="${CSS.escape(field.id)}"]`);
  // What is written on it; a line or a space has nothing but its kind.
  const written = (field) => field.label || field.dateLabel || field.timeLabel || field.text?.split('\n')[0] || field.key || field.path;
  const kindOf = (field) => editor.get('formFields').get(field.type)?.config.name ?? field.type;
  const name = (field) => `»${written(field) || kindOf(field)}«`;
  const placeOf = (field) => {
    const parent = fields.get(field._parent);
    const at = parent.components.findIndex((each) => each.id === field.id);
    return { parent, at, all: parent.components };
  };
  const drawnAnew = (then) => requestAnimationFrame(() => setTimeout(then)); // with the next frame
  const focusOn = (field) => ((field && node(field)) || container.querySelector('.fjs-element'))?.focus();
  const goTo = (field) => drawnAnew(() => focusOn(field));

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

  // What form-js asks before it lets a mouse drop the field there: names that would meet, rows that are full.
  const mayDrop = (field, target) => target && !editor.get('dragging').validateDrop(node(field).parentElement, target);
  const inside = (parent) => container.querySelector(`.fjs-drop-container-vertical[data-id="${CSS.escape(parent.id)}"]`);
  const drawn = (row) => container.querySelector(`.fjs-layout-row[data-row-id="${CSS.escape(row.id)}"]`);

  function put(field, target, place, to, row) {
    const { parent, at } = placeOf(field);
    if (!mayDrop(field, target)) {
      tell(say('mayNotGoThere'));
      return;
    }
    modeling.moveFormField(field, parent, place, at, to, rows.getRowForField(field), row);
    const moved = fields.get(field.id);
    const beside = rows.getRowForField(moved).components.filter((id) => id !== moved.id);
    const there = beside.length ? `${say('beside')} ${beside.map((id) => name(fields.get(id))).join(', ')}` : whereIs(place);
    tell(`${name(moved)}: ${there}`);
    goTo(moved);
  }

  const whereIs = (parent) => (parent._parent ? `${say('inGroup')} ${name(parent)}` : say('inForm'));

  // Last in the group above it, else first in the group below.
  function intoGroup(field) {
    const { at, all } = placeOf(field);
    const isGroup = (each) => Array.isArray(each?.components);
    if (isGroup(all[at - 1])) put(field, inside(all[at - 1]), fields.get(all[at - 1].id), all[at - 1].components.length);
    else if (isGroup(all[at + 1])) put(field, inside(all[at + 1]), fields.get(all[at + 1].id), 0);
    else tell(say('noGroup'));
  }

  function outOfGroup(field) {
    const { parent } = placeOf(field);
    if (!parent._parent) {
      tell(say('noGroup'));
      return;
    }
    const { parent: above, at } = placeOf(parent);
    put(field, inside(above), above, at + 1);
  }

  // Into the row above it, behind what stands there.
  function besideAbove(field) {
    const { parent, at, all } = placeOf(field);
    const row = rows.getRowForField(field);
    const above = all.slice(0, at).findLast((each) => rows.getRowForField(each) !== row);
    if (!above) return;
    const into = rows.getRowForField(above);
    put(field, drawn(into), parent, all.indexOf(above) + 1, into);
  }

  function intoOwnRow(field) {
    const { parent, all } = placeOf(field);
    const row = rows.getRowForField(field);
    if (row.components.length < 2) return;
    const last = all.findLastIndex((each) => rows.getRowForField(each) === row);
    put(field, inside(parent), parent, last + 1);
  }

  const towards = { ArrowRight: intoGroup, ArrowLeft: outOfGroup, ArrowUp: besideAbove, ArrowDown: intoOwnRow };

  function remove(field) {
    const { parent, at, all } = placeOf(field);
    const near = all[at + 1] ?? all[at - 1];
    modeling.removeFormField(field, parent, at);
    tell(`${say('removed')}: ${name(field)}`);
    goTo(near);
  }

  function toPanel(field) {
    if (field) editor.get('selection').set(field);
    drawnAnew(() => container.querySelector(IN_PANEL)?.focus());
  }

  container.addEventListener('keydown', (event) => {
    const { target, key } = event;
    const chosen = target.matches('.fjs-element[data-id]') ? fields.get(target.dataset.id) : null;
    const field = chosen?._parent ? chosen : null; // the form as a whole stands nowhere, and stays
    if (key === 'F1') showKeys();
    else if (event.altKey && event.shiftKey && key in towards && field) towards[key](field);
    else if (event.altKey && (key === 'ArrowUp' || key === 'ArrowDown') && field) move(field, key === 'ArrowUp' ? -1 : 1);
    else if (key === 'Delete' && field) remove(field);
    else if (event.altKey && key === 'p') toPanel(chosen);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  editor.on('commandStack.formField.add.postExecuted', ({ context }) => tell(`${say('added')}: ${name(context.formField)}`));

  // What is undone may have been the chosen field: the keys stay in the form, at the field where they were as long
  // as it is there. A listener that gives something back would keep the change from those after it.
  let last;
  container.addEventListener('focusin', ({ target }) => {
    if (target.matches('.fjs-element[data-id]')) last = target.dataset.id;
  });
  editor.on('commandStack.changed', () => {
    drawnAnew(() => isLost() && focusOn(fields.get(last)));
  });
  return goTo;
}
