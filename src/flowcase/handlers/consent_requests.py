"""What the consent handlers share: the request behind an id, its outcome, and who is told."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from flowcase.access import groups as known_groups
from flowcase.cases.consents import FATHER, MOTHER, Answer, Asked
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork, Record

REQUEST, CONSENT = "Samtykkeanmodning", "Samtykke"
OPEN = "aaben"
CUSTODY_JOINT = "faelles"
ABOUT = {MOTHER: "oplysninger_om_mor", FATHER: "oplysninger_om_far"}


def answers_to(case: CaseWork, request: Record) -> list[Record]:
    """The recorded answers to a request, oldest first."""
    return case.records(CONSENT, case=request.case, anmodning_id=request.id)


def asked_of(case: CaseWork, request: Record) -> Asked:
    """The request with the answers that stand: what has been withdrawn is no answer."""
    standing = [each for each in answers_to(case, request) if each["tilbagekaldt"] is None]
    return Asked(
        id=request.id,
        purpose=str(request["formaal_kode"]),
        recipients=frozenset(codes(request["modtagere"])),
        kinds=frozenset(codes(request["oplysningstyper"])),
        required=tuple(codes(request["kraevet"])),
        about={parent: frozenset(codes(request[name])) for parent, name in ABOUT.items()},
        answers=tuple(
            Answer(str(each["afgiver"]), str(each["svar"]), lambda _: "gyldigt") for each in standing
        ),
    )


def family_of(case: CaseWork, code: str) -> Record:
    """The case's family; an empty one is made where there is none yet."""
    named = case.case(code).get("familie_id")
    known = {each.id: each for each in case.records("Familie")}
    if isinstance(named, str) and named in known:
        return known[named]
    own = case.records("Familie", case=code)
    if own:
        return own[-1]
    made = case.create("Familie", {"boern": [code]}, case=code, id=str(named) if named else "")
    if not named:
        case.set_fact(code, "familie_id", made)
    return case.get("Familie", made)


def custody_facts(family: Record) -> dict[str, Value]:
    """What D-03 asks of a family."""
    return {name: family[name] for name in ("foraeldremyndighed", "bor_sammen", "bopaelsforaelder")}


def empowered(family: Record, today: dt.date) -> list[str]:
    """Whose power of attorney is valid today (R-089)."""
    rows: Any = family["fuldmagter"] or ()
    return list(
        dict.fromkeys(
            str(row["fra"]) for row in rows if row.get("gyldig_til") is None or row["gyldig_til"] >= today
        )
    )


def tell_requester(case: CaseWork, request: Record, text: str, *, kind: str = "samtykke") -> None:
    """Tell who asked for consent, else the unit that asked, else the case's own caseworker."""
    asker, unit = request["anmodet_af"], request["anmoder"]
    if asker and asker != "system":
        case.notify(people=[str(asker)], kind=kind, case=request.case, text=text)
    elif unit:
        case.notify(groups=[str(unit)], kind=kind, case=request.case, text=text)
    elif worker := case.case(request.case).get("sagsbehandler"):
        case.notify(people=[str(worker)], kind=kind, case=request.case, text=text)


def tell_caseworker(case: CaseWork, request: Record, text: str) -> None:
    """Tell the case's own caseworker what somebody else wrote, unless told as who asked for the consent."""
    worker, asker = case.case(request.case).get("sagsbehandler"), request["anmodet_af"]
    is_told = worker == asker or not (request["anmoder"] or (asker and asker != "system"))
    if worker and worker != case.actor and not is_told:
        case.notify(people=[str(worker)], kind="samtykke", case=request.case, text=text)


def tell_recipients(case: CaseWork, request: Record, text: str) -> None:
    """Tell groups and people of this house who are named as recipients."""
    told = codes(request["modtagere"])
    case.notify(
        groups=[each for each in told if each in known_groups.NAMES],
        people=[each for each in told if each not in known_groups.NAMES],
        kind="samtykke",
        case=request.case,
        text=text,
    )


def codes(value: Value) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []
