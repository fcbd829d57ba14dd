// From element to element of a drawing by keys, and from one to another by a connection: what diagrams and
// overviews of decisions have in common.
import { choose, showKeys, tell } from './choosing.js';
import { keepFocus } from './focus.js';
import { say } from './words.js';

export class Walking {
  constructor(canvas, elementRegistry, eventBus, keyboard, modeling, rules, selection) {
    Object.assign(this, { canvas, elementRegistry, eventBus, modeling, rules, selection });
    const keys = {
      PageDown: () => this.step(1),
      PageUp: () => this.step(-1),
      f: () => this.askWhatToConnect(),
      '?': showKeys,
      ...this.keys(),
    };
    keyboard.addListener(2000, ({ keyEvent }) => {
      const act = keys[keyEvent.key];
      if (!act || keyEvent.ctrlKey || keyEvent.metaKey || keyEvent.altKey) return undefined;
      act();
      return true;
    });
    eventBus.on('selection.changed', ({ newSelection }) => this.tellChosen(newSelection));
    eventBus.on('elements.changed', ({ elements }) => {
      const chosen = selection.get();
      if (chosen.some((each) => elements.includes(each))) this.tellChosen(chosen); // by the name that was written
    });
    keepFocus(eventBus, canvas);
  }

  // key -> what it does, beside those of every drawing
  keys() {
    return {};
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
    const [chosen] = this.selection.get();
    const now = elements.indexOf(chosen?.labelTarget ?? chosen);
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
    const kind = this.kind(element);
    if (!element.waypoints) return `${kind} »${written(element)}«`;
    return `${kind} »${written(element.source)}« → »${written(element.target)}«`;
  }

  tellChosen(elements) {
    tell(elements.length === 1 ? `${say('chosen')}: ${this.name(elements[0])}` : '');
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

  ask(title, choices, take) {
    choose(title, choices, () => this.canvas.focus(), take);
  }
}
Walking.$inject = ['canvas', 'elementRegistry', 'eventBus', 'keyboard', 'modeling', 'rules', 'selection'];

const written = ({ businessObject: { name, text, id } }) => name || text || id;
