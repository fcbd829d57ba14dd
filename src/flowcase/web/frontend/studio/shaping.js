// What a mouse does at a bend of a flow and at the corner of a frame, by keyboard: of diagrams and of overviews.
import { createMoveEvent } from 'diagram-js/lib/features/mouse/Mouse';

import { tell } from './choosing.js';
import { say } from './words.js';

const DIRECTIONS = {
  ArrowLeft: { x: -1, y: 0, edge: 'e' },
  ArrowRight: { x: 1, y: 0, edge: 'e' },
  ArrowUp: { x: 0, y: -1, edge: 's' },
  ArrowDown: { x: 0, y: 1, edge: 's' },
};
const STEP = 10; // px; the grid that bpmn-js snaps frames to
const FIRST = 2100; // before the keys of the drawing

const onlyOne = (selection) => (selection.get().length === 1 ? selection.get()[0] : undefined);

// K goes from bend to bend of the chosen flow; then arrows move it, I adds one behind it, Delete takes it away.
class Bending {
  constructor(bendpointMove, eventBus, keyboard, modeling, overlays, rules, selection) {
    Object.assign(this, { bendpointMove, modeling, overlays, rules, selection });
    this.at = 0; // index of the chosen bend among the waypoints; 0 for none, as a flow begins there
    keyboard.addListener(FIRST, ({ keyEvent }) => this.pressed(keyEvent));
    eventBus.on('selection.changed', () => this.leave());
    eventBus.on('elements.changed', ({ elements }) => {
      if (elements.includes(this.connection)) this.mark(); // a listener that gives false keeps it from the others
    });
  }

  get connection() {
    const chosen = onlyOne(this.selection);
    return chosen?.waypoints && chosen;
  }

  get bends() {
    return this.connection.waypoints.length - 2;
  }

  pressed(event) {
    if (!this.connection || event.ctrlKey || event.metaKey || event.altKey) return undefined;
    const { key, shiftKey } = event;
    if (key === 'k' || key === 'K') this.goOn(shiftKey ? -1 : 1);
    else if (key === 'i') this.add();
    else if (!this.at) return undefined;
    else if (key in DIRECTIONS) this.move(DIRECTIONS[key], shiftKey ? STEP : 1);
    else if (key === 'Delete' || key === 'Backspace') this.remove();
    else if (key === 'Escape') this.leave();
    else return undefined;
    return true;
  }

  goOn(by) {
    if (!this.bends) {
      tell(say('noBends'));
      return;
    }
    const last = by > 0 ? 0 : this.bends + 1;
    this.choose(((this.at || last) - 1 + by + this.bends) % this.bends + 1);
  }

  // In the middle of what follows the chosen bend, else in the middle of the longest part.
  add() {
    const points = this.connection.waypoints;
    const lengths = points.slice(1).map((each, before) => Math.hypot(each.x - points[before].x, each.y - points[before].y));
    const before = this.at || lengths.indexOf(Math.max(...lengths));
    const [from, to] = [points[before], points[before + 1]];
    const middle = { x: Math.round((from.x + to.x) / 2), y: Math.round((from.y + to.y) / 2) };
    if (this.put([...points.slice(0, before + 1), middle, ...points.slice(before + 1)], before + 1, true)) this.choose(before + 1);
  }

  move({ x, y }, by) {
    const points = this.connection.waypoints;
    const moved = { x: Math.round(points[this.at].x) + x * by, y: Math.round(points[this.at].y) + y * by };
    if (this.put(points.map((each, at) => (at === this.at ? moved : each)), this.at)) this.choose(this.at);
  }

  remove() {
    const gone = this.at;
    if (!this.put(this.connection.waypoints.filter((_, at) => at !== gone), gone)) return;
    if (this.bends) this.choose(Math.min(gone, this.bends));
    else {
      this.leave();
      tell(say('noBends'));
    }
  }

  // Whether the rules of the drawing allow it. The ends go to the edges of what they connect.
  put(waypoints, bendpointIndex, insert = false) {
    const { connection } = this;
    const { source, target } = connection;
    if (!this.rules.allowed('connection.updateWaypoints', { connection, source, target })) return false;
    const cropped = this.bendpointMove.cropWaypoints(connection, waypoints);
    this.modeling.updateWaypoints(connection, cropped, { bendpointMove: { insert, bendpointIndex } });
    return true;
  }

  choose(at) {
    this.at = at;
    this.mark();
    const { x, y } = this.connection.waypoints[at];
    tell(`${say('bend')} ${at} ${say('of')} ${this.bends} (${Math.round(x)}, ${Math.round(y)})`);
  }

  leave() {
    this.at = 0;
    this.overlays.remove({ type: 'flowcase-bend' });
  }

  // Also when it was undone from under the mark.
  mark() {
    this.overlays.remove({ type: 'flowcase-bend' });
    if (this.at > this.bends) this.at = 0;
    if (!this.at) return;
    const points = this.connection.waypoints;
    const [left, top] = ['x', 'y'].map((axis) => points[this.at][axis] - Math.min(...points.map((each) => each[axis])));
    const html = '<div class="fc-bend"></div>';
    const scale = { min: 1 }; // seen as well in a drawing that is shown small
    this.overlays.add(this.connection, 'flowcase-bend', { position: { left, top }, html, scale });
  }
}
Bending.$inject = ['bendpointMove', 'eventBus', 'keyboard', 'modeling', 'overlays', 'rules', 'selection'];

// Shift, Alt and an arrow: the right or the lower edge goes a step, as far as what stands inside lets it.
class Sizing {
  constructor(canvas, dragging, keyboard, resize, rules, selection) {
    Object.assign(this, { canvas, dragging, resize, rules, selection });
    keyboard.addListener(FIRST, ({ keyEvent }) => {
      const direction = DIRECTIONS[keyEvent.key];
      if (!direction || !keyEvent.shiftKey || !keyEvent.altKey || keyEvent.ctrlKey || keyEvent.metaKey) return undefined;
      this.step(direction);
      return true;
    });
  }

  step({ x, y, edge }) {
    const shape = onlyOne(this.selection);
    if (!shape) return;
    if (shape.waypoints || !this.rules.allowed('shape.resize', { shape, direction: edge })) {
      tell(say('noSize'));
      return;
    }
    this.drag(shape, edge, x * STEP, y * STEP);
    tell(`${say('width')} ${shape.width}, ${say('height')} ${shape.height}`);
  }

  // As a mouse would, so that every limit and everything that goes along is bpmn-js's own.
  drag(shape, edge, x, y) {
    const { left, top, width, height } = this.canvas.getContainer().getBoundingClientRect();
    const [middle, centre] = [left + width / 2, top + height / 2];
    const scale = this.canvas.zoom();
    this.resize.activate(createMoveEvent(middle, centre), shape, edge);
    this.dragging.move(createMoveEvent(middle + x * scale, centre + y * scale));
    this.dragging.end();
  }
}
Sizing.$inject = ['canvas', 'dragging', 'keyboard', 'resize', 'rules', 'selection'];

export const ShapingModule = {
  __init__: ['bending', 'sizing'],
  bending: ['type', Bending],
  sizing: ['type', Sizing],
};
