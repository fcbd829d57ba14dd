// The group of `flowcase.*` properties in the panel. Its entries are made once, at module level: made anew
// at each change they would lose what is being typed.
import { h } from '@bpmn-io/properties-panel/preact';
import {
  isSelectEntryEdited,
  isTextFieldEntryEdited,
  SelectEntry,
  TextAreaEntry,
  TextFieldEntry,
} from '@bpmn-io/properties-panel';
import { useService } from 'bpmn-js-properties-panel';
import { getBusinessObject, is } from 'bpmn-js/lib/util/ModelUtil';

import { optionsOf } from './picking.js';
import { say } from './words.js';

const LOW = 450; // after the groups of the packages

function Entry({ element, id, known }) {
  const modeling = useService('modeling');
  const factory = useService('bpmnFactory');
  const debounce = useService('debounceInput');
  const translate = useService('translate');
  const given = {
    element,
    id,
    label: known.label,
    description: known.note,
    debounce,
    getValue: () => read(element, known.name),
    setValue: (value) => write(element, known.name, value, modeling, factory),
  };
  if (!known.values) return h(known.isLong ? TextAreaEntry : TextFieldEntry, given);
  const options = [{ value: '', label: translate('<none>') }, ...known.values.map((value) => ({ value, label: value }))];
  return h(SelectEntry, { ...given, getOptions: () => options });
}

// Adds one more name to a property that takes several, separated by blanks.
function Add({ element, id, known, names }) {
  const modeling = useService('modeling');
  const factory = useService('bpmnFactory');
  const there = () => read(element, known.name).split(/[\s,]+/).filter(Boolean);
  const free = () => Object.fromEntries(Object.entries(names).filter(([name]) => !there().includes(name)));
  return h(SelectEntry, {
    element,
    id,
    label: `${say('add')}: ${known.label.replace(/ \(.*/, '')}`,
    getValue: () => '',
    setValue: (name) => name && write(element, known.name, [...there(), name].join(' '), modeling, factory),
    getOptions: () => optionsOf(free(), '', say('addOne')),
  });
}

function holderOf(element) {
  const extensions = getBusinessObject(element).get('extensionElements');
  return (extensions?.get('values') ?? []).find((each) => is(each, 'zeebe:Properties'));
}

function read(element, name) {
  return holderOf(element)?.get('properties').find((each) => each.get('name') === name)?.get('value') ?? '';
}

function write(element, name, value, modeling, factory) {
  const owner = getBusinessObject(element);
  const old = owner.get('extensionElements');
  const holder = holderOf(element);
  const others = (holder?.get('properties') ?? []).filter((each) => each.get('name') !== name);
  const kept = others.map((each) => ({ name: each.get('name'), value: each.get('value') }));
  if (value) kept.push({ name, value });
  const extensions = factory.create('bpmn:ExtensionElements', {});
  const values = (old?.get('values') ?? []).filter((each) => each !== holder);
  if (kept.length) {
    const properties = factory.create('zeebe:Properties', {});
    properties.properties = kept.map((each) => own(factory.create('zeebe:Property', each), properties));
    values.push(own(properties, extensions));
  }
  extensions.values = values;
  own(extensions, owner);
  modeling.updateModdleProperties(element, owner, { extensionElements: values.length ? extensions : undefined });
}

function own(child, parent) {
  child.$parent = parent;
  return child;
}

// What an element is, in the words of the check's own table of places.
export function placesOf(element) {
  const item = getBusinessObject(element);
  const found = new Set();
  const definitions = item.get('eventDefinitions') ?? [];
  const has = (type) => definitions.some((each) => is(each, type));
  if (is(item, 'bpmn:UserTask')) found.add('user task');
  if (is(item, 'bpmn:StartEvent') && !definitions.length && is(item.$parent, 'bpmn:Process')) found.add('none start event');
  if (has('bpmn:SignalEventDefinition')) found.add('signal');
  const throws = is(item, 'bpmn:ThrowEvent');
  if (is(item, 'bpmn:SendTask') || (throws && has('bpmn:MessageEventDefinition'))) found.add('thrown message');
  definitions
    .filter((each) => is(each, 'bpmn:TimerEventDefinition'))
    .forEach((each) => {
      found.add('timer');
      if (each.get('timeCycle')) found.add('cycle');
    });
  return found;
}

class FlowcaseProperties {
  constructor(propertiesPanel, config, translate) {
    this.known = config.properties;
    this.choices = config.choices;
    this.translate = translate;
    propertiesPanel.registerProvider(LOW, this);
  }

  getGroups(element) {
    return (groups) => {
      const places = getBusinessObject(element).get ? placesOf(element) : new Set();
      const entries = this.known
        .filter((known) => known.places.some((place) => places.has(place)))
        .flatMap((known) => {
          const id = known.name.replace('.', '-');
          const isEdited = known.values ? isSelectEntryEdited : isTextFieldEntryEdited;
          const entry = { id, component: Entry, known, isEdited };
          const names = this.choices[known.list];
          return names ? [entry, { id: `${id}-add`, component: Add, known, names }] : [entry];
        });
      if (!entries.length) return groups;
      return [...groups, { id: 'flowcase', label: 'flowcase', entries }];
    };
  }
}
FlowcaseProperties.$inject = ['propertiesPanel', 'config.flowcase', 'translate'];

export const FlowcasePropertiesModule = {
  __init__: ['flowcaseProperties'],
  flowcaseProperties: ['type', FlowcaseProperties],
};
