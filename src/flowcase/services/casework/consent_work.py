"""The one place that says whether confidential content may go to somebody: consents and exceptions of a case.

Domain specification 2.m and 5.3 (R-080 to R-102). Who belongs to which unit, and who is a health
professional, are settings (`enheder`, `sundhedspersoner`); validity is table D-12, the year of a health
professional's consent deadline T14. Nothing here writes, so that a page may ask as well as a handler.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flowcase.access import groups as known_groups
from flowcase.cases.civil_time import local_date
from flowcase.cases.consents import FATHER, MOTHER, YES, Answer, Asked, Cover, Outcome, cover
from flowcase.services.casework.case_deadlines import CaseDeadlines
from flowcase.services.casework.record_work import Record
from flowcase.store import Tx
from flowcase.store.queries import people as person_rows
from flowcase.values import Value

AUTHORITY = "myndighed"  # the unit to which the cases themselves belong
INTERNAL = "intern"  # ground of cover for colleagues of the same unit
TO_MEASURE = "foranstaltning"  # purpose of the consent to a measure
YEAR_RULE = "T14"
VALIDITY_DECISION = "samtykke_gyldighed"

_ENDED = (Outcome.WITHDRAWN, Outcome.EXPIRED, Outcome.LAPSED)


def consent_cover(
    work: CaseDeadlines,
    tx: Tx,
    case: str,
    recipients: Sequence[str],
    purpose: str,
    kinds: Iterable[str] = (),
    *,
    unit: str = AUTHORITY,
) -> Cover:
    """Whether colleagues' work need, a valid consent or a recorded exception covers each recipient."""
    settings = {name: work.setting(name, case=case) for name in ("enheder", "sundhedspersoner")}
    inside = [each for each in dict.fromkeys(recipients) if is_internal(tx, each, unit, settings)]
    outside = [each for each in dict.fromkeys(recipients) if each not in inside]
    if not outside:
        return Cover(tuple(inside), (), (), dict.fromkeys(inside, INTERNAL))
    found = cover(outside, purpose, kinds, requests_of(work, tx, case, settings))
    return Cover(
        (*inside, *found.covered),
        found.uncovered,
        found.missing,
        {**dict.fromkeys(inside, INTERNAL), **found.grounds},
    )


def unit_of(groups: Iterable[str], settings: Mapping[str, Value]) -> str | None:
    """The unit that one of these groups belongs to; None for a group that no unit names."""
    units: Any = settings.get("enheder") or {}
    wanted = set(groups)
    return next((unit for unit, members in units.items() if wanted & set(members)), None)


def is_internal(tx: Tx, recipient: str, unit: str, settings: Mapping[str, Value]) -> bool:
    """Whether a group or a person belongs to the unit; whoever no unit names is outside."""
    units: Any = settings.get("enheder") or {}
    members = set(units.get(unit) or ())
    return recipient in members or bool(members & _groups_of(tx, recipient))


def requests_of(work: CaseDeadlines, tx: Tx, case: str, settings: Mapping[str, Value]) -> list[Asked]:
    """The requests for consent of a case with their answers, newest first."""
    answers: dict[str, list[Record]] = {}
    for each in work.records("Samtykke", case=case):
        answers.setdefault(str(each["anmodning_id"] or each.id), []).append(each)
    requests = work.records("Samtykkeanmodning", case=case)
    return [_asked(work, tx, each, answers.get(each.id, ()), settings) for each in reversed(requests)]


def _asked(
    work: CaseDeadlines, tx: Tx, request: Record, given: Sequence[Record], settings: Mapping[str, Value]
) -> Asked:
    def answer(consent: Record) -> Answer:
        return Answer(
            str(consent["afgiver"]),
            str(consent["svar"] or ""),
            lambda recipient: _validity(work, tx, request, consent, recipient, settings),
        )

    status = str(request["status"] or "")
    # A request that was turned down or is still open says by its answers what is missing.
    exception = request["undtagelse"] if status == Outcome.NOT_NEEDED else None
    return Asked(
        id=request.id,
        purpose=str(request["formaal_kode"]),
        recipients=frozenset(map(str, request["modtagere"] or ())),
        kinds=frozenset(map(str, request["oplysningstyper"] or ())),
        required=tuple(map(str, request["kraevet"] or ())),
        about={
            MOTHER: frozenset(map(str, request["oplysninger_om_mor"] or ())),
            FATHER: frozenset(map(str, request["oplysninger_om_far"] or ())),
        },
        answers=tuple(answer(each) for each in given),
        exception=str(exception) if exception else None,
        ended=status if status in _ENDED else None,
    )


def _validity(
    work: CaseDeadlines,
    tx: Tx,
    request: Record,
    consent: Record,
    recipient: str,
    settings: Mapping[str, Value],
) -> str:
    """D-12 for one giver's consent towards one recipient, today."""
    is_health = is_health_professional(tx, recipient, bool(request["sundhedsperson"]), settings)
    today = local_date(work.now)
    last = last_valid_day(work, consent) if is_health and consent["svar"] == YES else None
    return str(
        work.ask(
            VALIDITY_DECISION,
            {
                "tilbagekaldt": consent["tilbagekaldt"] is not None,
                "formaal_ophoert": request["status"] == Outcome.LAPSED,
                "formaal_kode": request["formaal_kode"],
                "sundhedsperson": is_health,
                "er_for_gammelt": last is not None and today > last,
            },
        )
    )


def meets_health(work: CaseDeadlines, tx: Tx, request: Record) -> bool:
    """Whether a recipient of the request is a health professional."""
    return any(_is_health_each(work, tx, request))


def is_for_health_only(work: CaseDeadlines, tx: Tx, request: Record) -> bool:
    """Whether all recipients of the request are health professionals."""
    return all(_is_health_each(work, tx, request))


def _is_health_each(work: CaseDeadlines, tx: Tx, request: Record) -> list[bool]:
    settings = {"sundhedspersoner": work.setting("sundhedspersoner")}
    recipients: Any = request["modtagere"] or ()
    is_said = bool(request["sundhedsperson"])
    return [is_health_professional(tx, str(each), is_said, settings) for each in recipients]


def is_health_professional(tx: Tx, recipient: str, is_said: bool, settings: Mapping[str, Value]) -> bool:
    """By group, or because the request says so of somebody who is no group of this house."""
    health: Any = settings.get("sundhedspersoner") or ()
    if set(health) & {recipient, *_groups_of(tx, recipient)}:
        return True
    return is_said and recipient not in known_groups.NAMES


def last_valid_day(work: CaseDeadlines, consent: Record) -> dt.date | None:
    """The last day of a health professional's consent (T14 by C6); None while it was not given."""
    kept, given = consent["gyldigt_til"], consent["givet"]
    if isinstance(kept, dt.date):
        return kept
    return work.propose_deadline(YEAR_RULE, given, case=consent.case).due if given is not None else None


def _groups_of(tx: Tx, recipient: str) -> frozenset[str]:
    if recipient in known_groups.NAMES:
        return frozenset()
    key = ("groups of", recipient)
    if key not in tx.cache:
        row = person_rows.person(tx, recipient)
        tx.cache[key] = row.groups if row is not None else frozenset()
    return tx.cache[key]
