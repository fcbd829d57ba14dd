"""Items of the daily meeting: one per child, whatever the number of notifications about that child."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork, Record

WAITING = "afventer"
DECIDED = "afgjort"


def put_on_agenda(case: CaseWork, inputs: Mapping[str, Value]) -> str:
    """Put an assessed child on the agenda, or join the item that already waits; returns its id."""
    notification_id, code = str(inputs["underretning_id"]), str(inputs["sag_id"])
    received = case.get("Underretning", notification_id)["modtaget"]
    waiting = case.records("Dagsordenspunkt", case=code, status=WAITING)
    if waiting:
        return _joined(case, waiting[0], notification_id, received, inputs)
    facts = case.case(code)
    return case.create(
        "Dagsordenspunkt",
        {
            "underretning_id": notification_id,
            "underretninger": [notification_id],
            "status": WAITING,
            "akut": inputs["akut"] is True,
            "modtaget": received,
            "vurderet": inputs["vurderet"],
            "familie_id": facts.get("familie_id"),
            "kendskabsdato": facts.get("kendskabsdato"),
            "identificerbart_barn": True,
        },
        case=code,
    )


def _joined(
    case: CaseWork, item: Record, notification_id: str, received: Value, inputs: Mapping[str, Value]
) -> str:
    known = list(item["underretninger"] or [])
    case.update(
        "Dagsordenspunkt",
        item.id,
        {
            "underretninger": known if notification_id in known else [*known, notification_id],
            "akut": item["akut"] is True or inputs["akut"] is True,
            "modtaget": min(filter(None, (item["modtaget"], received))),
        },
    )
    return item.id


def carry(case: CaseWork, item: Record, reason: Value) -> None:
    """Take an item off its meeting, which remembers it; with the reason it waits for the next one.

    Each meeting that put it off keeps what it said, so that its minutes stay as they were.
    """
    meeting = item["moede_id"]
    said = list(item["udskydelser"] or [])
    if meeting:
        carried = case.get("Moede", str(meeting))["overfoerte"] or []
        case.update("Moede", str(meeting), {"overfoerte": [*carried, item.id]})
        noted = {name: item[name] for name in ("nr", "noteret_af", "noteret")}
        said.append({"moede_id": meeting, "begrundelse": reason, "tid": case.now, **noted})
    changes = {"udskudt_begrundelse": reason, "udskydelser": said, "moede_id": None}
    case.update("Dagsordenspunkt", item.id, changes)
