// What the check refuses is not offered: kinds in the menus, sections and choices in the panel. What a file of
// somebody else has already stays in sight, so that it can be taken out.
import { getBusinessObject, is } from 'bpmn-js/lib/util/ModelUtil';

const LAST_OF_MENU = 100; // when the packages have put in their entries
const LAST_OF_PANEL = 300;
const MENUS = ['bpmn-create', 'bpmn-append', 'bpmn-replace'];

// element of BPMN -> how the packages' menus name what makes it
const IN_MENUS = {
  adHocSubProcess: /ad-?hoc/,
  cancelEventDefinition: /\bcancel-/,
  compensateEventDefinition: /\bcompensation-/,
  complexGateway: /\bcomplex-gateway/,
  conditionalEventDefinition: /\bconditional-(?!flow)/, // a flow has a condition
  linkEventDefinition: /\blink-/,
  transaction: /\btransaction/,
};

const SECTIONS = { executionListeners: 'Zeebe__ExecutionListeners', taskListeners: 'Zeebe__TaskListeners' };
const FORMS = {
  'formDefinition.formKey': 'custom-form',
  'formDefinition.externalReference': 'external-reference',
  userTaskForm: 'camunda-form-embedded',
};

class Refused {
  constructor(popupMenu, propertiesPanel, config) {
    const refused = new Set(config.refused);
    this.kinds = Object.entries(IN_MENUS).filter(([name]) => refused.has(name)).map(([, id]) => id);
    this.sections = Object.entries(SECTIONS).filter(([name]) => refused.has(name)).map(([, id]) => id);
    this.forms = Object.entries(FORMS).filter(([name]) => refused.has(name)).map(([, id]) => id);
    this.isBindingLeftOut = refused.has('formDefinition.bindingType');
    this.chosen = new Map(); // component of the package -> the same with fewer choices: made anew it would lose the focus
    MENUS.forEach((menu) => popupMenu.registerProvider(menu, LAST_OF_MENU, this));
    propertiesPanel.registerProvider(LAST_OF_PANEL, this);
  }

  getPopupMenuEntries() {
    return (entries) => this.without(entries);
  }

  getPopupMenuHeaderEntries() {
    return (entries) => this.without(entries);
  }

  without(entries) {
    return Object.fromEntries(Object.entries(entries).filter(([id]) => !this.kinds.some((kind) => kind.test(id))));
  }

  getGroups(element) {
    return (groups) => {
      const form = groups.find((group) => group.id === 'form');
      if (form)
        form.entries = form.entries
          .filter((entry) => entry.id !== 'bindingType' || !this.isBindingLeftOut || boundBy(element))
          .map((entry) => (entry.id === 'formType' ? { ...entry, component: this.fewer(entry.component) } : entry));
      return groups.filter((group) => !this.sections.includes(group.id) || group.items?.length);
    };
  }

  fewer(component) {
    if (!this.chosen.has(component))
      this.chosen.set(component, (props) => {
        const made = component(props);
        const select = made.props.children.find((each) => each?.props.options);
        select.props.options = select.props.options.filter(
          ({ value }) => !this.forms.includes(value) || value === select.props.value,
        );
        return made;
      });
    return this.chosen.get(component);
  }
}
function boundBy(element) {
  const extensions = getBusinessObject(element).get('extensionElements');
  const form = (extensions?.get('values') ?? []).find((each) => is(each, 'zeebe:FormDefinition'));
  return form?.get('bindingType') !== 'latest' && form?.get('bindingType');
}

Refused.$inject = ['popupMenu', 'propertiesPanel', 'config.flowcase'];

export const RefusedModule = { __init__: ['refused'], refused: ['type', Refused] };
