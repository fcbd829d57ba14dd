"""What is there before a story begins: people, open cases, and records that existed already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from flowcase.access.actor import Actor
from flowcase.cases.entities import entity
from flowcase.scenarios.records import resolved, typed, value_of
from flowcase.services.deploying.scenario_files import Variant

if TYPE_CHECKING:
    from flowcase.bootstrap import Flowcase

NARRATOR = Actor("scenario", groups=frozenset({"administrator"}), kind="terminal")


def set_the_scene(flow: Flowcase, variant: Variant) -> None:
    """The people, the cases that are open before the story begins, and the records of both and of none."""
    for person in variant.people:
        flow.people.add(
            person["id"],
            name=person.get("name", person["id"]),
            groups=person["groups"],
            team=person.get("team"),
            district=person.get("district"),
            actor=NARRATOR,
        )
    add_records(flow, None, variant.records)
    for code, case in variant.cases.items():
        if case.get("status"):
            _open_case(flow, code, case)
    for person in variant.people:
        for number in range(1, person.get("caseload", 0) + 1):
            facts = {"sagsbehandler": person["id"], "team": person.get("team")}
            _open_case(flow, f"{person['id']}-{number:02}", {"status": "aaben", "facts": facts})


def complete_case(flow: Flowcase, code: str, case: Mapping[str, Any]) -> None:
    """A notification has opened or met this case: add the facts that the story gives and nobody set yet.

    What a case lost when it was opened again was set: to nothing.
    """
    known = flow.cases.facts(code) or {}
    facts = dict(case.get("facts", {}))
    if case.get("family"):
        facts["familie_id"] = case["family"]
    for name, value in facts.items():
        if name not in known:
            flow.cases.set_fact(code, name, value_of(value), reason="scenario", actor=NARRATOR)


def add_records(flow: Flowcase, case: str | None, records: Iterable[Mapping[str, Any]]) -> None:
    """Records in the order of the file; a later one may name an earlier one by `{record: <entity>}`."""
    for record in records:
        values = resolved(flow, record.get("values", {}), case)
        flow.cases.add_record(
            record["entity"],
            typed(record["entity"], values),
            case=case,
            id=record.get("id", ""),
            actor=NARRATOR,
        )


def child_of(code: str, case: Mapping[str, Any]) -> dict[str, Any]:
    """The child as form F-A1 names it."""
    return {"navn": f"Barn {code}", **case.get("child", {})}


def _open_case(flow: Flowcase, code: str, case: Mapping[str, Any]) -> None:
    facts = dict(case.get("facts", {}))
    facts["status"] = case["status"]
    if case.get("family"):
        facts["familie_id"] = case["family"]
    known = {attribute.name for attribute in entity("Barn").attributes}
    flow.cases.open(
        code,
        child=typed("Barn", {name: value for name, value in child_of(code, case).items() if name in known}),
        facts={name: value_of(value) for name, value in facts.items() if value is not None},
        actor=NARRATOR,
    )
    add_records(flow, code, case.get("records", ()))
