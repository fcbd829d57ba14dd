"""What starts processes by itself, where it says otherwise than the history or the diagram in force.

Timers of start events are told by the installation's stream. Which message or signal starts what follows from
the newest version of each diagram: who took such a row away would let notifications begin nothing.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from flowcase import events
from flowcase.errors import FlowcaseError
from flowcase.history.heard import NOT_TOLD
from flowcase.history.retold import Deployed
from flowcase.model import TimerStatus
from flowcase.modeling import read_bpmn
from flowcase.modeling.definition import ElementKind, MessageEvent, SignalEvent
from flowcase.services.proving.altered_row import AlteredRow, compared
from flowcase.services.proving.told_of_installation import Told
from flowcase.store import INSTALLATION, Tx
from flowcase.store.queries import as_kept_starts as as_kept
from flowcase.store.queries.as_kept_starts import StartEvent, StartTimer

KINDS = (events.StartTimerScheduled, events.StartTimerFired, events.StartTimerCancelled)
_MAY_BEGIN_BY_ITSELF = re.compile(
    rb"startEvent\b[^>]*>.{0,20000}?(?:message|signal)EventDefinition", re.DOTALL
)
LONGEST_PUT_OFF = dt.timedelta(days=1)  # more than the longest pause between tries, and than clocks go wrong


@dataclass
class Starts:
    """What is told of timers that begin processes."""

    timers: dict[str, StartTimer] = field(default_factory=dict)

    def listen(self, told: Told) -> None:
        _, at, event = told
        _tell(self.timers, at, event)


def find(
    tx: Tx, starts: Starts, deployed: Mapping[str, Deployed], suspended: Collection[str]
) -> Iterator[AlteredRow]:
    """`suspended` are processes and versions, as the history tells it."""
    yield from compared("start timer", as_kept.start_timers(tx), starts.timers)
    for id, held in as_kept.start_timers_waiting(tx).items():
        definition = held.definition or ""
        is_suspended = definition in suspended or definition.rpartition(":")[0] in suspended
        if held.is_held != is_suspended:
            what = "is held, and its process is not suspended"
            yield AlteredRow("start timer", id, "is not held" if is_suspended else what)
        elif is_put_off(held.due_at, held.try_at, tx.now):
            yield AlteredRow("start timer", id, "is put off by nothing")
    yield from compared(
        "start event", as_kept.start_events(tx), _drawn(tx, deployed), made_up="none is drawn"
    )


def is_put_off(due_at: dt.datetime, try_at: dt.datetime, now: dt.datetime) -> bool:
    """Whether a timer would go off early, or long after it is due: a failed try puts it off by an hour."""
    return try_at < due_at or try_at > max(due_at, now + LONGEST_PUT_OFF)


def _tell(told: dict[str, StartTimer], at: dt.datetime, event: object) -> None:
    match event:
        case events.StartTimerScheduled():
            id = _id(event.process, event.element)
            told[id] = StartTimer(
                timer=event.element,
                process=event.process,
                element=event.element,
                stream=INSTALLATION,
                created_at=told[id].created_at if id in told else at,
                definition=event.definition,
                kind=event.kind,
                catch_up=event.catch_up,
                repetitions_left=event.repetitions_left,
                due_at=event.due_at,
                status=TimerStatus.PENDING,
            )
        case events.StartTimerFired() | events.StartTimerCancelled():
            id = _id(event.process, event.element)
            is_fired = isinstance(event, events.StartTimerFired)
            status = TimerStatus.FIRED if is_fired else TimerStatus.CANCELLED
            if id in told:
                told[id] = replace(told[id], status=status, ended_at=at)


def _id(process: str, element: str) -> str:
    return f"start:{process}:{element}"


@dataclass(frozen=True)
class _Version:
    number: int
    hash: str


def _drawn(tx: Tx, deployed: Mapping[str, Deployed]) -> dict[str, StartEvent]:
    """Of the newest version of each process that is in force, by process and element."""
    newest: dict[str, _Version] = {}
    hashes = as_kept.hashes_of_definitions(tx)
    for each in deployed.values():
        for definition in each.made.definitions if each.made.status == "active" else ():
            process, _, number = definition.rpartition(":")
            if definition in hashes and int(number) > (newest[process].number if process in newest else 0):
                newest[process] = _Version(int(number), hashes[definition])
    found: dict[str, StartEvent] = {}
    contents = as_kept.contents(tx, {each.hash for each in newest.values()})
    for process, version in newest.items():
        content = contents.get(version.hash, b"")
        if _MAY_BEGIN_BY_ITSELF.search(content):
            found |= _of_process(content, process, f"{process}:{version.number}")
    return found


def _of_process(content: bytes, id: str, definition: str) -> dict[str, StartEvent]:
    try:
        process = next(each for each in read_bpmn(content, "").processes if each.id == id)
    except (FlowcaseError, StopIteration):  # its file was altered, which is told of it
        return {}
    found = {}
    for element in process.children(None):
        event = element.event
        if element.kind is ElementKind.START_EVENT and isinstance(event, MessageEvent | SignalEvent):
            kind = "message" if isinstance(event, MessageEvent) else "signal"
            is_global = isinstance(event, SignalEvent) and event.is_global
            name = (
                event.name.text if event.name.is_static else NOT_TOLD
            )  # by what was a fact at the deployment
            found[f"{id}:{element.id}"] = StartEvent(definition, kind, name, is_global)
    return found
