"""One saved state of each construct, as the release that first knew it wrote it.

`python tests/engine/saved_states.py` writes those that are missing; what is there is never written anew,
since such instances are out there. Each is a JSON file with the state and with what must come of it, and
beside it the diagram as it was then.
"""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))

from zoneinfo import ZoneInfo

from conformance_suite import MONDAY, Construct, constructs

from flowcase import model
from flowcase.engine import State, advance
from flowcase.engine.play import Player
from flowcase.engine.script import Script
from flowcase.engine.subscriptions import MessageSubscription, PendingTimer
from flowcase.modeling import read_bpmn
from flowcase.modeling.definition import ElementKind, ProcessDefinition
from flowcase.values import Value, from_json, to_json

FOLDER = Path(__file__).parent / "saved_states"
ANSWERED = {
    ElementKind.USER_TASK, ElementKind.SERVICE_TASK, ElementKind.SEND_TASK, ElementKind.BUSINESS_RULE_TASK,
    ElementKind.CALL_ACTIVITY,
}  # fmt: skip
ZONE = "Europe/Copenhagen"


class Recorder(Player):
    """Plays a construct and keeps every state that is saved on the way."""

    def __init__(self, definitions: Mapping[str, ProcessDefinition], answers: Mapping[str, Any]) -> None:
        super().__init__(
            definitions,
            script=Script(answers, start=MONDAY, zone=ZoneInfo(ZONE)),
            start=MONDAY,
            decide=None,
            facts={},
            zone=ZONE,
            is_working_day=None,
            saves=True,
        )
        self.kept: list[tuple[int, bytes]] = []  # how much is in it, and what

    def command(self, instance: Any, command: Any) -> None:
        super().command(instance, command)
        if instance.id == "1" and instance.opened().status is model.InstanceStatus.ACTIVE:
            state = instance.opened()
            self.kept.append((len(state.waiting()) + len(state.subscriptions), instance.state))


def richest(construct: Construct) -> bytes | None:
    """The state in which most is waited for; None when the construct never waits."""
    processes = read_bpmn(construct.content, f"{construct.name}.bpmn").processes
    recorder = Recorder({each.id: each for each in processes}, construct.answers)
    recorder.run(processes[0].id, from_json(dict(construct.given)), None)
    return max(recorder.kept, key=lambda kept: kept[0], default=(0, None))[1]


def picture(state: State) -> dict[str, Any]:
    """What is in a state, in the words of JSON."""
    return {
        "status": state.status.value,
        "positions": [[each.element, each.element_instance, each.status] for each in state.waiting()],
        "waits": [[each.key, each.element, each.host] for each in state.subscriptions.values()],
        "variables": to_json(dict(state.variables())),
    }


def walked_to_its_end(
    definition: ProcessDefinition, saved: bytes, answers: Mapping[str, Any]
) -> tuple[list[str], State]:
    """Do the first thing that is possible until nothing is; the elements entered, and the last state."""
    entered: list[str] = []
    now = MONDAY
    for _ in range(100):
        state = State.from_bytes(saved, definition)
        command = next(_possible(state, definition, answers), None)
        if state.status is not model.InstanceStatus.ACTIVE or command is None:
            return entered, state
        if isinstance(command, model.FireTimer):
            now = max(now, state.subscriptions[command.timer].due_at)
        done = advance(definition, saved, command, now=now, zone=ZONE)
        entered += [event.element for event in done.events if isinstance(event, model.ElementEntered)]
        saved = done.state.to_bytes()
    raise AssertionError("it goes on for ever")


def _possible(
    state: State, definition: ProcessDefinition, answers: Mapping[str, Any]
) -> Iterator[model.Command]:
    """Each thing that waits, of the process's own way first, then of the events beside it."""
    for position in state.waiting():
        element = definition.elements[position.element]
        answered = element.kind in ANSWERED or element.job is not None
        if answered and not state.tree.members.get(position.element_instance):
            values = _answer(answers, element.id)
            yield model.CompleteElement(element_instance=position.element_instance, variables=values)
    for wait in sorted(state.subscriptions.values(), key=lambda each: isinstance(each, PendingTimer)):
        if isinstance(wait, PendingTimer):
            yield model.FireTimer(timer=wait.key)
        elif isinstance(wait, MessageSubscription):
            yield model.DeliverMessage(subscription=wait.key)
        else:
            yield model.DeliverSignal(subscription=wait.key)


def _answer(answers: Mapping[str, Any], element: str) -> Mapping[str, Value]:
    told = answers.get(element) or {}
    told = told[0] if isinstance(told, list) else told
    return from_json(dict(told.get("variables", {}))) if isinstance(told, dict) else {}


def write_missing() -> list[str]:
    """Names of what was written."""
    written = []
    FOLDER.mkdir(exist_ok=True)
    for construct in constructs():
        file = FOLDER / f"{construct.name}.json"
        saved = None if file.exists() else richest(construct)
        if saved is None:
            continue
        definition = read_bpmn(construct.content, f"{construct.name}.bpmn").processes[0]
        entered, last = walked_to_its_end(definition, saved, construct.answers)
        content = {
            "construct": construct.title,
            "state": base64.b64encode(saved).decode(),
            "holds": picture(State.from_bytes(saved, definition)),
            "answers": construct.answers,
            "entered_afterwards": entered,
            "ends_as": picture(last),
        }
        file.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        file.with_suffix(".bpmn").write_bytes(construct.content)
        written.append(construct.name)
    return written


def sizes() -> list[tuple[int, str]]:
    """Bytes at rest of each construct's state, the largest first."""
    found = []
    for file in sorted(FOLDER.glob("*.json")):
        told = json.loads(file.read_text(encoding="utf-8"))
        found.append((len(base64.b64decode(told["state"])), told["construct"]))
    return sorted(found, reverse=True)


if __name__ == "__main__":
    print("\n".join(write_missing()) or "nothing is missing")
    print("\n".join(f"{size:6} bytes  {construct}" for size, construct in sizes()))
