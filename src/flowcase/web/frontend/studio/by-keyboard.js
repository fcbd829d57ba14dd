// Drawing without a mouse: go from element to element, connect, put an event on an edge, reach the panel.
// Appending (a), replacing (r), naming (e), finding (Ctrl+F), moving (arrows) and deleting are bpmn-js's own.
import { keepFocus } from './focus.js';
import { say } from './words.js';

const EDGES = ['Timer', 'Message', 'Error', 'Escalation', 'Signal'];

const at = (id) => document.getElementById(id);

class ByKeyboard {
  constructor(canvas, elementFactory, elementRegistry, eventBus, keyboard, modeling, rules, selection, translate) {
    Object.assign(this, { canvas, elementFactory, elementRegistry, modeling, rules, selection, translate });
    const keys = {
      PageDown: () => this.step(1),
      PageUp: () => this.step(-1),
      f: () => this.askWhatToConnect(),
      b: () => this.askForEvent(),
      p: () => at('egenskaber').querySelector('button, input, [tabindex="0"]')?.focus(),
      '?': () => at('taster').showModal(),
    };
    keyboard.addListener(2000, ({ keyEvent }) => {
      const act = keys[keyEvent.key];
      if (!act || keyEvent.ctrlKey || keyEvent.metaKey || keyEvent.altKey) return undefined;
      act();
      return true;
    });
    eventBus.on('selection.changed', ({ newSelection }) => this.tell(newSelection));
    keepFocus(eventBus, canvas);
    at('vis-taster').addEventListener('click', () => at('taster').showModal());
    at('taster').addEventListener('close', () => canvas.focus());
    // At once, not when the dialog tells later that it is closed: the next key is about what was made.
    at('valg').querySelector('form').addEventListener('submit', (event) => {
      event.preventDefault();
      at('valg').close();
      canvas.focus();
      const chosen = event.submitter?.value === 'ja' ? at('valg-liste').value : '';
      if (chosen) this.chosen(chosen);
    });
  }

  // From left to right and from above, each flow behind where it begins.
  get elements() {
    const nodes = this.elementRegistry.filter((each) => each.parent && !each.labelTarget && !each.waypoints);
    nodes.sort((one, other) => one.x - other.x || one.y - other.y);
    return nodes.flatMap((each) => [each, ...each.outgoing]);
  }

  step(by) {
    const elements = this.elements;
    if (!elements.length) return;
    const now = elements.indexOf(this.selection.get()[0]);
    const first = by > 0 ? 0 : elements.length - 1;
    const next = elements[now < 0 ? first : (now + by + elements.length) % elements.length];
    this.show(next);
  }

  show(element) {
    this.selection.select(element);
    if (!this.isSeen(element)) this.canvas.scrollToElement(element, 120);
  }

  isSeen(element) {
    const { x, y, width, height } = this.canvas.viewbox();
    const points = element.waypoints ?? [element, { x: element.x + element.width, y: element.y + element.height }];
    return points.every((each) => each.x > x && each.x < x + width && each.y > y && each.y < y + height);
  }

  name(element) {
    const kind = this.translate(words(element.type));
    const object = element.businessObject;
    if (!element.waypoints) return `${kind} »${object.name || object.id}«`;
    const [from, to] = [element.source, element.target].map(({ businessObject: { name, id } }) => name || id);
    return `${kind} »${from}« → »${to}«`;
  }

  tell(elements) {
    at('valgt').textContent = elements.length === 1 ? `${say('chosen')}: ${this.name(elements[0])}` : '';
  }

  askWhatToConnect() {
    const [source] = this.selection.get();
    if (!source) return;
    const targets = this.elements.filter(
      (each) => each !== source && !each.waypoints && this.rules.allowed('connection.create', { source, target: each }),
    );
    this.ask(
      say('connect'),
      targets.map((each) => [each.id, this.name(each)]),
      (id) => this.show(this.modeling.connect(source, this.elementRegistry.get(id))),
    );
  }

  askForEvent() {
    const [host] = this.selection.get();
    const made = (kind) =>
      this.elementFactory.createShape({
        type: 'bpmn:BoundaryEvent',
        eventDefinitionType: `bpmn:${kind}EventDefinition`,
      });
    const may = (kind) => this.rules.allowed('shape.attach', { shape: made(kind), target: host, position: edge(host) });
    if (!host || host.waypoints || may(EDGES[0]) !== 'attach') return;
    this.ask(
      say('onEdge'),
      EDGES.map((kind) => [kind, this.translate(`${kind} boundary event`)]),
      (kind) => this.show(this.modeling.createShape(made(kind), edge(host), host, { attach: true })),
    );
  }

  ask(title, choices, chosen) {
    if (!choices.length) {
      at('valgt').textContent = say('nothingFits');
      return;
    }
    this.chosen = chosen;
    at('valg-titel').textContent = title;
    at('valg-liste').replaceChildren(...choices.map(([value, text]) => new Option(text, value)));
    at('valg').showModal();
  }
}
ByKeyboard.$inject = [
  'canvas',
  'elementFactory',
  'elementRegistry',
  'eventBus',
  'keyboard',
  'modeling',
  'rules',
  'selection',
  'translate',
];

// bpmn:UserTask as people read it: User task.
function words(type) {
  const said = type.replace('bpmn:', '').replace(/([a-z])([A-Z])/g, '$1 $2');
  return said.charAt(0) + said.slice(1).toLowerCase();
}

// Where an event stands on the lower edge, beside those that are there.
function edge(host) {
  const taken = host?.attachers?.length ?? 0;
  return host && { x: host.x + host.width - 20 - 40 * taken, y: host.y + host.height };
}

export const ByKeyboardModule = { __init__: ['byKeyboard'], byKeyboard: ['type', ByKeyboard] };
