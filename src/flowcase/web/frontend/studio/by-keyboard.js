// Drawing diagrams without a mouse: beside walking and connecting, put an event on an edge, reach the panel and
// the name that stands beside an element.
// Appending (a), replacing (r), naming (e), finding (Ctrl+F), moving (arrows) and deleting are bpmn-js's own.
import { bindKeysList, tell } from './choosing.js';
import { Walking } from './walking.js';
import { say } from './words.js';

const EDGES = ['Timer', 'Message', 'Error', 'Escalation', 'Signal'];

class ByKeyboard extends Walking {
  constructor(elementFactory, translate, ...drawing) {
    super(...drawing);
    Object.assign(this, { elementFactory, translate });
    bindKeysList(() => this.canvas.focus());
  }

  keys() {
    return {
      b: () => this.askForEvent(),
      t: () => this.toName(),
      p: () => document.querySelector('#egenskaber :is(button, input, [tabindex="0"])')?.focus(),
    };
  }

  kind(element) {
    return this.translate(words(element.type));
  }

  // Where a name stands is said with it, also after each arrow that moves it.
  name(element) {
    if (!element.labelTarget) return super.name(element);
    return `${say('nameOf')} ${super.name(element.labelTarget)} (${Math.round(element.x)}, ${Math.round(element.y)})`;
  }

  toName() {
    const [chosen] = this.selection.get();
    const other = chosen?.labelTarget ?? chosen?.label;
    if (other && !other.hidden) this.show(other);
    else tell(say('noName'));
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
}
ByKeyboard.$inject = ['elementFactory', 'translate', ...Walking.$inject];

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
