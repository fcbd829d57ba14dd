// The group of what flowcase reads of a form's field: where its value goes, its English, when it is asked for.
// Its entries are made once, at module level: made anew at each change they would lose what is being typed.
import { h } from 'preact';
import { useEffect, useState } from 'preact/hooks';

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
