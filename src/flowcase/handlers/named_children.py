"""The children whom a notification names: their cases, deadlines and family.

Used by the handlers that run when a notification arrives and when its registration is completed; run
again it changes nothing that is already right.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from flowcase.cases.civil_time import local_date
from flowcase.errors import NotFound
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork, Record

UNDECIDED = frozenset({"modtaget", "vurderet"})  # on the way to the daily meeting
CLOSED = frozenset({"afsluttet", "fejlregistreret"})
CHILD_KEYS = ("navn", "cpr", "foedt", "adresse", "institution")
REQUIRED = (
    "modtaget",
    "kanal",
    "underretter_type",
    "underretter_anonym",
    "boern",
    "bekymring",
    "aftalt_med_familien",
    "umiddelbar_fare",
    "mistanke_overgreb",
    "aeresrelateret",
    "soeskende",
)  # what form F-A1 asks for; the public form leaves some of it to the staff


def is_fully_registered(notification: Record) -> bool:
    return all(notification[key] is not None for key in REQUIRED)


def has_contact(notification: Record) -> bool:
    """Whether a receipt can reach the notifier."""
    return notification["underretter_anonym"] is not True and bool(notification["underretter_kontakt"])


def open_cases(case: CaseWork, underretning_id: str) -> list[dict[str, Value]]:
    """One case per named child (R-010), each with a T01 of this notification.

    Returns what the diagram needs of each child: `sag_id`, `aaben_sag`, `dublet`, `sagsbehandler`, and
    `modtagende_team`, who receives it where there is no reception unit.
    """
    notification = case.get("Underretning", underretning_id)
    earlier = list(notification["sager"] or [])
    rows = [dict(row) for row in notification["boern"] or []]
    children = []
    for number, row in enumerate(rows, 1):
        code = _case_of(case, row)
        is_new = code is None or not case.has_case(code)
        before = {} if is_new or code is None else case.case(code)
        if is_new:
            code = case.open_case(
                {key: row[key] for key in CHILD_KEYS if row.get(key) is not None}
                | {"underretning_id": underretning_id, "nr": number},
                code=code,
                status="modtaget",
                aabnet=case.now,
            )
        row["sag"] = code
        children.append(_child(case, notification, str(code), before, already=code in earlier))
    codes = [child["sag_id"] for child in children]
    _link_family(case, codes)
    for code in earlier:
        if code not in codes:
            _take_back(case, code, underretning_id)
    duplicates = [child["dublet_af"] for child in children if child["dublet_af"]]
    case.update(
        "Underretning",
        underretning_id,
        {"boern": rows, "sager": codes, "dublet_af": duplicates[0] if duplicates else None},
    )
    return [{key: value for key, value in child.items() if key != "dublet_af"} for child in children]


def _case_of(case: CaseWork, row: Mapping[str, Any]) -> str | None:
    """The case that the row names, or the one of the child with this CPR number."""
    if row.get("sag"):
        return str(row["sag"])
    if row.get("cpr"):
        found = [child.case for child in case.find_child(str(row["cpr"])) if child.case]
        return found[0] if found else None
    return None


def _child(
    case: CaseWork, notification: Record, code: str, before: Mapping[str, Value], *, already: bool
) -> dict[str, Value]:
    received = notification["modtaget"]
    others = [id for id in before.get("underretninger") or [] if id != notification.id]
    status = before.get("status")
    is_duplicate = status in UNDECIDED and bool(others)
    is_open = bool(before) and status not in UNDECIDED and status not in CLOSED and status is not None
    if status in CLOSED:
        case.reopen_case(code, "modtaget", reason="Ny underretning")
    if not before or status is None or status in CLOSED or (already and not others):
        # Proposed from the receipt; the daily meeting confirms it. The clock of T04 starts here.
        case.set_fact(code, "kendskabsdato", local_date(received))
    if status is None and before:
        case.set_fact(code, "status", "modtaget")
    if notification.id not in (before.get("underretninger") or []):
        case.set_fact(code, "underretninger", [*(before.get("underretninger") or []), notification.id])
    case.open_deadline("T01", received, case=code, subject=notification.id, element="vurder")
    caseworker = before.get("sagsbehandler") if is_open else None
    if is_open and not already:
        case.broadcast("ny_underretning_i_sag", code, {"underretning_id": notification.id})
        if caseworker:
            case.notify(people=[caseworker], kind="underretning", case=code, text="ny_underretning_i_sag")
    return {
        "sag_id": code,
        "aaben_sag": is_open,
        "dublet": is_duplicate,
        "sagsbehandler": caseworker,
        "modtagende_team": _team_of_district(case, case.case(code).get("distrikt")),
        "dublet_af": others[-1] if is_duplicate else None,
    }


def _team_of_district(case: CaseWork, district: Value) -> Value:
    """One cross-professional team per school district (R-011); one for all where none is named."""
    teams = case.setting("skoledistrikter") or {}
    return teams.get(district) or case.setting("direkte_modtagelse_team")


def _link_family(case: CaseWork, codes: Sequence[str]) -> None:
    """Children of one notification are one family; a child who has a family brings it along."""
    families = {code: case.case(code).get("familie_id") for code in codes}
    without = [code for code, family in families.items() if not family]
    if not without:
        return
    family = next((each for each in families.values() if each), None)
    if family is None or not _is_known(case, family):
        family = case.create("Familie", {"boern": list(codes)}, case=codes[0], id=family or "")
    else:
        known = list(case.get("Familie", family)["boern"] or [])
        case.update("Familie", family, {"boern": [*known, *(c for c in codes if c not in known)]})
    for code in without:
        case.set_fact(code, "familie_id", family)


def _is_known(case: CaseWork, family: str) -> bool:
    """A case that was opened elsewhere may name a family that has no record here yet."""
    try:
        case.get("Familie", family)
    except NotFound:
        return False
    return True


def _take_back(case: CaseWork, code: str, underretning_id: str) -> None:
    """A child whom the completed registration no longer names."""
    case.cancel_deadline(rule="T01", case=code, subject=underretning_id, reason="Rettet registrering")
    facts = case.case(code)
    left = [id for id in facts.get("underretninger") or [] if id != underretning_id]
    case.set_fact(code, "underretninger", left, reason="Rettet registrering")
    if not left and facts.get("status") in UNDECIDED:
        case.set_fact(code, "status", "fejlregistreret", reason="Rettet registrering")
