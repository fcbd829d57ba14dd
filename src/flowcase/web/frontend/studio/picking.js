// Lists to pick from in the panel: forms, tables, processes and groups that there are, under the field that
// takes their id. The field stays, for what is not drawn yet and for FEEL.
import { h } from '@bpmn-io/properties-panel/preact';
import { isSelectEntryEdited, SelectEntry } from '@bpmn-io/properties-panel';
import { useService } from 'bpmn-js-properties-panel';
import { getBusinessObject, is } from 'bpmn-js/lib/util/ModelUtil';

import { say } from './words.js';

const LAST = 400; // when every group has its entries

// entry of the package -> what it names, and where the id is kept
const FIELDS = {
  formId: { list: 'forms', holder: 'zeebe:FormDefinition', property: 'formId', word: 'pickForm' },
  decisionId: { list: 'decisions', holder: 'zeebe:CalledDecision', property: 'decisionId', word: 'pickDecision' },
  targetProcessId: { list: 'processes', holder: 'zeebe:CalledElement', property: 'processId', word: 'pickProcess' },
};

// What is chosen now stands in the list even where nothing of that name is there.
export function optionsOf(names, chosen, none) {
  const known = Object.entries(names).map(([value, name]) => ({ value, label: labelOf(value, name) }));
  const stranger = chosen && !chosen.startsWith('=') && !(chosen in names) ? [{ value: chosen, label: `${chosen} – ${say('unknown')}` }] : [];
  return [{ value: '', label: none }, ...stranger, ...known];
}

function labelOf(value, name) {
  return typeof name === 'string' && name && name !== value ? `${value} – ${name}` : value;
}

function Pick({ element, id, field, names }) {
  const modeling = useService('modeling');
  const translate = useService('translate');
  const holder = holderOf(element, field.holder);
  const chosen = () => holder?.get(field.property) ?? '';
  return h(SelectEntry, {
    element,
    id,
    label: say(field.word),
    getValue: () => (chosen().startsWith('=') ? '' : chosen()),
    setValue: (value) =>
      holder && modeling.updateModdleProperties(element, holder, { [field.property]: value || undefined }),
    getOptions: () => optionsOf(names, chosen(), translate('<none>')),
  });
}

function holderOf(element, type) {
  const extensions = getBusinessObject(element).get('extensionElements');
  return (extensions?.get('values') ?? []).find((each) => is(each, type));
}

class Picking {
  constructor(propertiesPanel, config) {
    this.choices = config.choices;
    propertiesPanel.registerProvider(LAST, this);
  }

  getGroups(element) {
    return (groups) => {
      groups.forEach((group) => {
        if (!group.entries) return;
        group.entries = group.entries.flatMap((entry) => {
          const field = FIELDS[entry.id];
          if (!field || !holderOf(element, field.holder)) return [entry];
          const names = this.choices[field.list];
          return [entry, { id: `pick-${entry.id}`, component: Pick, field, names, isEdited: isSelectEntryEdited }];
        });
      });
      return groups;
    };
  }
}
Picking.$inject = ['propertiesPanel', 'config.flowcase'];

export const PickingModule = { __init__: ['picking'], picking: ['type', Picking] };
