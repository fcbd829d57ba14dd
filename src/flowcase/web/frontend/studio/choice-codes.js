// What a field keeps by the code of a choice goes along when the code is written otherwise: its English, its key in
// the daily meeting, and that it is the one chosen from the beginning.
// form-js 1.23 writes a choice into the field's own list before it makes a command of it, so that undoing took
// nothing back: the list as it was is given to the command here.
const BY_CODE = ['value_en', 'key'];

class ChoiceCodes {
  constructor(eventBus, formFieldRegistry) {
    this.known = new Map(); // by the field's id
    const look = () => {
      this.known = new Map(formFieldRegistry.getAll().flatMap((field) => (field.values ? [[field.id, asItIs(field)]] : [])));
    };
    eventBus.on(['commandStack.changed', 'import.done'], look);
    eventBus.on('commandStack.formField.edit.preExecute', ({ context }) => this.complete(context));
  }

  complete(context) {
    const { formField, properties } = context;
    const before = this.known.get(formField.id);
    if (!before || !properties.values) return;
    Object.assign(formField, structuredClone(before));
    const [was, is] = rewritten(before.values, properties.values);
    const along = was === undefined ? {} : goneAlong(formField, was, is);
    context.properties = { ...along, ...properties, values: structuredClone(properties.values) };
  }
}
ChoiceCodes.$inject = ['eventBus', 'formFieldRegistry'];

const asItIs = ({ values, defaultValue }) => structuredClone(defaultValue === undefined ? { values } : { values, defaultValue });

// [before, after] of the one code that is another; nothing where choices came, went or changed places.
function rewritten(before, after) {
  if (before.length !== after.length) return [];
  const changed = before.flatMap((choice, at) => (choice.value === after[at].value ? [] : [[choice.value, after[at].value]]));
  return changed.length === 1 ? changed[0] : [];
}

function goneAlong({ properties, defaultValue }, was, is) {
  const names = Object.fromEntries(BY_CODE.map((each) => [`${each}.${was}`, `${each}.${is}`]));
  const entries = Object.entries(properties ?? {}).map(([name, value]) => [names[name] ?? name, value]);
  const along = {};
  if (entries.length) along.properties = Object.fromEntries(entries);
  if (defaultValue === was) along.defaultValue = is;
  if (Array.isArray(defaultValue)) along.defaultValue = defaultValue.map((each) => (each === was ? is : each));
  return along;
}

export const ChoiceCodesModule = { __init__: ['choiceCodes'], choiceCodes: ['type', ChoiceCodes] };
