"""What rows of process instances have to say, told anew from events alone.

Which version an instance began with, who called it and by which message it began are in its first event
since releases that write them there; of one that is older they are not told.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flowcase import events, model
from flowcase.cases import events as cases
from flowcase.history.heard import NOT_TOLD, OF_NO_INSTANCE, Flow, Heard, Subject, case_of


@dataclass(frozen=True)
class Instance:
    stream: str
    process: str
    definition: str
    parent: str | None
    parent_element_instance: str | None
    depth: int
    case_code: str | None
    rule_set: str | None
    start_key: str | None
    started_at: dt.datetime
    status: str = "active"
    ended_at: dt.datetime | None = None
    end_elements: list[str] | None = None
    migrated_version: int | None = None


TOLD: dict[str, type[Instance]] = {"instance": Instance}
_AT_FIRST = ("definition", "case_code", "parent", "parent_element_instance", "depth", "rule_set", "start_key")
_ENDS = (model.InstanceCompleted, model.InstanceCancelled, model.InstanceFailed)
_OF_INSTANCES = (
    model.InstanceStarted,
    model.InstanceMigrated,
    *_ENDS,
    events.InstanceSuspended,
    events.InstanceResumed,
)
KINDS = (*_OF_INSTANCES, cases.CaseRuleSetChanged)
BEGINNINGS = (model.InstanceStarted,)


def about(heard: Heard, running: Iterable[str]) -> Iterable[Subject]:
    """The rows that an event changes; `running` are the instances of its stream that had not ended."""
    if isinstance(heard.event, cases.CaseRuleSetChanged):
        return [("instance", each) for each in running]
    return [("instance", str(heard.instance))] if isinstance(heard.event, _OF_INSTANCES) else []


def follow(running: set[str], heard: Heard) -> None:
    """Keep which instances of a stream run."""
    if isinstance(heard.event, model.InstanceStarted):
        running.add(str(heard.instance))
    elif isinstance(heard.event, _ENDS):
        running.discard(str(heard.instance))


def remember(flows: dict[str | None, Flow], heard: Heard) -> None:
    """Keep of the instances of a stream what their rows repeat."""
    event = heard.event
    if isinstance(event, model.InstanceStarted):
        is_whole = event.definition is not None
        case = event.case_code if is_whole else case_of(heard.stream)
        flows[heard.instance] = Flow(event.process, event.definition if is_whole else NOT_TOLD, case)
    elif isinstance(event, model.InstanceMigrated):
        before = flows.get(heard.instance, OF_NO_INSTANCE)
        flows[heard.instance] = before._replace(definition=event.target)


def begun(heard: Heard) -> Instance:
    event: Any = heard.event
    is_whole = event.definition is not None
    told = {name: getattr(event, name) if is_whole else NOT_TOLD for name in _AT_FIRST}
    case, here = told.pop("case_code"), case_of(heard.stream)
    if case is NOT_TOLD:
        case = here
    elif case is not None and here != case:  # the stream that tells of another rule set is another one
        told["rule_set"] = NOT_TOLD
    return Instance(stream=heard.stream, process=event.process, case_code=case, started_at=heard.at, **told)


def _instance(instance: Instance, heard: Heard) -> Instance:
    event = heard.event
    match event:
        case model.InstanceMigrated():
            version = NOT_TOLD if event.version is None else event.version
            return dataclasses.replace(instance, definition=event.target, migrated_version=version)
        case model.InstanceCompleted():
            return _ended(instance, heard, "completed", event.end_elements)
        case model.InstanceCancelled() | model.InstanceFailed():
            return _ended(instance, heard, "cancelled", ())
        case events.InstanceSuspended():
            return dataclasses.replace(instance, status="suspended")
        case events.InstanceResumed():
            return dataclasses.replace(instance, status="active")
        case cases.CaseRuleSetChanged() if instance.case_code == event.case:
            return dataclasses.replace(instance, rule_set=f"{event.rule_set}:{event.rule_set_version}")
    return instance


def _ended(instance: Instance, heard: Heard, status: str, end_elements: Iterable[str]) -> Instance:
    return dataclasses.replace(instance, status=status, ended_at=heard.at, end_elements=list(end_elements))


AFTER: dict[str, Any] = {"instance": _instance}
