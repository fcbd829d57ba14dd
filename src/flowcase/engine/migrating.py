"""A running instance under another version of its process: what stays, what is computed anew, what cannot be.

Every token keeps its key, so that open user tasks with their drafts, jobs in flight, called processes and
incidents stay what they are. A timer or subscription whose drawing is the same stays as it is; one that is
drawn otherwise is opened anew, a timer counting from where it counted before. What is new around a token
(boundary events, event sub-processes, events behind an event-based gateway) begins to listen; what has no
successor stops.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.util.task import TaskState

from flowcase.compression import compress, decompress
from flowcase.engine import subscriptions
from flowcase.engine.diagram import Diagram, diagram_of
from flowcase.engine.going_back import listen_again
from flowcase.engine.nodes.activities import JobTask, UserTask
from flowcase.engine.nodes.gateways import EventBasedGateway, MeetingGateway, ParallelGateway
from flowcase.engine.state import LEVEL, State
from flowcase.engine.state_formats import in_present_format
from flowcase.engine.stuck import Stuck
from flowcase.engine.subscriptions import PendingTimer
from flowcase.engine.tokens import ROOT, Token
from flowcase.errors import Conflict, FlowcaseError
from flowcase.model import InstanceMigrated, MigrateInstance, UndoMigration, UserTaskRedrawn
from flowcase.modeling.definition import (
    Element,
    ElementKind,
    MultiInstance,
    ProcessDefinition,
    TimerEvent,
    UserTaskDetails,
)
from flowcase.modeling.migration_mapping import difference

if TYPE_CHECKING:
    from flowcase.engine.step import Step


@dataclass(frozen=True)
class Obstacle:
    """Why one instance cannot be moved: a stable code, the element as the old version has it, and details."""

    code: str
    element: str
    detail: str = ""


class CannotMigrate(FlowcaseError):
    """Something that the instance waits for has no place in the new version."""

    def __init__(self, process: str, obstacles: Iterable[Obstacle]) -> None:
        self.process, self.obstacles = process, tuple(obstacles)
        told = "; ".join(
            f"'{each.element}': {each.code}{' (' + each.detail + ')' if each.detail else ''}"
            for each in self.obstacles
        )
        super().__init__(f"Expected to move an instance of process '{process}', but {told}.")


def moved_state(
    old: ProcessDefinition, new: ProcessDefinition, present: State | bytes, mapping: Mapping[str, str]
) -> State:
    """Tokens, variables and subscriptions by the elements of the new version. Raises CannotMigrate."""
    before = State.from_bytes(present, old) if isinstance(present, bytes) else present
    obstacles = _obstacles(before, diagram_of(old), diagram_of(new), mapping)
    if obstacles:
        raise CannotMigrate(old.id, obstacles)
    data = _opened(before.to_bytes())
    for saved in data["tokens"]:
        key, element, _, state, _, notes, *_ = saved
        if key == ROOT:
            if notes.get("start") in mapping:
                notes["start"] = mapping[notes["start"]]
            continue
        saved[1] = mapping[element]
        arrived = diagram_of(old).node(element)
        if isinstance(arrived, MeetingGateway) and state & TaskState.WAITING:
            notes["flow"] = _flow(old, new, mapping, notes["flow"], mapping[element])
    # A subscription without a successor keeps the old name until it is closed in the same step.
    for saved in data["waits"]:
        saved["element"] = mapping.get(saved["element"], saved["element"])
    data["ends"] = [mapping.get(each, each) for each in data["ends"]]
    return State.from_bytes(_closed(data), new)


def migrate(step: Step, command: MigrateInstance, old: ProcessDefinition, before: State) -> None:
    """What the new version draws otherwise takes effect. `step` works on the moved state."""
    was, now = diagram_of(old), step.diagram
    kept = _successors(step, before, was, now, command.mapping)
    renamed = {
        key: token.task_spec.id
        for key, token in step.tree.tasks.items()
        if key != ROOT and token.task_spec.id != before.tree.tasks[key].task_spec.id
    }
    told = {
        key: wait.element
        for key, wait in step.state.subscriptions.items()
        if key in kept and wait.element != before.subscriptions[key].element
    }
    used = {before.tree.tasks[key].task_spec.id: element for key, element in renamed.items()}
    used |= {before.subscriptions[key].element: element for key, element in told.items()}
    step.emit(
        InstanceMigrated(source="", target=command.target, mapping=used, elements=renamed, subscriptions=told)
    )
    stuck: list[Obstacle] = []
    for token in list(step.tree.tasks.values()):
        _lay_out_loop(step, token)
        origin = before.tree.tasks[token.key].task_spec.element
        try:
            _listen_as_drawn(step, token, before, was, kept, command)
            if isinstance(token.task_spec, UserTask) and token.phase == "active" and not token.is_body:
                redraw(step, token, origin)
        except Stuck as problem:
            stuck.append(Obstacle("cannot_be_computed", origin.id if origin else "", problem.message))
    if stuck:
        raise CannotMigrate(old.id, stuck)
    _meet(step)


def undo(step: Step, command: UndoMigration, present: State) -> None:
    """`step` works on the state before. Raises Conflict when the instance has gone on since."""
    state, tree = step.state, step.tree
    if not is_where_it_was(present, state):
        raise Conflict(f"undo the move of process '{step.diagram.definition.id}'", "it has gone on since")
    tree.counter = max(tree.counter, present.tree.counter)
    state.end_elements = [each for each in state.end_elements if each in step.diagram.nodes]
    elements = {
        key: token.task_spec.id
        for key, token in tree.tasks.items()
        if key != ROOT and token.task_spec.id != present.tree.tasks[key].task_spec.id
    }
    told = {
        key: wait.element
        for key, wait in state.subscriptions.items()
        if key in present.subscriptions and wait.element != present.subscriptions[key].element
    }
    used = {present.tree.tasks[key].task_spec.id: element for key, element in elements.items()}
    used |= {present.subscriptions[key].element: element for key, element in told.items()}
    step.emit(
        InstanceMigrated(
            source="", target=command.target, mapping=used, elements=elements, subscriptions=told,
            is_undone=True,
        )
    )  # fmt: skip
    again = [wait for key, wait in state.subscriptions.items() if key not in present.subscriptions]
    for key, wait in present.subscriptions.items():
        if key not in state.subscriptions:
            state.subscriptions[key] = wait
            subscriptions.close(step, wait)
    for wait in again:
        del state.subscriptions[wait.key]
        listen_again(step, wait, wait.host)
    for key, token in tree.tasks.items():
        if isinstance(token.task_spec, UserTask) and token.phase == "active" and not token.is_body:
            redraw(step, token, present.tree.tasks[key].task_spec.element)


def is_where_it_was(present: State, before: State) -> bool:
    """Whether every token still waits in the way it did."""

    def waits(state: State) -> dict[str, tuple[str, int]]:
        return {
            key: (token.phase, token.state)
            for key, token in state.tree.tasks.items()
            if not token.is_finished
        }

    return waits(present) == waits(before)


# --- what stands in the way ------------------------------------------------------------------------


def _obstacles(before: State, was: Diagram, now: Diagram, mapping: Mapping[str, str]) -> list[Obstacle]:
    found: list[Obstacle] = []
    for token in before.tree.tasks.values():
        if token.key == ROOT or token.is_finished:
            continue
        element = token.task_spec.element
        target = now.nodes.get(mapping.get(element.id, ""))
        if target is None:
            found.append(Obstacle("no_successor", element.id))
            continue
        after = target.element
        why = difference(element, after)
        if why is not None:
            found.append(Obstacle(why, element.id, after.id))
            continue
        if "index" not in token.notes and _scope_of(before, token, mapping) != after.parent:
            found.append(Obstacle("other_sub_process", element.id, after.id))
        is_asked = isinstance(token.task_spec, JobTask) and token.phase == "active" and not token.has_incident
        if is_asked and element.job and after.job and element.job.type != after.job.type:
            found.append(Obstacle("job_in_flight", element.id, element.job.type.text))
        if isinstance(token.task_spec, MeetingGateway) and token.has_state(TaskState.WAITING):
            flow = _flow(was.definition, now.definition, mapping, token.notes["flow"], after.id)
            if flow is None:
                found.append(Obstacle("no_flow", element.id, token.notes["flow"]))
    return found or _stranded(before, was, now, mapping)


def _scope_of(before: State, token: Token, mapping: Mapping[str, str]) -> str | None:
    if token.scope in (None, ROOT):
        return None
    return mapping.get(before.tree.tasks[str(token.scope)].task_spec.id, "")


def _stranded(before: State, was: Diagram, now: Diagram, mapping: Mapping[str, str]) -> list[Obstacle]:
    """Parallel joins that would wait for ever: a branch is drawn that nothing is on and nothing can reach."""
    found = []
    for scope in [key for key, token in before.tree.tasks.items() if token.task_spec.is_scope or key == ROOT]:
        tokens = [token for token in before.tree.unfinished(scope) if "index" not in token.notes]
        places = [token.task_spec.id for token in tokens]
        arrived = [
            (token.task_spec.id, token.notes["flow"])
            for token in tokens
            if isinstance(token.task_spec, ParallelGateway) and token.has_state(TaskState.WAITING)
        ]
        blocked = {mapping.get(each) for each in blocked_joins(was, places, arrived)}
        moved = [
            (
                mapping[place],
                str(_flow(was.definition, now.definition, mapping, flow, mapping[place])),
            )
            for place, flow in arrived
        ]
        for join in blocked_joins(now, [mapping[place] for place in places], moved):
            if join not in blocked:
                origin = next((old for old, new in mapping.items() if new == join), join)
                found.append(Obstacle("join_would_wait", origin, join))
    return found


def blocked_joins(diagram: Diagram, places: list[str], arrived: list[tuple[str, str]]) -> list[str]:
    """Parallel joins that some token comes to while a flow of theirs can never get one."""
    blocked = []
    for node in diagram.nodes.values():
        if not isinstance(node, ParallelGateway) or len(node.element.incoming) < 2:
            continue
        here = {flow for place, flow in arrived if place == node.id}
        others = {place for place in places if place != node.id}
        open_flows = [flow for flow in node.element.incoming if flow not in here]
        reached = [flow for flow in open_flows if others & _upstream(diagram, node.id, flow)]
        if (here or reached) and len(reached) < len(open_flows):
            blocked.append(node.id)
    return blocked


def _upstream(diagram: Diagram, join: str, flow: str) -> set[str]:
    """Elements from which a token can come to the flow without passing the join."""
    found: set[str] = set()
    ends = [diagram.flow(flow).source]
    while ends:
        id = ends.pop()
        if id in found or id == join:
            continue
        found.add(id)
        element = diagram.node(id).element
        ends += [diagram.flow(each).source for each in element.incoming]
        if element.attached_to:
            ends.append(element.attached_to)
    return found


def _flow(
    old: ProcessDefinition, new: ProcessDefinition, mapping: Mapping[str, str], flow: str, join: str
) -> str | None:
    """The flow by which a waiting token would have come to the join in the new version."""
    was_from = old.flows[flow].source
    # What the flow comes from may have become another kind of element: nothing takes over from it then, yet
    # the flow is the same.
    source = mapping.get(was_from) or (was_from if was_from not in mapping.values() else None)
    same = new.flows.get(flow)
    if same is not None and same.target == join and source == same.source:
        return flow
    incoming = new.elements[join].incoming
    source = mapping.get(was_from)
    direct = [each for each in incoming if new.flows[each].source == source]
    if len(direct) == 1:
        return direct[0]
    # Something was drawn in between: walk back over what is new until the old source is found.
    known = set(mapping.values())
    through = [each for each in incoming if source in _sources(new, each, known)]
    return through[0] if len(through) == 1 else None


def _sources(new: ProcessDefinition, flow: str, known: set[str]) -> set[str]:
    found: set[str] = set()
    ends = [new.flows[flow].source]
    while ends:
        id = ends.pop()
        if id in found:
            continue
        found.add(id)
        if id not in known:
            ends += [new.flows[each].source for each in new.elements[id].incoming]
    return found


# --- what is drawn otherwise -----------------------------------------------------------------------


def _expected(diagram: Diagram, token: Token, *, is_body: bool) -> list[Element]:
    """The events that are listened to at a token, whether they have happened already or not."""
    node, found = token.task_spec, []
    if token.key != ROOT and token.phase in ("new", "inputs", "body", "subscribe"):
        return []
    if node.element is not None and "index" not in token.notes:
        found += diagram.boundary_events.get(node.id, [])
    if node.is_scope and not is_body:
        scope = None if node.element is None else node.id
        found += [diagram.start_event_of(each.id) for each in diagram.event_sub_processes.get(scope, [])]
    if token.phase == "active" and not is_body and node.element is not None:
        if isinstance(node, EventBasedGateway):
            found += [diagram.node(flow.target).element for flow in node.outgoing]
        elif node.element.kind in (ElementKind.INTERMEDIATE_CATCH_EVENT, ElementKind.RECEIVE_TASK):
            found.append(node.element)
    return found


def _successors(
    step: Step, before: State, was: Diagram, now: Diagram, mapping: Mapping[str, str]
) -> dict[str, Element]:
    """Element of the new version by key, of the subscriptions that go on as they are."""
    kept = {}
    for key, wait in before.subscriptions.items():
        host = step.tree.tasks[wait.host]
        after = now.definition.elements.get(mapping.get(wait.element, ""))
        expected = {each.id for each in _expected(now, host, is_body=host.is_body)}
        if after is None or after.id not in expected:
            continue
        if _listens_alike(was.node(wait.element).element, after):
            kept[key] = after
    return kept


def _listens_alike(before: Element, after: Element) -> bool:
    return (before.event or before.message) == (after.event or after.message) and (
        subscriptions.is_consumed(before) == subscriptions.is_consumed(after)
    )


def _listen_as_drawn(
    step: Step,
    token: Token,
    before: State,
    was: Diagram,
    kept: Mapping[str, Element],
    command: MigrateInstance,
) -> None:
    mapping = command.mapping
    origin = before.tree.tasks[token.key]
    known = {mapping.get(each.id) for each in _expected(was, origin, is_body=token.is_body)}
    present = [wait for wait in step.state.subscriptions.values() if wait.host == token.key]
    expected = {each.id: each for each in _expected(step.diagram, token, is_body=token.is_body)}
    entered = [wait.entered_at for wait in present if isinstance(wait, PendingTimer)]
    since = command.entered.get(token.key) or (min(entered) if entered else step.now)
    anew: list[Element] = []
    for wait in present:
        if wait.key in kept:
            continue
        subscriptions.close(step, wait)
        after = expected.get(mapping.get(before.subscriptions[wait.key].element, ""))
        if after is None:
            continue
        if isinstance(wait, PendingTimer):
            owed = wait.due_at if wait.cycle is not None and wait.due_at <= step.now else None
            _schedule(step, token, after, wait.entered_at, owed)
        else:
            anew.append(after)
    anew += [each for id, each in expected.items() if id not in known]
    for each in anew:
        if isinstance(each.event, TimerEvent):
            _schedule(step, token, each, since)
        else:
            subscriptions.listen(step, token, [each])


def _schedule(
    step: Step, token: Token, element: Element, since: Any, owed: dt.datetime | None = None
) -> None:
    """A timer that counts from an instant in the past; a cycle goes on with the first one still to come.

    `owed` was due before the move and not fired yet: it comes before that one.
    """
    now, step.now = step.now, since
    try:
        details = subscriptions.prepare_timer(step, token, element)
    finally:
        step.now = now
    timer = PendingTimer(key=f"t{step.tree.new_key()}", element=element.id, host=token.key, **details)
    if timer.cycle is not None and (owed is not None or timer.due_at < now):
        event = element.event
        assert isinstance(event, TimerEvent)
        series = subscriptions.series(step, event, timer.cycle, since)
        occurrence = series.after(now) if owed is None else series.goes_on_after(owed)
        if occurrence is None:
            return  # all of them are over
        timer = replace(timer, due_at=occurrence.due_at, index=occurrence.index)
    subscriptions.schedule(step, element, timer)


def redraw(step: Step, token: Token, origin: Element | None) -> None:
    """Tell an open user task what the version that it has come to draws otherwise."""
    node = token.task_spec
    assert isinstance(node, UserTask) and origin is not None
    before, after = origin.user_task or UserTaskDetails(), node.element.user_task or UserTaskDetails()
    changes: dict[str, Any] = {}
    if (node.element.name, after.called) != (origin.name, before.called):
        changes["name"] = node.name_at(step, token, after)
        if after.called is not None:
            token.notes["name"] = changes["name"]
    if before.form_id != after.form_id:
        changes["form"] = after.form_id
    changes |= node.drawn_otherwise(step, token, before, after)
    if changes:
        step.emit(UserTaskRedrawn(element=node.id, element_instance=token.key, changes=changes))


def _lay_out_loop(step: Step, token: Token) -> None:
    """Names that a multi-instance activity has in the new version only."""
    loop = None if token.task_spec.element is None else token.task_spec.element.loop
    if not isinstance(loop, MultiInstance) or token.phase == "new":
        return
    local = step.state.variable_scopes.local(token.key)
    if "index" not in token.notes:
        name = loop.output_collection
        if name and name not in local and "items" in token.notes:
            step.set_local(token, {name: [None] * len(token.notes["items"])})
    elif loop.input_element and loop.input_element not in local:
        item = token.enclosing.notes["items"][int(token.notes["index"])]
        step.set_local(token, {loop.input_element: item})


def _meet(step: Step) -> None:
    """A join that has lost a flow may have everybody now."""
    for token in list(step.tree.tasks.values()):
        if isinstance(token.task_spec, MeetingGateway) and token.has_state(TaskState.WAITING):
            token.task_spec._update(token)


def _opened(content: bytes) -> dict[str, Any]:
    return in_present_format(json.loads(decompress(content)))


def _closed(data: dict[str, Any]) -> bytes:
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=False)
    return compress(text.encode(), level=LEVEL)


__all__ = ["CannotMigrate", "Obstacle", "is_where_it_was", "migrate", "moved_state", "undo"]
