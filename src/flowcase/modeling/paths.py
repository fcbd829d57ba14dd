"""What can follow what in one scope: reachability, loops, and tokens that wait for others in vain.

Every algorithm here is linear in the drawing or stops at a budget.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import combinations

from flowcase.modeling.document import Flow, Node, Scope

MAX_WORK = 400_000  # tokens looked at in all states of one file
_MAX_ORDERS = 3  # of merges that could go on, how many are tried first
_MAX_TOKENS = 2  # on one flow; more of them tell nothing new


def successors(node: Node) -> Iterator[Node]:
    """The nodes of the same scope that directly follow, boundary events included."""
    yield from node.boundary_events
    for flow in node.outgoing:
        if flow.target is not None and flow.target.scope is node.scope:
            yield flow.target


def entries(scope: Scope) -> list[Node]:
    """Where a scope begins: its start events, and what only its own event begins."""
    return [node for node in scope.nodes if node.tag == "startEvent" or node.is_event_sub_process]


def reachable(starts: Iterable[Node], without: Node | None = None) -> set[Node]:
    """Every node that a token from `starts` can come to, not passing `without`."""
    seen = {node for node in starts if node is not without}
    waiting = list(seen)
    while waiting:
        for following in successors(waiting.pop()):
            if following not in seen and following is not without:
                seen.add(following)
                waiting.append(following)
    return seen


def loops(nodes: Iterable[Node]) -> list[list[Node]]:
    """The strongly connected groups among these nodes that contain a loop (Tarjan, without recursion)."""
    members = set(nodes)
    index: dict[Node, int] = {}
    low: dict[Node, int] = {}
    on_stack: set[Node] = set()
    stack: list[Node] = []
    found: list[list[Node]] = []
    for root in nodes:
        if root in index:
            continue
        work = [(root, iter([n for n in successors(root) if n in members]))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, following = work[-1]
            step = next(following, None)
            if step is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    group = []
                    while True:
                        member = stack.pop()
                        on_stack.discard(member)
                        group.append(member)
                        if member is node:
                            break
                    if len(group) > 1 or node in successors(node):
                        found.append(group)
            elif step not in index:
                index[step] = low[step] = len(index)
                stack.append(step)
                on_stack.add(step)
                work.append((step, iter([n for n in successors(step) if n in members])))
            elif step in on_stack:
                low[node] = min(low[node], index[step])
    return found


# --- tokens ----------------------------------------------------------------------------------------

Marking = tuple[tuple[int, int], ...]  # (flow, tokens), sorted by flow


class TokenGame:
    """Plays every choice of a scope and finds states in which tokens wait at a parallel join for ever.

    Each flow leads into one node, so nodes never compete for a token: of all nodes that could go on, it
    is enough to play any one, with each of its choices. That keeps the number of states small.
    """

    def __init__(self, scope: Scope, work: int = MAX_WORK) -> None:
        self.scope = scope
        self.flows = [flow for flow in scope.flows if flow.source and flow.target]
        self.number = {flow: position for position, flow in enumerate(self.flows)}
        self.work_left = work
        self.gave_up = False
        self.meeting_at: set[Node] = set()  # without a join, where two tokens may come at the same time
        self._leading_to: dict[Node, set[Node]] = {}

    def starved_joins(self) -> dict[Node, Flow]:
        """Each join that can wait for ever, with a flow on which then no token comes."""
        found: dict[Node, Flow] = {}
        seen: set[Marking] = set()
        waiting: deque[Marking] = deque()
        for start in self.scope.start_events():
            waiting.append(self._marking(start.outgoing))
        while waiting:
            marking = waiting.popleft()
            if marking in seen or not marking:
                continue
            self.work_left -= len(marking) + 1
            if self.work_left < 0:
                self.gave_up = True
                break
            seen.add(marking)
            following = self._play(marking)
            if following is None:
                for join, flow in self._stuck(marking):
                    found.setdefault(join, flow)
            else:
                waiting.extend(following)
        return found

    def _marking(self, flows: Iterable[Flow]) -> Marking:
        return tuple(sorted((self.number[flow], 1) for flow in flows if flow in self.number))

    def _play(self, marking: Marking) -> list[Marking] | None:
        """What follows when one node goes on; None when no node can."""
        tokens = dict(marking)
        arrived: dict[Node, list[int]] = {}
        for number, _ in marking:
            target = self.flows[number].target
            assert target is not None
            arrived.setdefault(target, []).append(number)
        inclusive, merges = [], []
        for node, flows in arrived.items():
            if node.tag == "parallelGateway":
                expected = [self.number[flow] for flow in node.incoming if flow in self.number]
                if all(number in flows for number in expected):
                    return self._outcomes(tokens, expected, node)
            elif node.tag == "inclusiveGateway" and len(node.incoming) > 1:
                inclusive.append((node, flows))
            elif len(node.incoming) > 1 and node.tag != "endEvent":
                merges.append((node, flows))
            else:
                return self._outcomes(tokens, flows[:1], node)
        if merges:
            return self._merge(tokens, merges)
        for node, flows in inclusive:
            if not any(self._can_reach(number, node) for number in tokens if number not in flows):
                return self._outcomes(tokens, flows, node)
        # Inclusive joins that wait for one another: which of them goes first is the engine's choice.
        if inclusive:
            node, flows = inclusive[0]
            return self._outcomes(tokens, flows, node)
        return None

    def _merge(self, tokens: dict[int, int], merges: list[tuple[Node, list[int]]]) -> list[Marking]:
        """Merges go on last, so that tokens which may meet at one have met; several of them in any order."""
        found = []
        for node, flows in merges[:_MAX_ORDERS]:
            if sum(tokens[number] for number in flows) > 1:
                self.meeting_at.add(node)
            found += self._outcomes(tokens, flows[:1], node)
        return found

    def _outcomes(self, tokens: dict[int, int], consumed: list[int], node: Node) -> list[Marking]:
        if node.tag == "endEvent" and node.event_kind() in {"terminate", "error"}:
            return [()]
        left = dict(tokens)
        for number in consumed:
            left[number] -= 1
            if not left[number]:
                del left[number]
        found = []
        for flows in self._choices(node):
            self.work_left -= len(left) + len(flows)
            marking = dict(left)
            for flow in flows:
                if flow in self.number:
                    number = self.number[flow]
                    marking[number] = min(marking.get(number, 0) + 1, _MAX_TOKENS)
            found.append(tuple(sorted(marking.items())))
        return found

    def _choices(self, node: Node) -> list[list[Flow]]:
        """The sets of flows that may get a token when the node goes on."""
        flows = node.outgoing
        if node.tag in {"exclusiveGateway", "eventBasedGateway", "complexGateway"}:
            return [[flow] for flow in flows] or [[]]
        if node.tag == "inclusiveGateway" and len(flows) > 1:
            few = range(1, len(flows) + 1) if len(flows) <= 4 else (1, len(flows))
            return [list(some) for size in few for some in combinations(flows, size)]
        choices = [list(flows)]
        for event in node.boundary_events:
            if event.is_interrupting:
                choices.append(list(event.outgoing))
            else:
                choices.append([*flows, *event.outgoing])
        return choices

    def _can_reach(self, number: int, join: Node) -> bool:
        """Whether a token on this flow may still come to the join."""
        if join not in self._leading_to:
            found = {join}
            waiting = [join]
            while waiting:
                node = waiting.pop()
                before = [flow.source for flow in node.incoming]
                if node.attached_to is not None:
                    before.append(node.attached_to)
                for earlier in before:
                    if earlier is not None and earlier not in found:
                        found.add(earlier)
                        waiting.append(earlier)
            self._leading_to[join] = found
        return self.flows[number].target in self._leading_to[join]

    def _stuck(self, marking: Marking) -> Iterator[tuple[Node, Flow]]:
        present = {number for number, _ in marking}
        for number in present:
            node = self.flows[number].target
            if node is None or node.tag != "parallelGateway":
                continue
            for flow in node.incoming:
                if flow in self.number and self.number[flow] not in present:
                    yield node, flow
                    break
