// The group of what flowcase reads of a form's field: where its value goes, its English, when it is asked for.
// Its entries are made once, at module level: made anew at each change they would lose what is being typed.
import { h } from 'preact';
import { useEffect, useState } from 'preact/hooks';

import { tell } from './choosing.js';
import { say } from './words.js';

const LOW = 450; // after the groups of the package
const WRITE_AFTER = 300; // ms without typing, as the package's own entries
const SHOWS = ['text', 'separator', 'spacer']; // kinds without a value
const TARGETS = 'fc-maal';
const CHECKS = ['refuse', 'warn'];
const CHECK = /^flowcase\.(refuse|warn)\.(.+)$/;
const NEW_CHECK = 'dato';

function Entry({ id, field, editField, name, label, note, list }) {
  const kept = String(field.properties?.[name] ?? '');
  const [typed, setTyped] = useState(kept);
  useEffect(() => setTyped(kept), [field.id, kept]);
  useEffect(() => {
    if (typed === kept) return undefined;
    const later = setTimeout(() => write(typed), WRITE_AFTER);
    return () => clearTimeout(later);
  }, [typed]);

  function write(value) {
    if (value === kept) return; // left as it was
    const { [name]: _, ...others } = field.properties ?? {};
    const now = value.trim() ? { ...others, [name]: value } : others; // a blank at its end may be followed by more
    editField(field, ['properties'], Object.keys(now).length ? now : undefined);
  }

  const input = `bio-properties-panel-${id}`;
  return h('div', { class: 'bio-properties-panel-entry', 'data-entry-id': id }, [
    h('div', { class: 'bio-properties-panel-textfield' }, [
      h('label', { for: input, class: 'bio-properties-panel-label' }, label),
      h('input', {
        id: input,
        type: 'text',
        class: 'bio-properties-panel-input',
        autocomplete: 'off',
        spellcheck: false,
        list,
        value: typed,
        'aria-describedby': note && `${input}-note`,
        onInput: (event) => setTyped(event.target.value),
        onBlur: (event) => write(event.target.value),
      }),
    ]),
    note && h('div', { id: `${input}-note`, class: 'bio-properties-panel-description' }, note),
  ]);
}

// [kind, name] of what is asked of a field's value, and of a date one more that may be written.
function checksOf(field) {
  const written = Object.keys(field.properties ?? {}).map((each) => CHECK.exec(each)?.slice(1)).filter(Boolean);
  const open = field.type === 'datetime' && !field.readonly ? CHECKS.map((kind) => [kind, NEW_CHECK]) : [];
  return [...written.filter(([, name]) => name !== NEW_CHECK), ...open];
}

// What there is to fill in for a field of this kind.
function propertiesOf(field) {
  const hasValue = !SHOWS.includes(field.type) && (field.type !== 'group' || field.path);
  const found = [];
  if (hasValue) found.push(['target', say('target'), say('targetNote'), TARGETS]);
  if (field.type === 'text') found.push(['text_en', say('textEn')]);
  if (!SHOWS.includes(field.type)) found.push(['label_en', say('labelEn')], ['description_en', say('descriptionEn')]);
  (field.values ?? []).forEach(({ value, label }) => found.push([`value_en.${value}`, say('valueEn', { name: label || value })]));
  if (field.key) found.push(['flowcase.required', say('requiredIf'), say('requiredNote')]);
  if (field.readonly) found.push(['flowcase.shown', say('shownAs')]);
  for (const [kind, name] of checksOf(field)) {
    const which = name === NEW_CHECK ? '' : ` (${name})`;
    found.push([`flowcase.${kind}.${name}`, say(`${kind}If`) + which, say('checkNote')]);
    found.push([`${kind}.${name}`, say(`${kind}Says`) + which], [`${kind}_en.${name}`, say(`${kind}SaysEn`) + which]);
  }
  return found;
}

// The place of a choice among the others, which the package has no way to change.
function Place({ id, field, editField, at, list }) {
  const move = (by) => {
    const values = [...field.values];
    const [moved] = values.splice(at, 1);
    values.splice(at + by, 0, moved);
    editField(field, ['values'], values);
    tell(`»${moved.label}«: ${at + by + 1} ${say('of')} ${values.length}`);
    requestAnimationFrame(() => setTimeout(() => goAlong(`${list}-${at + by}`, by)));
  };
  const button = (by, words) => {
    const isLast = by < 0 ? at === 0 : at === field.values.length - 1;
    const named = { 'aria-label': `${words}: ${field.values[at].label}` };
    return h('button', { type: 'button', 'data-by': by, disabled: isLast, onClick: () => move(by), ...named }, words);
  };
  const buttons = [button(-1, say('choiceUp')), button(1, say('choiceDown'))];
  return h('div', { class: 'bio-properties-panel-entry fc-place', 'data-entry-id': id }, buttons);
}

// The keys go on with the choice that was moved.
function goAlong(id, by) {
  const entry = document.querySelector(`[data-entry-id="${CSS.escape(id)}"]`);
  const header = entry?.querySelector('.bio-properties-panel-collapsible-entry-header');
  if (header && !entry.classList.contains('open')) header.click();
  requestAnimationFrame(() =>
    setTimeout(() => (entry?.querySelector(`[data-by="${by}"]:enabled`) ?? entry?.querySelector('[data-by]:enabled'))?.focus()),
  );
}

// The fixed choices of a field: each can be moved, and a new one has a name in the page's language.
function withPlaces(group, field, editField) {
  const add = (event) => {
    event.stopPropagation();
    let number = field.values.length + 1;
    const isTaken = ({ label, value }) => label === `${say('choice')} ${number}` || value === `value${number}`;
    while (field.values.some(isTaken)) number += 1;
    editField(field, ['values'], [...field.values, { label: `${say('choice')} ${number}`, value: `value${number}` }]);
  };
  const items = group.items.map((item, at) => {
    const place = { id: `${item.id}-place`, component: Place, field, editField, at, list: group.id };
    return { ...item, entries: [...item.entries, place] };
  });
  return { ...group, add, items };
}

class FormProperties {
  constructor(propertiesPanel) {
    propertiesPanel.registerProvider(this, LOW);
  }

  getGroups(field, editField) {
    return (groups) => {
      if (!field || field.type === 'default') return groups;
      const entries = propertiesOf(field).map(([name, label, note, list]) => ({
        id: `flowcase-${name.replace(/[^\w-]/g, '-')}`,
        component: Entry,
        isEdited: () => Boolean(field.properties?.[name]),
        ...{ field, editField, name, label, note, list },
      }));
      groups = groups.map((each) => (each.id === 'staticOptions' ? withPlaces(each, field, editField) : each));
      return entries.length ? [...groups, { id: 'flowcase', label: 'flowcase', entries }] : groups;
    };
  }
}
FormProperties.$inject = ['propertiesPanel'];

export const FormPropertiesModule = { __init__: ['formProperties'], formProperties: ['type', FormProperties] };

// What a target may be; the browser's own list under the field.
export function listTargets(targets) {
  const list = document.createElement('datalist');
  list.id = TARGETS;
  list.append(...targets.map((each) => new Option('', each)));
  document.body.append(list);
}
