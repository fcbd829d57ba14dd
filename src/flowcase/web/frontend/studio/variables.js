// The names that the FEEL fields complete: what the diagram sets, what its forms fill in, and what the
// service adds to every expression.
import { getBusinessObject, is } from 'bpmn-js/lib/util/ModelUtil';

class VariableResolver {
  constructor(canvas, config) {
    this.canvas = canvas;
    this.choices = config.choices;
  }

  // As the panel asks for them. Inputs count inside their own element only.
  async getVariablesForElement(item) {
    const found = new Map();
    const add = (name, origin) => {
      const first = (name ?? '').split('.')[0].trim();
      if (!first) return;
      const known = found.get(first) ?? { name: first, origins: new Set() };
      if (origin) known.origins.add(origin);
      found.set(first, known);
    };
    Object.entries(this.choices.facts).forEach(([name, members]) =>
      found.set(name, { name, origins: new Set(), entries: members.map((member) => ({ name: member })) }),
    );
    everyElementAround(item).forEach((each) => {
      const origin = each.get('name') || each.id;
      written(each, this.choices.forms).forEach((name) => add(name, origin));
    });
    mappings(item, 'inputParameters').forEach((name) => add(name, item.get('name') || item.id));
    return [...found.values()].map(({ origins, ...variable }) => ({ ...variable, info: [...origins].join(', ') }));
  }
}
VariableResolver.$inject = ['canvas', 'config.flowcase'];

function everyElementAround(item) {
  let around = item;
  while (around.$parent && !is(around, 'bpmn:Process')) around = around.$parent;
  const found = [];
  const waiting = [around];
  while (waiting.length) {
    const each = waiting.pop();
    if (each.get) found.push(each);
    if (is(each, 'bpmn:FlowElementsContainer')) waiting.push(...each.get('flowElements'));
  }
  return found.reverse();
}

function extensionsOf(item) {
  return item.get('extensionElements')?.get('values') ?? [];
}

function mappings(item, kind) {
  return extensionsOf(item)
    .filter((each) => is(each, 'zeebe:IoMapping'))
    .flatMap((each) => (each.get(kind) ?? []).map((mapping) => mapping.get('target')));
}

function written(item, forms) {
  const names = mappings(item, 'outputParameters');
  extensionsOf(item).forEach((each) => {
    if (is(each, 'zeebe:CalledDecision') || is(each, 'zeebe:Script')) names.push(each.get('resultVariable'));
    if (is(each, 'zeebe:FormDefinition')) names.push(...(forms[each.get('formId')] ?? []));
  });
  const loop = is(item, 'bpmn:Activity') && item.get('loopCharacteristics');
  if (loop) {
    extensionsOf(loop).forEach((each) => names.push(each.get('inputElement'), each.get('outputCollection')));
  }
  return names;
}

export const VariablesModule = { variableResolver: ['type', VariableResolver] };
