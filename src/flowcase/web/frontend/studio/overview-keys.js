// Drawing the overview of a file's decisions without a mouse: add, append, connect, change the kind, open.
// Naming (e), finding (Ctrl+F), moving (arrows) and deleting are dmn-js's own.
import { freePlace } from './free-place.js';
import { Walking } from './walking.js';
import { say } from './words.js';

const KINDS = ['Decision', 'InputData', 'BusinessKnowledgeModel', 'KnowledgeSource', 'TextAnnotation'];

class OverviewKeys extends Walking {
  constructor(autoPlace, elementFactory, replaceMenuProvider, ...drawing) {
    super(...drawing);
    Object.assign(this, { autoPlace, elementFactory, replaceMenuProvider });
  }

  keys() {
    return {
      n: () => this.askWhatToAdd(),
      a: () => this.askWhatToAppend(),
      r: () => this.askForKind(),
      Enter: () => this.open(),
    };
  }

  kind(element) {
    return say(element.type);
  }

  askWhatToAdd() {
    this.ask(say('addElement'), KINDS.map(choice), (kind) => {
      const shape = this.made(kind);
      const root = this.canvas.getRootElement();
      const [near] = this.selection.get();
      const { width, height } = shape;
      const place = freePlace(root, { width, height }, near ?? this.canvas.viewbox(), false);
      this.begun(this.modeling.createShape(shape, place, root));
    });
  }

  // What may lead to the chosen element gets its connection with it.
  askWhatToAppend() {
    const [target] = this.selection.get();
    if (!target || target.waypoints) return;
    const may = (kind) => this.rules.allowed('connection.create', { source: this.made(kind), target });
    this.ask(say('append'), KINDS.filter(may).map(choice), (kind) => {
      this.autoPlace.append(target, this.made(kind), { connectionTarget: target });
    });
  }

  askForKind() {
    const [element] = this.selection.get();
    const entries = element ? this.replaceMenuProvider.getEntries(element) : [];
    this.ask(
      say('changeKind'),
      entries.map(({ id, label }) => [id, label]),
      (id) => this.show(entries.find((each) => each.id === id).action()),
    );
  }

  open() {
    const [element] = this.selection.get();
    const place = element && `[data-container-id="${CSS.escape(element.id)}"] .drill-down-overlay button`;
    if (place) this.canvas.getContainer().querySelector(place)?.click();
  }

  made(kind) {
    return this.elementFactory.createShape({ type: `dmn:${kind}` });
  }

  // Chosen, seen, and its name open.
  begun(shape) {
    this.show(shape);
    this.eventBus.fire('autoPlace.end', { shape });
  }
}
OverviewKeys.$inject = ['autoPlace', 'elementFactory', 'replaceMenuProvider', ...Walking.$inject];

const choice = (kind) => [kind, say(`dmn:${kind}`)];

export const OverviewKeysModule = { __init__: ['overviewKeys'], overviewKeys: ['type', OverviewKeys] };
