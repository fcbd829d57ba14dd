// Which message an event or a send task sends. The package for Camunda 8 leaves that out of the panel: there every
// thrown message is a job of somebody's worker. Here a thrown message without a job reaches whoever waits for it.
import { h } from '@bpmn-io/properties-panel/preact';
import { isSelectEntryEdited, isTextFieldEntryEdited, SelectEntry, TextFieldEntry } from '@bpmn-io/properties-panel';
import { useService } from 'bpmn-js-properties-panel';
import { getBusinessObject, is } from 'bpmn-js/lib/util/ModelUtil';

const AFTER_THE_PACKAGES = 420;
const NEW = 'create-new';

// What holds the reference; nothing where the package has its own list, or no message is sent.
function holderOf(element) {
  const item = getBusinessObject(element);
  if (is(item, 'bpmn:SendTask')) return item;
  if (!is(item, 'bpmn:ThrowEvent')) return null;
  return (item.get('eventDefinitions') ?? []).find((each) => is(each, 'bpmn:MessageEventDefinition')) ?? null;
}

function rootOf(holder) {
  let root = holder;
  while (root.$parent) root = root.$parent;
  return root;
}

const messagesOf = (holder) => (rootOf(holder).get('rootElements') ?? []).filter((each) => is(each, 'bpmn:Message'));

function Message({ element, id }) {
  const commands = useService('commandStack');
  const factory = useService('bpmnFactory');
  const translate = useService('translate');
  const holder = holderOf(element);
  const change = (moddleElement, properties) => ({
    cmd: 'element.updateModdleProperties',
    context: { element, moddleElement, properties },
  });
  return h(SelectEntry, {
    element,
    id,
    label: translate('Global message reference'),
    getValue: () => holder.get('messageRef')?.get('id') ?? '',
    setValue: (value) => {
      const steps = [];
      let message = messagesOf(holder).find((each) => each.get('id') === value);
      if (value === NEW) {
        const root = rootOf(holder);
        message = factory.create('bpmn:Message');
        message.set('name', message.get('id'));
        message.$parent = root;
        steps.push(change(root, { rootElements: [...root.get('rootElements'), message] }));
      }
      commands.execute('properties-panel.multi-command-executor', [...steps, change(holder, { messageRef: message })]);
    },
    getOptions: () => [
      { value: '', label: translate('<none>') },
      { value: NEW, label: translate('Create new ...') },
      ...messagesOf(holder).map((each) => ({ value: each.get('id'), label: each.get('name') || each.get('id') })),
    ],
  });
}

function Name({ element, id }) {
  const modeling = useService('modeling');
  const debounce = useService('debounceInput');
  const translate = useService('translate');
  const message = holderOf(element).get('messageRef');
  return h(TextFieldEntry, {
    element,
    id,
    label: translate('Name'),
    debounce,
    getValue: () => message?.get('name') ?? '',
    setValue: (name) => modeling.updateModdleProperties(element, message, { name }),
  });
}

class Messages {
  constructor(propertiesPanel, translate) {
    this.translate = translate;
    propertiesPanel.registerProvider(AFTER_THE_PACKAGES, this);
  }

  getGroups(element) {
    return (groups) => {
      const holder = holderOf(element);
      if (!holder || groups.some((group) => group.id === 'message')) return groups;
      const entries = [{ id: 'messageRef', component: Message, isEdited: isSelectEntryEdited }];
      if (holder.get('messageRef')) entries.push({ id: 'messageName', component: Name, isEdited: isTextFieldEntryEdited });
      const at = groups.findIndex((group) => group.id === 'taskDefinition');
      const made = { id: 'message', label: this.translate('Message'), entries };
      return at < 0 ? [...groups, made] : groups.toSpliced(at, 0, made);
    };
  }
}
Messages.$inject = ['propertiesPanel', 'translate'];

export const MessagesModule = { __init__: ['messages'], messages: ['type', Messages] };
