"""Small material for indicators, each fact in one line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from flowcase.history.indicators import CaseFact, DeadlineFact, Figure, Material, Question, RecordFact

LOCAL = ZoneInfo("Europe/Copenhagen")
SPRING = Question(dt.date(2026, 3, 1), dt.date(2026, 5, 31))
SETTINGS = {
    "statistik_mindste_celle": 1,
    "gentagen_underretning_maaneder": 12,
    "trin_anbringelse": [3, 4, 5],
    "trin_familiepleje": [3, 4],
    "trin_slaegt_netvaerk": [3],
    "trin_institution": [5],
    "taeller": "barn",
    "sagstal_graense": Decimal(2),
}


def at(text: str) -> dt.datetime:
    """A local instant; a day alone is noon."""
    day, _, clock = text.partition("T")
    return dt.datetime.fromisoformat(f"{day}T{clock or '12:00'}").replace(tzinfo=LOCAL)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def case(code: str, opened: str = "2026-03-02", closed: str = "", **facts: Any) -> CaseFact:
    return CaseFact(code, at(opened), at(closed) if closed else None, **facts)


def record(entity: str, id: str = "", case: str | None = "SAG-1", created: str = "2026-03-02", **values: Any):
    return RecordFact(id or f"{entity}-{created}-{case}", entity, case, at(created), values)


def deadline(
    rule: str,
    start: str,
    due: str,
    met: str = "",
    *,
    subject: str = "",
    rule_set: str = "LOV-BL",
    status: str = "",
    case: str | None = "SAG-1",
) -> DeadlineFact:
    met_at = at(met) if met else None
    late = int(max((met_at - at(due)).total_seconds(), 0)) if met_at else None
    known = status or ("met" if met_at else "open")
    return DeadlineFact(
        f"{rule}-{start}-{subject}", rule, rule_set, case, subject or None, at(start), at(due), known,
        at(start), met_at, late,
    )  # fmt: skip


def material(
    *,
    cases: Iterable[CaseFact] = (),
    records: Iterable[RecordFact] = (),
    now: str = "2026-06-15",
    **rest: Any,
) -> Material:
    by_entity: dict[str, list[RecordFact]] = {}
    for each in records:
        by_entity.setdefault(each.entity, []).append(each)
    return Material(
        now=at(now),
        cases={each.code: each for each in cases},
        records=by_entity,
        **{"settings": SETTINGS, **rest},
    )


def told(figures: Iterable[Figure]) -> dict[str, tuple[Any, Any, Any]]:
    """(value, numerator, denominator) by Danish label."""
    return {
        each.label[0]: (None if each.value is None else float(each.value), each.numerator, each.denominator)
        for each in figures
    }
