"""Holds what a step expects against what is true; says for each difference what came instead."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from flowcase.scenarios.differences import NUMBER, TIMES, Difference, Said, as_json, in_english, plain
from flowcase.scenarios.world import Happened, World

LOCAL = ZoneInfo("Europe/Copenhagen")


@dataclass(frozen=True)
class Refusal:
    """Why a step was refused."""

    rules: tuple[str, ...]
    fields: tuple[str, ...]
    sentence: str
    errors: Mapping[str, Sequence[str]] = field(default_factory=dict)  # by field, of wrong values
    kind: str = ""  # Refused, InvalidValues, Forbidden, Conflict
    because: str = ""  # in Danish, of a rule that refuses


def compare(
    world: World,
    expect: Mapping[str, Any],
    expect_not: Mapping[str, Any],
    refusals: Sequence[Refusal],
    told: Collection[str] = (),
) -> list[Difference]:
    """Every difference; a refusal or an incident that nobody expected is one as well.

    `told` are the ids of the incidents that earlier steps brought.
    """
    found: list[Difference] = []
    for kind, items in expect.items():
        for item in items:
            found += _expected(world, kind, item, refusals)
    for kind, items in expect_not.items():
        for item in items:
            found += _not_expected(world, kind, item, refusals)
    if refusals and not expect.get("refusals"):
        found += [
            Difference("refusals", Said("carried_out"), [Said("is_refused", _refusal(one).given)])
            for one in refusals
        ]
    new: dict[str, list[Said]] = {}
    for one in world.incidents:
        expected = any(_is_such_incident(one, item) for item in expect.get("incidents", ()))
        if one.id not in told and not expected:
            new.setdefault(in_english(_incident(one)), []).append(_incident(one))
    found += [
        Difference("incidents", Said("all_go_on"), [*_times(len(same_ones)), same_ones[0]])
        for same_ones in new.values()
    ]
    return found


def _times(count: int) -> list[Said]:
    return [Said(TIMES, {"count": count})] if count > 1 else []


def _expected(
    world: World, kind: str, item: Mapping[str, Any], refusals: Sequence[Refusal]
) -> list[Difference]:
    matching, near, tell = _look(world, kind, item, refusals)
    count = item.get("count")
    if (count is None and matching) or (count is not None and len(matching) == count):
        return []
    came = [tell(one) for one in (matching or near)[:6]]
    if count is not None:
        came = [Said(NUMBER, {"count": len(matching)}), *came]
    return [Difference(kind, Said("item", {"item": as_json(item)}), came or [Said("nothing")])]


def _not_expected(
    world: World, kind: str, item: Mapping[str, Any], refusals: Sequence[Refusal]
) -> list[Difference]:
    matching, _, tell = _look(world, kind, item, refusals)
    return (
        [Difference(kind, Said("not_item", {"item": as_json(item)}), [tell(one) for one in matching[:6]])]
        if matching
        else []
    )


def _look(
    world: World, kind: str, item: Mapping[str, Any], refusals: Sequence[Refusal]
) -> tuple[list[Any], list[Any], Callable[[Any], Said]]:
    """What matches the item, what nearly does (to be told on a difference), and how to tell it."""
    if kind == "refusals":
        hits = [one for one in refusals if _refused_so(one, item)]
        return hits, list(refusals), _refusal
    return _CHECKS[kind](world, item)


# --- one function per kind of expectation ----------------------------------------------------------


def _tasks(world: World, item: Mapping[str, Any]) -> Any:
    def is_meant(row: Any) -> bool:
        return (
            item.get("process") in (None, row.process)
            and item.get("element") in (None, row.element)
            and item.get("case") in (None, row.case_code)
            and item.get("form") in (None, row.form)
            and (
                "notification" not in item
                or item["notification"] in str(row.stream)
                or _concerns(row, item["notification"])
            )
        )

    def fits(row: Any) -> bool:
        return (
            ("groups" not in item or set(item["groups"]) <= set(row.candidate_groups))
            and ("assignee" not in item or item["assignee"] == row.assignee)
            and ("due" not in item or same_instant(item["due"], row.due_at))
            and ("name" not in item or item["name"] == row.name)
            and ("shows" not in item or _holds(item["shows"], world.shown(row)))
        )

    asked = tuple(item.get("shows", ()))
    near = [row for row in world.user_tasks if is_meant(row)]

    def tell(row: Any) -> Said:
        return _task(row, {name: world.shown(row).get(name) for name in asked} if asked else {})

    return [row for row in near if fits(row)], near or world.user_tasks, tell


def _concerns(row: Any, notification: str) -> bool:
    return getattr(row, "notification", None) == notification


def _deadlines(world: World, item: Mapping[str, Any]) -> Any:
    def is_meant(row: Any) -> bool:
        return (
            row.rule == item["timer"]
            and item.get("case") in (None, row.case_code)
            and item.get("notification") in (None, row.subject)
        )

    def fits(row: Any) -> bool:
        planned = [reminder["planned_at"] for reminder in _plan(row)]
        state = row.status
        return (
            ("due" not in item or same_instant(item["due"], row.due_at))
            and ("state" not in item or item["state"] == state)
            and ("internal_target" not in item or item["internal_target"] == _iso(row.internal_target))
            and ("rule" not in item or item["rule"] in str(row.legal_basis))
            and ("rule_set" not in item or item["rule_set"] == row.rule_set)
            and ("days_late" not in item or item["days_late"] == (row.days_late or 0))
            and ("met_late" not in item or item["met_late"] == bool(row.seconds_late))
            and ("reminded" not in item or item["reminded"] == len(row.reminders))
            and ("reminders" not in item or _same_instants(item["reminders"], planned))
        )

    near = [row for row in world.deadlines if is_meant(row)]
    return [row for row in near if fits(row)], near, _deadline


def _plan(row: Any) -> Sequence[Mapping[str, Any]]:
    return getattr(row, "planned_reminders", None) or row.reminders


def _facts(world: World, item: Mapping[str, Any]) -> Any:
    facts = world.facts(item["case"])
    if facts is None:
        return [], [], lambda _: Said("nothing")
    value = facts.get(item["fact"])
    if "same_as" in item:
        other = world.facts(item["same_as"]) or {}
        is_hit = value is not None and value == other.get(item["fact"])
    else:
        is_hit = same(item["value"], value) if "value" in item else value is not None
    hit = [value] if is_hit else []
    return (
        hit,
        [value],
        lambda one: Said("fact", {"case": item["case"], "fact": item["fact"], "value": as_json(one)}),
    )


def _records(world: World, item: Mapping[str, Any]) -> Any:
    near = world.records(item["entity"], item.get("case"))
    hits = [
        row
        for row in near
        if all(same(wanted, row.values.get(name)) for name, wanted in item.get("values", {}).items())
    ]
    asked = tuple(item.get("values", {}))
    return (
        hits,
        near,
        lambda row: Said(
            "record",
            {"entity": row.entity, "values": {name: as_json(row.values.get(name)) for name in asked}},
        ),
    )


def _messages(world: World, item: Mapping[str, Any]) -> Any:
    seen = list(world.events("MessagePublished", "MessageAccepted"))
    near = [one for one in seen if one.get("name") == item["name"]]
    hits = [one for one in near if item.get("key") in (None, one.get("correlation_key"))]
    return (
        hits,
        near,
        lambda one: Said(
            "message",
            {"name": one.get("name"), "key": as_json(one.get("correlation_key")), "at": _local(one.at)},
        ),
    )


def _notes(world: World, item: Mapping[str, Any]) -> Any:
    near = [one for one in world.events("NoteWritten") if item.get("case") in (None, world.case_of(one))]
    hits = [
        one
        for one in near
        if item.get("type") in (None, one.get("note_kind"), one.event.__dict__.get("kind"))
    ]
    return (
        hits,
        near,
        lambda one: Said("note", {"type": one.event.__dict__.get("kind"), "at": _local(one.at)}),
    )


def _notices(world: World, item: Mapping[str, Any]) -> Any:
    near = [
        one
        for one in world.events("NoticeSent")
        if item.get("case") in (None, one.get("case"))
        and item.get("kind") in (None, one.event.__dict__.get("kind"), one.get("text"))
    ]
    hits = [one for one in near if "to" not in item or set(item["to"]) <= _recipients(one)]
    return (
        hits,
        near,
        lambda one: Said(
            "notice",
            {
                "kind": one.event.__dict__.get("kind"),
                "text": one.get("text"),
                "to": sorted(_recipients(one)),
                "at": _local(one.at),
            },
        ),
    )


def _recipients(one: Happened) -> set[str]:
    return set(one.get("groups") or ()) | set(one.get("people") or ())


_DEADLINE_ESCALATIONS = {"EscalationSent": "frist_overskredet", "ReminderSent": "frist_paamindelse"}


def _escalations(world: World, item: Mapping[str, Any]) -> Any:
    def name(one: Happened) -> str:
        return _DEADLINE_ESCALATIONS.get(one.kind) or one.get("code")

    def timer(one: Happened) -> str | None:
        row = world.deadline(one.get("deadline"))
        return row.rule if row is not None else None

    near = [
        one
        for one in world.events("EscalationSent", "ReminderSent", "EscalationThrown")
        if item.get("name", name(one)) == name(one)
        and item.get("case") in (None, world.case_of(one))
        and ("timer" not in item or item["timer"] == timer(one))
    ]
    hits = [
        one
        for one in near
        if ("to" not in item or set(item["to"]) <= _recipients(one))
        and (
            "at" not in item
            or same_instant(item["at"], one.get("planned_at") or one.at)
            or same_instant(item["at"], one.at)
        )
    ]
    return (
        hits,
        near,
        lambda one: Said(
            "escalation",
            {
                "name": name(one),
                "timer": timer(one),
                "to": sorted(_recipients(one)),
                "at": _local(one.at),
            },
        ),
    )


def _decisions(world: World, item: Mapping[str, Any]) -> Any:
    near = [
        one
        for one in world.history
        if one.kind.startswith("Decision")
        and one.get("decision") == item["decision"]
        and item.get("case") in (None, world.case_of(one))
    ]

    def result(one: Happened) -> Any:
        value = one.get("result")
        record = one.get("record")
        return (
            value
            if value is not None or not isinstance(record, Mapping)
            else record.get("value", record.get("result"))
        )

    hits = [one for one in near if "result" not in item or _within(item["result"], result(one))]
    return (
        hits,
        near,
        lambda one: Said("decision", {"decision": one.get("decision"), "result": as_json(result(one))}),
    )


def _incidents(world: World, item: Mapping[str, Any]) -> Any:
    hits = [one for one in world.incidents if _is_such_incident(one, item)]
    return hits, world.incidents, _incident


def _is_such_incident(one: Any, item: Mapping[str, Any]) -> bool:
    return (
        item.get("process") in (None, one.process)
        and item.get("element") in (None, one.element)
        and item.get("case") in (None, one.case_code)
        and ("says" not in item or item["says"].lower() in one.message.lower())
    )


def _jobs(world: World, item: Mapping[str, Any]) -> Any:
    asked = {(one.instance, one.get("element_instance")): one for one in world.events("JobCreated")}

    def inputs(row: Any) -> Any:
        created = asked.get((row.instance, row.element_instance))
        return created.get("inputs") if created is not None else {}

    near = [
        row
        for row in world.jobs
        if row.type == item["type"]
        and item.get("process") in (None, row.process)
        and item.get("element") in (None, row.element)
        and item.get("case") in (None, row.case_code)
    ]
    hits = [
        row
        for row in near
        if item.get("state") in (None, row.status)
        and ("inputs" not in item or _within(item["inputs"], inputs(row)))
    ]
    return (
        hits,
        near,
        lambda row: Said(
            "job",
            {"type": row.type, **_place(row), "state": row.status, "inputs": as_json(inputs(row))},
        ),
    )


def _ends(world: World, item: Mapping[str, Any]) -> Any:
    reached = [
        one
        for one in world.events("ElementCompleted")
        if one.event.__dict__.get("kind") == "endEvent" and world.process_of(one) == item["process"]
    ]
    near = [one for one in reached if item.get("case") in (None, world.case_of(one))] or reached
    hits = [
        one
        for one in reached
        if item.get("end") in (None, one.element) and item.get("case") in (None, world.case_of(one))
    ]
    return (
        hits,
        near,
        lambda one: Said("end", {"process": item["process"], "end": one.element, "case": world.case_of(one)}),
    )


_CHECKS: Mapping[str, Callable[[World, Mapping[str, Any]], Any]] = {
    "tasks": _tasks,
    "deadlines": _deadlines,
    "facts": _facts,
    "records": _records,
    "messages": _messages,
    "notes": _notes,
    "notices": _notices,
    "escalations": _escalations,
    "decisions": _decisions,
    "incidents": _incidents,
    "ends": _ends,
    "jobs": _jobs,
}


def _refused_so(one: Refusal, item: Mapping[str, Any]) -> bool:
    return (
        ("rule" not in item or item["rule"] in one.rules)
        and ("field" not in item or item["field"] in one.fields)
        and ("says" not in item or item["says"].lower() in one.sentence.lower())
    )


# --- comparing values ------------------------------------------------------------------------------


def same(wanted: Any, value: Any) -> bool:
    """Equal as YAML writes it; two instants are equal whatever their offsets."""
    if isinstance(value, dt.datetime) and isinstance(wanted, str):
        return same_instant(wanted, value)
    if isinstance(wanted, list) and isinstance(value, (list, tuple)):
        return len(wanted) == len(value) and all(map(same, wanted, value))
    return wanted == plain(value)


def _within(wanted: Any, value: Any) -> bool:
    """Like `same`, but a context may have more entries than were asked for."""
    if isinstance(wanted, Mapping) and isinstance(value, Mapping):
        return all(key in value and _within(item, value[key]) for key, item in wanted.items())
    return same(wanted, value)


def _holds(wanted: Any, value: Any) -> bool:
    """Like `_within`, and a list may have more items than were asked for."""
    if isinstance(wanted, Mapping) and isinstance(value, Mapping):
        return all(key in value and _holds(item, value[key]) for key, item in wanted.items())
    if isinstance(wanted, list) and isinstance(value, (list, tuple)):
        return all(any(_holds(item, each) for each in value) for item in wanted)
    return same(wanted, value)


def same_instant(wanted: str | None, value: dt.datetime | None) -> bool:
    """An instant to the second; a date alone is 23:59:59 of that local day."""
    if wanted is None or value is None:
        return wanted is None and value is None
    if "T" not in wanted:
        return value.astimezone(LOCAL).replace(microsecond=0, tzinfo=None).isoformat() == f"{wanted}T23:59:59"
    moment = dt.datetime.fromisoformat(wanted.replace("Z", "+00:00"))
    return moment == value.replace(microsecond=0) or moment == value


def _same_instants(wanted: Iterable[str], values: Sequence[dt.datetime]) -> bool:
    """In order; a date alone stands for any time of that local day."""
    wanted = list(wanted)
    return len(wanted) == len(values) and all(
        (_iso(value.astimezone(LOCAL).date()) == one) if "T" not in one else same_instant(one, value)
        for one, value in zip(wanted, values, strict=True)
    )


# --- telling ---------------------------------------------------------------------------------------


def _place(row: Any) -> dict[str, Any]:
    return {"process": row.process, "element": row.element, "case": row.case_code}


def _task(row: Any, shows: Mapping[str, Any]) -> Said:
    return Said(
        "task",
        {
            **_place(row),
            "name": row.name,
            "assignee": row.assignee,
            "groups": list(row.candidate_groups),
            "due": _local(row.due_at) if row.due_at else "",
            "shows": as_json(shows),
        },
    )


def _deadline(row: Any) -> Said:
    return Said(
        "deadline",
        {
            "timer": row.rule,
            "case": row.case_code or row.subject,
            "due": _local(row.due_at) if row.due_at else "",
            "state": row.status,
            "days_late": row.days_late or 0,
            "internal_target": _iso(row.internal_target),
            "rule_set": row.rule_set,
            "reminded": len(row.reminders),
            "reminders": [_local(reminder["planned_at"]) for reminder in _plan(row)],
        },
    )


def _incident(one: Any) -> Said:
    return Said("incident", {**_place(one), "message": one.message})


def incident(one: Any) -> str:
    return in_english(_incident(one))


def _refusal(one: Refusal) -> Said:
    return Said(
        "refusal",
        {
            "sentence": one.sentence,
            "named": [*one.rules, *one.fields],
            "errors": {name: [str(each) for each in said] for name, said in one.errors.items()},
            "kind": one.kind,
            "because": one.because,
        },
    )


def _local(value: dt.datetime | None) -> str:
    return value.astimezone(LOCAL).isoformat(timespec="seconds") if value else "-"


def _iso(value: dt.date | None) -> str | None:
    return value.isoformat() if value else None
