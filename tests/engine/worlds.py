"""The small worlds that walked processes live in: called processes, signals, messages and a clock.

One world for the token game by hand and one for the engine; both are told the same acts and give the same
picture of where everything is.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, deque
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bpmn_ground import Token, Wait
from bpmn_model import ANSWERED, Instance
from random_processes import CHOICE, CODES, KEY, Drawn

from flowcase import model
from flowcase.engine import State, advance
from flowcase.engine.subscriptions import MessageSubscription, PendingTimer, SignalSubscription
from flowcase.modeling.definition import ElementKind, ProcessDefinition

NOW = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
MOST_FOLLOWING = 60  # things that follow from one thing done: signals may wake one another for ever

Path = tuple[tuple[str, int | None], ...]


class TooMuch(Exception):
    """The walk leads nowhere: the process makes ever more of itself."""


@dataclass(frozen=True)
class Act:
    """Something done to the world, by names that all ways share."""

    kind: str
    instance: int = 0
    path: Path = ()
    nth: int = 0  # of the tokens with this path, the oldest first
    event: str = ""  # element whose timer, message or signal it is
    name: str = ""  # start event, code or signal
    choice: int | None = None

    @property
    def variables(self) -> dict[str, Any]:
        return {} if self.choice is None else {CHOICE: self.choice}


class World:
    """What surrounds the instances of one walk; subclasses know how an instance is told and asked."""

    def __init__(self, drawn: Drawn) -> None:
        self.drawn = drawn
        self.now = NOW
        self.instances: list[Any] = []
        self.callers: list[tuple[Any, Any] | None] = []
        self.log: Counter[tuple[str, str, str]] = Counter()  # of the last act
        self._queue: deque[tuple[Any, tuple[Any, ...]]] = deque()

    def do(self, act: Act) -> None:
        self.log = Counter()
        if act.kind == "start":
            self._start(self.drawn.definitions[self.drawn.main], act.variables, act.name or None, None)
        elif act.kind == "signal":
            self._broadcast(act.name, act.variables)
        else:
            self._do(act)
        for _ in range(MOST_FOLLOWING):
            if not self._queue:
                return
            instance, happening = self._queue.popleft()
            self._follow(instance, *happening)
        raise TooMuch

    def _start(self, definition: ProcessDefinition, variables: Any, at: str | None, caller: Any) -> None:
        instance = self.new(definition, is_called=caller is not None)
        self.instances.append(instance)
        self.callers.append(caller)
        self.begin(instance, at, variables)

    def _follow(self, instance: Any, kind: str, *about: Any) -> None:
        if kind == "call":
            token, process, variables = about
            if self.is_there(instance, token):
                self._start(self.drawn.definitions[process], variables, None, (instance, token))
        elif kind == "uncall":
            for at, caller in enumerate(self.callers):
                if caller == (instance, about[0]) and self.status(self.instances[at]) == "active":
                    self.cancel(self.instances[at])
        elif kind == "signal":
            self._broadcast(about[0], {})
        elif kind == "message":
            reached = set()  # each process takes a message once
            for each, wait in self._listening("message", about[0]):
                if self.process(each) not in reached and self.still_waits(each, wait):
                    reached.add(self.process(each))
                    self.happen(each, wait, {})
        elif (caller := self.callers[self.instances.index(instance)]) and self.is_there(*caller):
            if kind == "completed":
                self.answer(*caller, about[0])
            elif kind == "failed":
                self.error(*caller, about[0])
            elif kind == "escalation":
                self.escalate(*caller, about[0])

    def _broadcast(self, name: str, variables: dict[str, Any]) -> None:
        for instance, wait in self._listening("signal", name):
            if self.still_waits(instance, wait):
                self.happen(instance, wait, variables)

    def _listening(self, kind: str, name: str) -> list[tuple[Any, Any]]:
        return [(each, wait) for each in self.instances for wait in self.waits(each, kind, name)]

    def tell(self, instance: Any, happenings: list[tuple[Any, ...]]) -> None:
        self._queue.extend((instance, happening) for happening in happenings)


class ByHand(World):
    """The world of the token game."""

    def new(self, definition: ProcessDefinition, *, is_called: bool) -> Instance:
        return Instance(definition, is_called=is_called)

    def _told(self, instance: Instance, do: Any, *arguments: Any) -> None:
        instance.now = self.now
        do(*arguments)
        self.tell(instance, instance.outbox)
        self.log.update(instance.log)
        instance.outbox, instance.log = [], Counter()

    def begin(self, instance: Instance, at: str | None, variables: dict[str, Any]) -> None:
        self._told(instance, instance.start, at, variables)

    def answer(self, instance: Instance, token: Token, variables: dict[str, Any]) -> None:
        if token.element.kind is ElementKind.BUSINESS_RULE_TASK:
            variables = {"result": variables.get(CHOICE)}
        self._told(instance, instance.answer, token, variables)

    def error(self, instance: Instance, token: Token, code: str) -> None:
        self._told(instance, instance.error, token, code)

    def escalate(self, instance: Instance, token: Token, code: str) -> None:
        self._told(instance, instance.escalate, token, code)

    def happen(self, instance: Instance, wait: Wait, variables: dict[str, Any]) -> None:
        self._told(instance, instance.happen, wait, variables)

    def cancel(self, instance: Instance) -> None:
        self._told(instance, instance.cancel)

    def status(self, instance: Instance) -> str:
        return instance.status

    def process(self, instance: Instance) -> str:
        return instance.definition.id

    def is_there(self, instance: Instance, token: Token) -> bool:
        return instance.status == "active" and token.status in ("waiting", "stuck")

    def still_waits(self, instance: Instance, wait: Wait) -> bool:
        return wait in instance.waits

    def waits(self, instance: Instance, kind: str, name: str = "") -> list[Wait]:
        found = [wait for wait in instance.waits if wait.kind == kind and name in ("", wait.name)]
        return sorted(found, key=lambda wait: wait.number)

    def _do(self, act: Act) -> None:
        instance = self.instances[act.instance]
        if act.kind == "cancel":
            self.cancel(instance)
            return
        token = [each for each in instance.tokens() if each.path() == act.path][act.nth] if act.path else None
        if act.kind == "answer":
            self.answer(instance, token, act.variables)
        elif act.kind == "error":
            self.error(instance, token, act.name)
        elif act.kind == "escalate":
            self.escalate(instance, token, act.name)
        elif act.kind == "fail":
            self._told(instance, instance.fail, token)
        elif act.kind == "retry":
            self._told(instance, instance.retry, token)
        else:
            found = [w for w in self.waits(instance, act.kind) if w.token is (token or instance.root)]
            wait = next(wait for wait in found if wait.event.id == act.event)
            self.now = max(self.now, wait.due_at) if wait.due_at else self.now
            self.happen(instance, wait, act.variables)

    def picture(self) -> dict[str, Any]:
        seen: dict[str, Any] = {}
        for number, instance in enumerate(self.instances):
            tokens = instance.tokens()
            seen[f"{number} status"] = (instance.status, instance.ends)
            seen[f"{number} tokens"] = sorted(repr((token.path(), token.status)) for token in tokens)
            seen[f"{number} waits"] = sorted(
                repr((wait.token.path(), wait.event.id, wait.kind, wait.name, wait.due_at))
                for wait in instance.waits
            )
            scopes = [((), instance.root.variables)] + [(token.path(), token.variables) for token in tokens]
            seen[f"{number} variables"] = sorted(
                repr((path, sorted(variables.items()))) for path, variables in scopes if variables
            )
        return seen

    def possible(self) -> list[Act]:
        """Everything that could happen next; a timer only when no other is due before it."""
        found: list[Act] = []
        due: list[tuple[dt.datetime, Act]] = []
        signals: set[str] = set()
        for number, instance in enumerate(self.instances):
            if instance.status != "active":
                continue
            count: Counter[Path] = Counter()
            nths: dict[int, int] = {}
            for token in instance.tokens():
                path = token.path()
                nths[id(token)] = count[path]
                place = {"instance": number, "path": path, "nth": count[path]}
                count[path] += 1
                if token.status not in ("waiting", "stuck") or token.role == "body":
                    continue
                kind = token.element.kind
                if kind in ANSWERED - {ElementKind.CALL_ACTIVITY}:
                    found += [Act("answer", **place)] * 3
                    if kind is ElementKind.SERVICE_TASK:
                        found.append(Act("retry" if token.status == "stuck" else "fail", **place))
                        for code in CODES:
                            found += [Act("error", **place, name=code), Act("escalate", **place, name=code)]
            for wait in instance.waits:
                path, nth = wait.token.path(), nths.get(id(wait.token), 0)
                act = Act(wait.kind, number, path, nth, event=wait.event.id)
                if wait.kind == "timer":
                    due.append((wait.due_at, act))
                elif wait.kind == "signal":
                    signals.add(wait.name)
                else:
                    found.append(act)
        found += [act for at, act in due if at == min(due, key=lambda each: each[0])[0]]
        found += [Act("signal", name=name) for name in sorted(signals)]
        return found


@dataclass(eq=False)
class Run:
    """One process instance of the engine."""

    definition: ProcessDefinition
    is_called: bool
    state: State | bytes | None = None
    opened: State | None = None  # the same, for looking


class ByEngine(World):
    """The world of the real engine; what it tells must not depend on saving or pruning."""

    def __init__(self, drawn: Drawn, *, saves: bool, prunes: bool) -> None:
        super().__init__(drawn)
        self.saves, self.prunes = saves, prunes
        self.events: list[model.Event] = []  # of the last act
        self.largest = 0  # saved state, in bytes

    def do(self, act: Act) -> None:
        self.events = []
        super().do(act)

    def new(self, definition: ProcessDefinition, *, is_called: bool) -> Run:
        return Run(definition, is_called)

    def command(self, run: Run, command: model.Command) -> None:
        done = advance(run.definition, run.state, command, now=self.now, facts={KEY: KEY})
        run.opened = run.state = done.state
        run.opened.tree.prunes = self.prunes
        if self.saves:
            run.state = done.state.to_bytes()
            self.largest = max(self.largest, len(run.state))
            run.opened = State.from_bytes(run.state, run.definition)
        self.events += done.events
        for event in done.events:
            self._tell_what_happened(run, event)

    def _tell_what_happened(self, run: Run, event: model.Event) -> None:
        match event:
            case model.ElementEntered() | model.ElementCompleted() | model.ElementCancelled():
                what = type(event).__name__.removeprefix("Element").lower()
                looped = run.definition.elements[event.element].loop
                role = "body" if event.kind.endswith("Body") else "instance" if looped else ""
                self.log[what, event.element, role] += 1
            case model.CallRequested():
                self.tell(run, [("call", event.element_instance, event.process, event.variables)])
            case model.CallCancelled():
                self.tell(run, [("uncall", event.element_instance)])
            case model.SignalBroadcast():
                self.tell(run, [("signal", event.name)])
            case model.MessagePublished():
                self.tell(run, [("message", event.name, event.correlation_key)])
            case model.EscalationThrown(caught_by=None):
                self.tell(run, [("escalation", event.code)])
            case model.InstanceCompleted():
                self.tell(run, [("completed", event.variables)])
            case model.InstanceFailed():
                self.tell(run, [("failed", event.code)])

    def begin(self, run: Run, at: str | None, variables: dict[str, Any]) -> None:
        command = model.StartInstance(
            variables=_counted(variables), start_element=at, is_called=run.is_called
        )
        self.command(run, command)

    def answer(self, run: Run, token: str, variables: dict[str, Any]) -> None:
        if run.opened.tree.tasks[token].task_spec.element.kind is ElementKind.BUSINESS_RULE_TASK:
            variables = {"result": variables.get(CHOICE)}
        self.command(run, model.CompleteElement(element_instance=token, variables=_counted(variables)))

    def error(self, run: Run, token: str, code: str) -> None:
        self.command(run, model.ThrowError(element_instance=token, code=code))

    def escalate(self, run: Run, token: str, code: str) -> None:
        self.command(run, model.ThrowEscalation(element_instance=token, code=code))

    def happen(self, run: Run, wait: Any, variables: dict[str, Any]) -> None:
        if isinstance(wait, PendingTimer):
            self.command(run, model.FireTimer(timer=wait.key))
            return
        deliver = model.DeliverMessage if isinstance(wait, MessageSubscription) else model.DeliverSignal
        self.command(run, deliver(subscription=wait.key, variables=_counted(variables)))

    def cancel(self, run: Run) -> None:
        self.command(run, model.CancelInstance(reason="walk"))

    def status(self, run: Run) -> str:
        return run.opened.status.value

    def process(self, run: Run) -> str:
        return run.definition.id

    def is_there(self, run: Run, token: str) -> bool:
        found = run.opened.tree.tasks.get(token)
        return self.status(run) == "active" and found is not None and not found.is_finished

    def still_waits(self, run: Run, wait: Any) -> bool:
        return wait.key in run.opened.subscriptions

    def waits(self, run: Run, kind: str, name: str = "") -> list[Any]:
        found = [each for each in run.opened.subscriptions.values() if isinstance(each, _KINDS[kind])]
        found = [each for each in found if not name or each.name == name]
        return sorted(found, key=lambda each: int(each.key[1:]))

    def _do(self, act: Act) -> None:
        run = self.instances[act.instance]
        if act.kind == "cancel":
            self.cancel(run)
            return
        tokens = _tokens(run.opened)
        host = [key for key, path in tokens if path == act.path][act.nth] if act.path else "0"
        if act.kind == "answer":
            self.answer(run, host, act.variables)
        elif act.kind == "error":
            self.error(run, host, act.name)
        elif act.kind == "escalate":
            self.escalate(run, host, act.name)
        elif act.kind == "fail":
            why = {"kind": model.IncidentKind.JOB_FAILED, "message": "walk"}
            self.command(run, model.FailElement(element_instance=host, **why))
        elif act.kind == "retry":
            self.command(run, model.RetryElement(element_instance=host))
        else:
            wait = next(w for w in self.waits(run, act.kind) if (w.host, w.element) == (host, act.event))
            self.now = max(self.now, wait.due_at) if act.kind == "timer" else self.now
            self.happen(run, wait, act.variables)

    def picture(self) -> dict[str, Any]:
        seen: dict[str, Any] = {}
        for number, run in enumerate(self.instances):
            state, tokens = run.opened, _tokens(run.opened)
            paths = {"0": (), **dict(tokens)}
            statuses = {each.element_instance: _STATUSES[each.status] for each in state.waiting()}
            seen[f"{number} status"] = (state.status.value, state.end_elements)
            seen[f"{number} tokens"] = sorted(repr((path, statuses[key])) for key, path in tokens)
            seen[f"{number} waits"] = sorted(
                repr((paths[each.host], each.element, _KIND_OF[type(each)], getattr(each, "name", ""),
                      getattr(each, "due_at", None)))
                for each in state.subscriptions.values()
            )  # fmt: skip
            scopes = [(path, state.variables(key)) for key, path in paths.items()]
            seen[f"{number} variables"] = sorted(
                repr((path, sorted(_plain(variables).items()))) for path, variables in scopes if variables
            )
        return seen


_KINDS = {"timer": PendingTimer, "message": MessageSubscription, "signal": SignalSubscription}
_KIND_OF = {kind: name for name, kind in _KINDS.items()}
_STATUSES = {"active": "waiting", "waiting": "joining", "incident": "stuck"}


def _tokens(state: State) -> list[tuple[str, Path]]:
    """Keys and paths, enclosing ones before what is inside them and the oldest first."""
    found: list[tuple[str, Path]] = []

    def walk(scope: str, path: Path) -> None:
        for token in state.tree.unfinished(scope):
            index = token.notes.get("index")
            inner = (*path, (token.task_spec.id, None if index is None else int(index)))
            found.append((token.key, inner))
            walk(token.key, inner)

    walk("0", ())
    return found


def _counted(variables: Any) -> dict[str, Any]:
    return {
        name: Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value
        for name, value in variables.items()
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value)
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, (list, tuple)) else value
