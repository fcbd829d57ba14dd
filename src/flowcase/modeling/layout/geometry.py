"""From columns and rows to pixels: places of nodes, ways of lines, sizes of lanes and of the whole."""

from __future__ import annotations

from collections import defaultdict

from flowcase.modeling.layout.grid import arrange, place_of
from flowcase.modeling.layout.plan import Line, Node, Plan, label_size

_GAP = 56.0  # between two columns, at least
_SLOT = 14.0  # between two lines that run side by side through a gap
_PAD = 18.0  # above and below the nodes of a row
_TRACK = 30.0  # height of a row that only lines run through
_EDGE = 30.0  # inside the frame of a sub-process, and right of the last column
_LEAST_LANE = 120.0


def draw(plan: Plan) -> None:
    """Place everything, relative to the upper left corner of the plan."""
    for node in plan.nodes.values():
        if node.inner is not None:
            draw(node.inner)
            node.w, node.h = max(node.inner.width, 160), max(node.inner.height, 120)
    arrange(plan)
    picture = _Picture(plan)
    picture.rows()
    picture.columns()
    picture.nodes()
    for line in plan.lines:
        picture.way(line)


class _Picture:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.grid = [node for node in plan.nodes.values() if not node.host]
        self.by_cell = {(node.col, node.row): node for node in self.grid}
        self.count_cols = 1 + max((node.col for node in self.grid), default=0)
        tracks = [line.track for line in plan.lines if line.track is not None]
        self.count_rows = 1 + max([*(node.row for node in self.grid), *tracks], default=0)
        self.center_y: list[float] = []
        self.left: list[float] = []
        self.right: list[float] = []
        self.slots: dict[int, list[str]] = defaultdict(list)  # gap left of a column -> lines through it
        self._claim_gaps()

    # --- rows and columns --------------------------------------------------------------------------

    def rows(self) -> None:
        """The middle of every row, and the band of every lane."""
        above = [0.0] * self.count_rows
        below = [0.0] * self.count_rows
        for node in self.grid:
            _, high = label_size(node.name, 90)
            extra = high + 8 if node.has_outside_label else 0
            guests = [each for each in self.plan.nodes.values() if each.host == node.id]
            hang = max((22 + label_size(each.name, 80)[1] for each in guests), default=0.0)
            top = node.h / 2 + (extra if node.is_gateway else 0)
            bottom = node.h / 2 + (extra if node.is_event else 0) + hang
            above[node.row] = max(above[node.row], top)
            below[node.row] = max(below[node.row], bottom)
        lane_of_row = self._lanes_of_rows()
        y = 0.0 if self.plan.lanes else _EDGE / 2
        tops: dict[str | None, tuple[float, float]] = {}
        for lane, rows in lane_of_row:
            top = y
            need = sum(self._height(above[row], below[row]) for row in rows)
            name = dict(self.plan.lanes).get(lane or "", "")
            spare = max(0.0, max(_LEAST_LANE, len(name) * 6.8 + 20) - need) if lane else 0.0
            y += spare / 2
            for row in rows:
                height = self._height(above[row], below[row])
                shift = (above[row] - below[row]) / 2
                self.center_y.append(y + height / 2 + shift)
                y += height
            y += spare / 2
            tops[lane] = (top, y - top)
        self.plan.height = y + (0.0 if self.plan.lanes else _EDGE / 2)
        self.plan.bands = {lane: band for lane, band in tops.items() if lane}

    def _height(self, above: float, below: float) -> float:
        return above + below + 2 * _PAD if above or below else _TRACK

    def _lanes_of_rows(self) -> list[tuple[str | None, list[int]]]:
        if not self.plan.lanes:
            return [(None, list(range(self.count_rows)))]
        lane_at: dict[int, str | None] = {node.row: node.lane for node in self.grid}
        order = [id for id, _ in self.plan.lanes]
        found: list[tuple[str | None, list[int]]] = [(lane, []) for lane in order]
        at = 0
        for row in range(self.count_rows):
            lane = lane_at.get(row)
            if lane in order:
                at = max(at, order.index(lane))
            found[at][1].append(row)
        return found

    def columns(self) -> None:
        """Left and right side of every column; gaps are as wide as their lines and labels need."""
        widths = [
            max((node.w for node in self.grid if node.col == col), default=36.0)
            for col in range(self.count_cols)
        ]
        x = _EDGE
        for col, width in enumerate(widths):
            if col:
                x += self._gap(col)
            else:
                x += 14 + _SLOT * len(self.slots[0])
            self.left.append(x)
            self.right.append(x + width)
            x += width
        labels = [
            label_size(node.name, 90)[0] / 2
            for node in self.grid
            if node.col == self.count_cols - 1 and node.has_outside_label
        ]
        x += _EDGE + _SLOT * len(self.slots[self.count_cols])
        self.plan.width = max(x, self.right[-1] + max(labels, default=0.0))

    def _gap(self, col: int) -> float:
        least = _GAP + _SLOT * max(0, len(self.slots[col]) - 1)
        for line in self.plan.lines:
            source = place_of(self.plan, line.source)
            if line.name and source.col == col - 1:
                least = max(least, label_size(line.name)[0] + 40 + _SLOT * len(self.slots[col]))
        outside = [node for node in self.grid if node.has_outside_label and node.col in (col - 1, col)]
        wide = sum(
            max(
                (max(0.0, label_size(n.name, 90)[0] - n.w) / 2 for n in outside if n.col == each), default=0.0
            )
            for each in (col - 1, col)
        )
        return max(least, wide + 20)

    def nodes(self) -> None:
        for node in self.grid:
            node.cx = (self.left[node.col] + self.right[node.col]) / 2
            node.cy = self.center_y[node.row]
        guests: dict[str, list[Node]] = defaultdict(list)
        for node in self.plan.nodes.values():
            if node.host:
                guests[node.host].append(node)
        for host_id, each in guests.items():
            host = self.plan.nodes[host_id]
            for nr, node in enumerate(each, start=1):
                node.cx = host.cx - host.w / 2 + host.w * nr / (len(each) + 1)
                node.cy = host.cy + host.h / 2

    # --- lines -------------------------------------------------------------------------------------

    def _claim_gaps(self) -> None:
        """Which lines turn in which gap; those that go farthest turn first."""
        wants: dict[int, list[tuple[float, str]]] = defaultdict(list)
        for line in self.plan.lines:
            source, target = place_of(self.plan, line.source), place_of(self.plan, line.target)
            rows = [source.row, *([line.track] if line.track is not None else []), target.row]
            if line.is_back or line.track is not None:
                track = line.track if line.track is not None else target.row
                if rows[0] != track and not self._drops(line, track):
                    wants[source.col + 1].append((-abs(track - source.row), line.id))
                if track != target.row and not self._rises(line, track):
                    wants[target.col].append((-abs(track - target.row), line.id))
            elif source.row != target.row and not self._drops(line, target.row):
                wants[source.col + 1].append((-abs(target.row - source.row), line.id))
        for gap, lines in wants.items():
            self.slots[gap] = [id for _, id in sorted(lines)]

    def _clear(self, col: int, a: int, b: int) -> bool:
        return all((col, row) not in self.by_cell for row in range(min(a, b) + 1, max(a, b)))

    def _drops(self, line: Line, row: int) -> bool:
        """Whether it may leave its source straight up or down into `row`."""
        node = self.plan.nodes[line.source]
        place = place_of(self.plan, line.source)
        if row == place.row or (place.col, row) in self.by_cell:
            return False
        if node.host:
            return row > place.row and self._clear(place.col, place.row, row)
        return node.is_gateway and self._clear(place.col, place.row, row)

    def _rises(self, line: Line, row: int) -> bool:
        """Whether it may enter its target straight from above or below out of `row`."""
        node = self.plan.nodes[line.target]
        if row == node.row or (node.col, row) in self.by_cell:
            return False
        return node.is_gateway and self._clear(node.col, node.row, row)

    def _slot(self, gap: int, line: Line) -> float:
        lines = self.slots[gap]
        nr = lines.index(line.id)
        # Labels stand behind the turn, where the lines have parted.
        return (self.right[gap - 1] if gap else 0.0) + 18 + _SLOT * nr

    def way(self, line: Line) -> None:
        """The way points of a line: along rows and through gaps, never through a node."""
        source, target = self.plan.nodes[line.source], self.plan.nodes[line.target]
        place = place_of(self.plan, line.source)
        track = line.track if line.track is not None else target.row
        y = self.center_y[track]
        points: list[tuple[float, float]] = []
        if self._drops(line, track):
            side = 1 if y > place.cy else -1
            points += [(source.cx, source.cy + side * source.h / 2), (source.cx, y)]
        elif source.host:
            low = source.cy + source.h / 2 + 8
            points += [(source.cx, source.cy + source.h / 2), (source.cx, low)]
            if track == place.row:
                points += [(self.right[place.col] + 10, low), (self.right[place.col] + 10, y)]
            else:
                x = self._slot(place.col + 1, line)
                points += [(x, low), (x, y)]
        else:
            points.append((source.cx + source.w / 2, source.cy))
            if track != source.row:
                x = self._slot(source.col + 1, line)
                points += [(x, source.cy), (x, y)]
        if track == target.row:
            points.append((target.cx - target.w / 2, target.cy))
        elif self._rises(line, track):
            side = 1 if y > target.cy else -1
            points += [(target.cx, y), (target.cx, target.cy + side * target.h / 2)]
        else:
            x = self._slot(target.col, line)
            points += [(x, y), (x, target.cy), (target.cx - target.w / 2, target.cy)]
        line.points = _straight(points)


def _straight(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Without points that lie on the way between their neighbours."""
    kept: list[tuple[float, float]] = []
    for point in points:
        if kept and kept[-1] == point:
            continue
        if len(kept) > 1 and (
            (kept[-2][0] == kept[-1][0] == point[0]) or (kept[-2][1] == kept[-1][1] == point[1])
        ):
            kept[-1] = point
        else:
            kept.append(point)
    return kept
