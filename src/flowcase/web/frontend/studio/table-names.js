// The names that the cells of a table complete: its inputs, what the diagrams that ask it hand in, and what
// the service adds to every expression. `dmn-js` itself knows what the drawing says that a decision requires.
export function tableNames(names) {
  class TableNames {
    constructor(variableResolver) {
      variableResolver.registerProvider(this);
    }

    getVariables(known, element) {
      const found = new Map(known.map((each) => [each.name, each]));
      const add = (name, more = {}) => {
        if (/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name ?? '') && !found.has(name)) found.set(name, { name, ...more });
      };
      const decision = decisionOf(element);
      inputsOf(decision).forEach(({ name, label }) => add(name, { info: label }));
      const beside = decision?.$parent?.get('drgElement') ?? [];
      const asked = names.tables[decision?.id] ? [decision] : beside; // one that another of the file requires
      asked.forEach((each) => (names.tables[each.id] ?? []).forEach((name) => add(name)));
      Object.entries(names.facts).forEach(([name, members]) =>
        add(name, members.length ? { entries: members.map((member) => ({ name: member })) } : {}),
      );
      return [...found.values()];
    }
  }
  TableNames.$inject = ['variableResolver'];
  return { __init__: ['tableNames'], tableNames: ['type', TableNames] };
}

function decisionOf(element) {
  let around = element?.businessObject ?? element;
  while (around && around.$type !== 'dmn:Decision') around = around.$parent;
  return around;
}

// An input whose expression is one name is that name; one that computes reads what the diagrams hand in.
function inputsOf(decision) {
  const inputs = decision?.decisionLogic?.input ?? [];
  return inputs.map((each) => ({ name: each.inputExpression?.text?.trim(), label: each.label }));
}
