"""What a play shows: what can happen now, what has happened, and where the tokens are. JSON throughout."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import json
from collections.abc import Iterator, Mapping
from typing import Any

from flowcase.errors import FlowcaseError, NotFound
from flowcase.events import DecisionEvaluated
from flowcase.history.story import Recorded, consulted, tell
from flowcase.job_types import Side
from flowcase.scenarios.differences import plain
from flowcase.scenarios.playing import Play
from flowcase.scenarios.running import reached
from flowcase.scenarios.scene import NARRATOR
from flowcase.scenarios.world import Happened, World
from flowcase.services.auditing.history import Names
from flowcase.services.case_files.notifications import STAFF_FORM
from flowcase.services.definitions import Definitions
from flowcase.store.queries import awaited, resources
from flowcase.values import to_json

MOST_LINES = 300  # of the story, the newest
MOST_VALUE = 400  # characters of a value

_definitions = Definitions()


def look(play: Play, language: str) -> dict[str, Any]:
    """Everything at once; `since` marks what the last act brought."""
    world = play.story.look()
    since = len(world.history) if not play.done else play.done[-1].before.events
    elements, flows = reached(world)
    waiting = [row for row in world.instances.values() if row.status != "completed"]
    instances = [play.flow.instances.get(row.id) for row in waiting[:100]]
    here: dict[str, list[str]] = {}
    for instance in instances:
        here.setdefault(instance.process, []).extend(instance.active_elements)
    found: dict[str, Any] = {
        "now": play.flow.clock.now().isoformat(),
        "tasks": [_task(play, row) for row in world.user_tasks],
        **_awaited(play),
        "timers": [
            {
                "due": row.due_at.isoformat(),
                "process": row.process,
                "element": row.element,
                "case": row.case_code,
            }
            for row in play.flow.timers.list()
        ],
        "jobs": [
            {
                "type": row.type,
                "process": row.process,
                "element": row.element,
                "try_at": row.try_at.isoformat(),
            }
            for row in world.jobs
            if row.status == "pending"
        ],
        "outside": _outside(play),
        "incidents": [
            {"process": row.process, "element": row.element, "case": row.case_code, "message": row.message}
            for row in world.incidents
        ],
        "deadlines": [_deadline(row, play.start.deadlines) for row in world.deadlines],
        "decisions": list(_decisions(play, world, since, language))[-60:],
        "notices": [
            _notice(one, number >= since)
            for number, one in enumerate(world.history)
            if one.kind == "NoticeSent" and number >= play.start.events
        ][-60:],
        "mails": list(_mails(play)),
        "story": list(_story(play, world, since, language))[-MOST_LINES:],
        "facts": {code: _shown(play.flow.cases.facts(code) or {}) for code in _cases(play, world)},
        "instances": [
            {
                "process": instance.process,
                "name": instance.name,
                "case": instance.case_code,
                "here": [instance.element_names.get(each) or each for each in instance.active_elements],
                "variables": _shown(instance.variables),
            }
            for instance in instances
        ],
        "ended": sorted({row.process for row in world.instances.values() if row.status == "completed"}),
        "elements": {process: sorted(those) for process, those in elements.items()},
        "flows": {process: sorted(those) for process, those in flows.items()},
        "here": {process: sorted(set(those)) for process, those in here.items()},
    }
    for kind in ("timers", "jobs", "incidents", "messages", "signals", "starts"):
        for one in found[kind]:
            one["flow"], one["called"] = _called(play, one["process"], one["element"])
    found["flows_called"] = {process: _called(play, process, "")[0] for process in elements}
    return found


def user_task(play: Play, id: str, person: str) -> dict[str, Any]:
    """What the page of a form needs. Raises NotFound, and Forbidden for a person who may not."""
    task = play.flow.user_tasks.get(id, actor=play.flow.people.actor(person))
    return {
        "name": task.row.name,
        "process": task.row.process,
        "element": task.row.element,
        "case": task.row.case_code,
        "due": task.row.due_at.isoformat() if task.row.due_at else None,
        "is_open": task.row.status == "open",
        "form": task.form.id if task.form else None,
        "facts": {name: to_json(value) for name, value in task.facts.items()},
        "prefilled": {name: to_json(value) for name, value in task.prefilled.items()},
        "instruction": task.instruction,
        "instruction_en": getattr(task.instruction, "english", ""),
        "withheld": list(task.view.withheld),
        "because": list(task.view.because),
    }


def start_page(play: Play, process: str, case: str | None, person: str) -> dict[str, Any]:
    """The same of a form by which somebody starts a process."""
    page = play.flow.startable_flows.page(process, case=case, actor=play.flow.people.actor(person))
    return {
        "name": page.flow.name,
        "process": process,
        "case": case,
        "form": page.form.id if page.form else None,
        "facts": {name: to_json(value) for name, value in page.facts.items()},
        "prefilled": {name: to_json(value) for name, value in page.prefilled.items()},
        "instruction": page.flow.purpose,
        "instruction_en": page.flow.purpose_en,
    }


def notification_page() -> dict[str, Any]:
    """The form by which a notification comes in."""
    return {"name": "", "form": STAFF_FORM, "facts": {}, "prefilled": {}}


def _task(play: Play, row: Any) -> dict[str, Any]:
    who = [person["id"] for person in play.variant.people if _may(play, row, person["id"])]
    return {
        "id": row.id,
        "name": row.name,
        "process": row.process,
        "element": row.element,
        "case": row.case_code,
        "assignee": row.assignee,
        "groups": list(row.candidate_groups),
        "due": row.due_at.isoformat() if row.due_at else None,
        "who": who,
    }


def _may(play: Play, row: Any, person: str) -> bool:
    actor = play.flow.people.actor(person)
    return row.assignee == actor.id or play.story.may(row, actor)


def _called(play: Play, process: str, element: str) -> tuple[str, str]:
    """What the diagram calls a process and an element of it."""
    with play.flow.store.reading(play.flow.clock.now()) as tx:
        row = resources.definition_of(tx, process)
        if row is None:
            return process, element
        drawn = _definitions.process(tx, row.id)
    name = drawn.elements[element].name if element in drawn.elements else ""
    return row.name or process, name or element


def _awaited(play: Play) -> dict[str, Any]:
    with play.flow.store.reading(play.flow.clock.now()) as tx:
        messages = awaited.awaited_messages(tx)
        signals = awaited.awaited_signals(tx)
        starts = awaited.start_events(tx)

    def case_of(stream: str) -> str | None:
        return stream.removeprefix("case:") if stream.startswith("case:") else None

    return {
        "messages": [
            {
                "process": row.process,
                "element": row.element,
                "name": row.name,
                "key": row.key,
                "case": case_of(row.stream),
            }
            for row in messages
        ],
        "signals": [
            {"process": row.process, "element": row.element, "name": row.name, "case": case_of(row.stream)}
            for row in signals
        ],
        "starts": [
            {"process": row.process, "element": row.element, "kind": row.kind, "name": row.name}
            for row in starts
        ],
        "startable": list(_startable(play)),
    }


def _startable(play: Play) -> Iterator[dict[str, Any]]:
    """What each person may start by hand, in each case and outside of any; the first person who may."""
    offered: dict[tuple[str, str | None], dict[str, Any]] = {}
    for person in play.variant.people:
        actor = play.flow.people.actor(person["id"])
        for case in (None, *play.variant.cases):
            try:
                found = play.flow.startable_flows.list(case=case, actor=actor)
            except FlowcaseError:  # no such case yet, or not this person's
                continue
            for flow in found:
                one = offered.setdefault(
                    (flow.process, case),
                    {"process": flow.process, "name": flow.name, "case": case, "who": []},
                )
                one["who"].append(person["id"])
    yield from offered.values()


def _outside(play: Play) -> list[dict[str, Any]]:
    """The job types that the played diagrams hand out, with what their next job comes to."""
    handlers = play.flow.handlers
    return [
        {
            "type": type,
            "next": play.replies.ahead(type),
            "errors": [each.code for each in handlers[type].errors],
        }
        for type in sorted(handlers)
        if handlers[type].side is Side.OUTSIDE
    ]


def _deadline(row: Any, before: Mapping[str, str]) -> dict[str, Any]:
    return {
        "timer": row.rule,
        "case": row.case_code or row.subject,
        "due": row.due_at.isoformat(),
        "state": row.status,
        "rule_set": row.rule_set,
        "days_late": row.days_late or 0,
        "was_there": row.id in before,
    }


def _decisions(play: Play, world: World, since: int, language: str) -> Iterator[dict[str, Any]]:
    with play.flow.store.reading(play.flow.clock.now()) as tx:
        names = Names(tx, _definitions)
        for number, one in enumerate(world.history):
            if number < play.start.events or not isinstance(one.event, DecisionEvaluated):
                continue
            said = consulted(one.event, names, language)
            yield {
                "at": one.at.isoformat(),
                "decision": one.event.decision,
                "called": said.table,
                "asked": [{"column": column, "said": _text(value)} for column, value in said.asked],
                "rows": said.rows,
                "result": _text(said.answer),
                "case": one.get("case") or None,
                "is_new": number >= since,
            }


def _notice(one: Happened, is_new: bool) -> dict[str, Any]:
    return {
        "at": one.at.isoformat(),
        "kind": one.event.__dict__.get("kind"),
        "text": one.get("text"),
        "to": sorted({*(one.get("groups") or ()), *(one.get("people") or ())}),
        "case": one.get("case"),
        "is_new": is_new,
    }


def _mails(play: Play) -> Iterator[dict[str, Any]]:
    for file in sorted(play.mails.glob("*.eml")):
        message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        body = message.get_body(("plain",))
        yield {
            "to": str(message["To"]),
            "subject": str(message["Subject"]),
            "text": str(body.get_content()) if body is not None else "",
        }


def _story(play: Play, world: World, since: int, language: str) -> Iterator[dict[str, Any]]:
    with play.flow.store.reading(play.flow.clock.now()) as tx:
        names = Names(tx, _definitions)
        for number, one in enumerate(world.history):
            if number < play.start.events:
                continue
            case = world.case_of(one) or (one.stream if one.stream.startswith("notification:") else None)
            recorded = Recorded(one.at, one.actor, one.event, one.instance)
            for line in tell([recorded], names, language=language):
                yield {
                    "at": line.at.isoformat(),
                    "who": "" if line.who == NARRATOR.id else line.who,
                    "text": line.text,
                    "case": case,
                    "process": world.process_of(one),
                    "is_new": number >= since,
                }


def _cases(play: Play, world: World) -> list[str]:
    codes = dict.fromkeys(row.case_code for row in world.instances.values() if row.case_code)
    return [code for code in dict.fromkeys((*play.variant.cases, *codes)) if _is_open(play, code)]


def _is_open(play: Play, code: str) -> bool:
    try:
        return play.flow.cases.facts(code) is not None
    except NotFound:
        return False


def _shown(values: Mapping[str, Any]) -> dict[str, str]:
    return {name: _text(value) for name, value in sorted(values.items()) if value is not None}


def _text(value: Any) -> str:
    found = plain(value)
    text = found if isinstance(found, str) else json.dumps(found, ensure_ascii=False, default=_moment)
    return text if len(text) <= MOST_VALUE else text[:MOST_VALUE] + " …"


def _moment(value: Any) -> str:
    return value.isoformat() if isinstance(value, dt.datetime | dt.date | dt.time) else str(value)
