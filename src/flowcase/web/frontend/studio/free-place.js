// A free place of a drawing for something new.
import { getBBox } from 'diagram-js/lib/util/Elements';

export const GAP = 20; // px between what is put in and everything else
const STEP = 10;

// The middle of the free place in `target` that is nearest to `near`; only a frame keeps within its own bounds.
export function freePlace(target, size, near, isFrame) {
  const taken = obstacles(target);
  const bounds = isFrame ? target : around(taken, size);
  const wanted = middle(near);
  let best;
  for (let x = bounds.x + GAP; x <= bounds.x + bounds.width - size.width - GAP; x += STEP) {
    for (let y = bounds.y + GAP; y <= bounds.y + bounds.height - size.height - GAP; y += STEP) {
      const place = { ...size, x, y };
      const at = middle(place);
      const far = Math.hypot(at.x - wanted.x, at.y - wanted.y);
      if ((!best || far < best.far) && !taken.some((each) => overlap(place, each))) best = { ...at, far };
    }
  }
  if (best) return { x: best.x, y: best.y };
  // A full frame grows downwards.
  const low = Math.max(...taken.map((each) => each.y + each.height));
  return middle({ ...size, x: bounds.x + 3 * GAP, y: low + GAP });
}

// Whether something stands in `place` already, or where the grid may move it; flows may be crossed there.
export function isTaken(target, place) {
  return target.children.some((each) => !each.waypoints && each.type !== 'bpmn:Lane' && overlap(place, each, STEP));
}

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

function overlap(one, other, gap = GAP) {
  return (
    one.x < other.x + other.width + gap &&
    other.x < one.x + one.width + gap &&
    one.y < other.y + other.height + gap &&
    other.y < one.y + one.height + gap
  );
}
