"""Which column and row each node stands in, and along which row each long line runs.

Columns are the longest way from a start; a line that leads back is left out of that count. Rows belong to
lanes; a line that passes columns reserves the cells that it passes, so that no line runs through a node.
"""

from __future__ import annotations

from collections.abc import Iterable

from flowcase.modeling.layout.plan import Line, Node, Plan

_FAR = 10_000.0


def arrange(plan: Plan) -> None:
    """Set `col` and `row` of every node but boundary events, and `track` of the lines that need one."""
    _mark_back(plan)
    _columns(plan)
    _Rows(plan).fill()


def place_of(plan: Plan, id: str) -> Node:
    """The node that stands in the grid: a boundary event stands where its host does."""
    node = plan.nodes[id]
    return plan.nodes[node.host] if node.host else node


def _steps(plan: Plan) -> dict[str, list[Line]]:
    steps: dict[str, list[Line]] = {id: [] for id, node in plan.nodes.items() if not node.host}
    for line in plan.lines:
        steps[place_of(plan, line.source).id].append(line)
    return steps


def _mark_back(plan: Plan) -> None:
    steps = _steps(plan)
    entered = {place_of(plan, line.target).id for line in plan.lines}
    roots = [id for id in steps if id not in entered] + list(steps)
    state: dict[str, int] = {}  # 1: on the way, 2: done
    for root in roots:
        if root in state:
            continue
        stack = [(root, iter(steps[root]))]
        state[root] = 1
        while stack:
            id, rest = stack[-1]
            line = next(rest, None)
            if line is None:
                state[id] = 2
                stack.pop()
                continue
            target = line.target
            if state.get(target) == 1:
                line.is_back = True
            elif target not in state:
                state[target] = 1
                stack.append((target, iter(steps[target])))


def _columns(plan: Plan) -> None:
    steps = _steps(plan)
    waiting = dict.fromkeys(steps, 0)
    for lines in steps.values():
        for line in lines:
            if not line.is_back:
                waiting[line.target] += 1
    ready = [id for id, count in waiting.items() if count == 0]
    while ready:
        id = ready.pop(0)
        for line in steps[id]:
            if line.is_back:
                continue
            target = plan.nodes[line.target]
            target.col = max(target.col, plan.nodes[id].col + 1)
            waiting[line.target] -= 1
            if waiting[line.target] == 0:
                ready.append(line.target)


class _Rows:
    """Rows of one plan, lane by lane; cells are taken by nodes and by the lines that pass."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.lanes: list[str | None] = [id for id, _ in plan.lanes]
        if not self.lanes:
            self.lanes.append(None)
        self.taken: dict[str | None, list[set[int]]] = {lane: [set()] for lane in self.lanes}
        self.at: dict[str, tuple[str | None, int]] = {}
        self.tracks: dict[str, tuple[str | None, int]] = {}
        self.into: dict[str, list[Line]] = {}
        self.out = _steps(plan)
        for line in plan.lines:
            if not line.is_back:
                self.into.setdefault(line.target, []).append(line)

    def fill(self) -> None:
        order = {id: nr for nr, id in enumerate(self.plan.nodes)}
        nodes = [node for node in self.plan.nodes.values() if not node.host]
        linked = {
            place_of(self.plan, end).id for line in self.plan.lines for end in (line.source, line.target)
        }
        nodes.sort(key=lambda node: (node.id not in linked, node.col, order[node.id]))
        beyond = 1 + max((node.col for node in nodes), default=0)
        for node in nodes:
            node.is_alone = node.id not in linked
            if node.is_alone and linked:
                node.col = beyond  # right of everything, where no line passes
            self._place(node)
        for line in self.plan.lines:
            if line.is_back:
                self._lead_back(line)
        base, first = 0, {}
        for lane in self.lanes:
            first[lane] = base
            base += len(self.taken[lane])
        for id, (lane, row) in self.at.items():
            self.plan.nodes[id].row = first[lane] + row
        for line in self.plan.lines:
            if line.id in self.tracks:
                lane, row = self.tracks[line.id]
                line.track = first[lane] + row
        for node in self.plan.nodes.values():
            if node.host:
                node.col, node.row = self.plan.nodes[node.host].col, self.plan.nodes[node.host].row

    # --- nodes -------------------------------------------------------------------------------------

    def _place(self, node: Node) -> None:
        lane = node.lane if node.lane in self.taken else self.lanes[0]
        rows = self.taken[lane]
        wanted = self._wanted(node, lane)
        row = min(range(len(rows) + 1), key=lambda each: self._cost(node, lane, each, wanted))
        if row == len(rows):
            rows.append(set())
        rows[row].add(node.col)
        self.at[node.id] = (lane, row)
        for line in self.into.get(node.id, []):
            self._reserve(line, node, lane, row)

    def _wanted(self, node: Node, lane: str | None) -> float:
        places = []
        for line in self.into.get(node.id, []):
            source = place_of(self.plan, line.source)
            source_lane, source_row = self.at[source.id]
            if source_lane == lane:
                siblings = [each for each in self.out[source.id] if not each.is_back]
                straight = [each for each in siblings if not self.plan.nodes[each.source].host]
                nr = straight.index(line) if line in straight else 1 + siblings.index(line)
                places.append(source_row + nr)
            else:
                above = self.lanes.index(source_lane) < self.lanes.index(lane)
                places.append(0 if above else len(self.taken[lane]) - 1)
        return min(places) if places else 0

    def _cost(self, node: Node, lane: str | None, row: int, wanted: float) -> float:
        rows = self.taken[lane]
        if row < len(rows) and node.col in rows[row]:
            return _FAR
        cost = abs(row - wanted) + (0.6 if row == len(rows) else 0)
        for line in self.into.get(node.id, []):
            source = place_of(self.plan, line.source)
            passed = range(source.col + 1, node.col)
            if row < len(rows) and any(col in rows[row] for col in passed):
                cost += 1.5
            # A node right under a host keeps the host's boundary events from leading down.
            if self.plan.nodes[line.source].host and self.at[source.id] == (lane, row):
                cost += 2
        return cost

    # --- lines -------------------------------------------------------------------------------------

    def _reserve(self, line: Line, node: Node, lane: str | None, row: int) -> None:
        source = place_of(self.plan, line.source)
        passed = set(range(source.col + 1, node.col))
        if not passed:
            return
        source_lane, source_row = self.at[source.id]
        leads_down = bool(self.plan.nodes[line.source].host)
        tries = [(lane, row)] if leads_down else [(lane, row), (source_lane, source_row)]
        self.tracks[line.id] = self._take(passed, tries, [lane, source_lane])

    def _lead_back(self, line: Line) -> None:
        source, target = place_of(self.plan, line.source), place_of(self.plan, line.target)
        passed = set(range(min(source.col, target.col), max(source.col, target.col) + 1))
        source_lane, source_row = self.at[source.id]
        target_lane, _ = self.at[target.id]
        near = [(source_lane, each) for each in self._nearest(source_lane, source_row)]
        beside = {min(passed) - 1, max(passed) + 1}  # their lines share the gaps in which this one turns
        self.tracks[line.id] = self._take(passed, near, [target_lane, source_lane], beside)

    def _nearest(self, lane: str | None, row: int) -> Iterable[int]:
        return sorted(range(len(self.taken[lane])), key=lambda each: (abs(each - row), -each))

    def _take(
        self,
        passed: set[int],
        tries: list[tuple[str | None, int]],
        lanes: list[str | None],
        beside: frozenset[int] | set[int] = frozenset(),
    ) -> tuple[str | None, int]:
        others = [(lane, row) for lane in lanes for row in range(len(self.taken[lane]))]
        for lane, row in [*tries, *others]:
            if not (passed | beside) & self.taken[lane][row]:
                self.taken[lane][row] |= passed
                return lane, row
        lane = lanes[-1]
        self.taken[lane].append(set(passed))
        return lane, len(self.taken[lane]) - 1
