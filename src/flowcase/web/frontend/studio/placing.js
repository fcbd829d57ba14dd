// What is added (N) or put in (Ctrl+V) by keyboard gets a free place, where bpmn-js waits for a mouse to drop it.
import { createMoveEvent } from 'diagram-js/lib/features/mouse/Mouse';
import { getBBox } from 'diagram-js/lib/util/Elements';

const GAP = 20; // px between what is put in and everything else
const STEP = 10;
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
    const position = target && this.freePlace(target, { width, height }, near);
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

  // The middle of the free place that is nearest to what is chosen, or to the middle of what is seen.
  freePlace(target, size, near) {
    const isFrame = target !== this.canvas.getRootElement();
    const taken = obstacles(target);
    const bounds = isFrame ? target : around(taken, size);
    const wanted = middle(near ?? this.canvas.viewbox());
    let best;
    for (let x = bounds.x + GAP; x <= bounds.x + bounds.width - size.width - GAP; x += STEP) {
      for (let y = bounds.y + GAP; y <= bounds.y + bounds.height - size.height - GAP; y += STEP) {
        const place = { x, y, ...size };
        const at = middle(place);
        const far = Math.hypot(at.x - wanted.x, at.y - wanted.y);
        if ((!best || far < best.far) && !taken.some((each) => overlap(place, each))) best = { ...at, far };
      }
    }
    if (best) return { x: best.x, y: best.y };
    // A full frame grows downwards.
    const low = Math.max(...taken.map((each) => each.y + each.height));
    return middle({ x: bounds.x + 3 * GAP, y: low + GAP, ...size });
  }
}
Placing.$inject = ['canvas', 'create', 'eventBus', 'modeling', 'mouse', 'rules', 'selection'];

// Shapes, names and flows inside, and the strip of the frame's own name; lanes only divide it.
function obstacles(target) {
  const inside = target.children
    .filter((each) => each.type !== 'bpmn:Lane')
    .flatMap((each) => (each.waypoints ? segments(each.waypoints) : [each]));
  const names = target.type === 'bpmn:Participant' || target.type === 'bpmn:Lane' ? 60 : 0;
  return names ? [...inside, { x: target.x, y: target.y, width: names, height: target.height }] : inside;
}

function segments(waypoints) {
  return waypoints.slice(1).map((to, at) => {
    const from = waypoints[at];
    return {
      x: Math.min(from.x, to.x),
      y: Math.min(from.y, to.y),
      width: Math.abs(from.x - to.x),
      height: Math.abs(from.y - to.y),
    };
  });
}

function around(taken, { width, height }) {
  const box = taken.length ? getBBox(taken) : { x: 0, y: 0, width: 0, height: 0 };
  const [aside, above] = [width + 3 * GAP, height + 3 * GAP];
  return { x: box.x - aside, y: box.y - above, width: box.width + 2 * aside, height: box.height + 2 * above };
}

function middle({ x, y, width = 0, height = 0 }) {
  return { x: Math.round(x + width / 2), y: Math.round(y + height / 2) };
}

function overlap(one, other) {
  return (
    one.x < other.x + other.width + GAP &&
    other.x < one.x + one.width + GAP &&
    one.y < other.y + other.height + GAP &&
    other.y < one.y + one.height + GAP
  );
}

export const PlacingModule = { __init__: ['placing'], placing: ['type', Placing] };
