// What is added (N) or put in (Ctrl+V) by keyboard gets a free place, where bpmn-js waits for a mouse to drop it.
// So does what is appended, where bpmn-js looks no further than at what the element is connected with.
import { getNewShapePosition } from 'bpmn-js/lib/features/auto-place/BpmnAutoPlaceUtil';
import { createMoveEvent } from 'diagram-js/lib/features/mouse/Mouse';
import { getBBox } from 'diagram-js/lib/util/Elements';

import { freePlace, GAP, isTaken } from './free-place.js';

const ASIDE = 140; // px from the left: a list opens beside the palette

class Placing {
  constructor(canvas, create, eventBus, modeling, mouse, rules, selection) {
    Object.assign(this, { canvas, eventBus, modeling, rules, selection });
    const drop = create.start.bind(create);
    const lastMove = mouse.getLastMoveEvent.bind(mouse);
    // By keyboard the event is the last one of a mouse, and one made up (not trusted) when there was none.
    mouse.getLastMoveEvent = () => {
      const { left, top } = canvas.getContainer().getBoundingClientRect();
      return lastMove().isTrusted ? lastMove() : createMoveEvent(left + ASIDE, top + GAP);
    };
    create.start = (event, made, context) => {
      const isByKeyboard = event.type === 'mousemove' && (!context || !event.isTrusted);
      return (isByKeyboard && this.put([made].flat(), context)) || drop(event, made, context);
    };
  }

  // Whether a place was found.
  put(elements, context) {
    const shapes = elements.filter((each) => !each.waypoints && !each.parent);
    shapes.forEach((each) => Object.assign(each, { x: each.x ?? 0, y: each.y ?? 0 }));
    const { width, height } = getBBox(shapes);
    const [near] = this.selection.get();
    const target = this.targets(near).find((each) => this.may(shapes, each));
    const isFrame = target !== this.canvas.getRootElement();
    const position = target && freePlace(target, { width, height }, near ?? this.canvas.viewbox(), isFrame);
    if (!position) return false;
    const made = this.modeling.createElements(elements, position, target, context?.hints);
    this.eventBus.fire('autoPlace.end', { shape: made.find((each) => !each.waypoints) }); // chosen, its name open
    return true;
  }

  may(shapes, target) {
    const [shape] = shapes;
    return shapes.length === 1
      ? this.rules.allowed('shape.create', { shape, target })
      : this.rules.allowed('elements.create', { elements: shapes, target });
  }

  // What is chosen and what it stands in, from the inside; then the frames that there are.
  targets(near) {
    const found = [];
    for (let each = near; each; each = each.parent) if (!each.waypoints) found.push(each);
    const root = this.canvas.getRootElement();
    return [...found, root, ...root.children.filter((each) => !each.waypoints)];
  }
}
Placing.$inject = ['canvas', 'create', 'eventBus', 'modeling', 'mouse', 'rules', 'selection'];

const FIRST = 2500; // before bpmn-js's own place, and before its place on the grid (2000)

class Appending {
  constructor(canvas, elementRegistry, eventBus) {
    eventBus.on('autoPlace', FIRST, ({ source, shape }) => {
      const wanted = getNewShapePosition(source, shape, elementRegistry);
      const { width, height } = shape;
      const place = wanted && { x: wanted.x - width / 2, y: wanted.y - height / 2, width, height };
      const target = source.parent;
      if (!place || !isTaken(target, place)) return undefined; // bpmn-js's own is free
      return freePlace(target, { width, height }, wanted, target !== canvas.getRootElement());
    });
  }
}
Appending.$inject = ['canvas', 'elementRegistry', 'eventBus'];

export const PlacingModule = {
  __init__: ['placing', 'appending'],
  placing: ['type', Placing],
  appending: ['type', Appending],
};
