"""`videregivelse.registrer`: what was told to whom on which ground; refused where nothing covers it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.consent_requests import codes
from flowcase.services.choosing.consent_sentences import NAMES_SETTING, missing_sentences
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

DONE, WAITING, REFUSED = "videregivet", "afventer", "afvist"
AWAITED = ("anmodning", "indkaldelse")  # kinds that wait for an answer


@handler(
    "videregivelse.registrer",
    da="Registrér videregivelse",
    en="Record a disclosure",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("til", "list", "Til hvem", "To whom"),
        Field("grundlag", "string", "Grundlag, ellers samtykket", "Ground, else the consent", required=False),
        Field("formaal_kode", "string", "Formålets art", "Kind of purpose"),
        Field("oplysningstyper", "list", "Typer af oplysninger", "Types of data", required=False),
        Field("videregivelse_id", "string", "Videregivelse", "Disclosure", required=False),
    ),
    outputs=(
        Field("videregivelse_id", "string", "Videregivelse", "Disclosure"),
        Field("videregivet", "boolean", "Videregivet?", "Disclosed?"),
        Field("samtykke_mangel", "string", "Hvad der mangler", "What is missing", required=False),
    ),
    rules=("R-080", "R-082", "R-092"),
)
def record_disclosure(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """A ground that is named (an exception of D-03) is taken as it is; otherwise consent must cover it."""
    code, to = str(job.inputs["sag_id"]), codes(job.inputs["til"]) or [str(job.inputs["til"])]
    kinds, purpose = codes(job.inputs.get("oplysningstyper")), str(job.inputs["formaal_kode"])
    ground, record = job.inputs.get("grundlag"), job.inputs.get("videregivelse_id")
    gap: str | None = None
    missing = ""
    if ground is None:
        found = case.consent_cover(code, to, purpose, kinds)
        ground = next(iter(found.grounds.values()), None)
        if not found.is_complete:
            gap = str(found.missing[0].gap)
            missing = " ".join(missing_sentences(found.missing, purpose, case.setting(NAMES_SETTING)))
    made = disclose(
        case,
        code,
        to=to,
        kinds=kinds,
        purpose=purpose,
        ground=None if gap else str(ground),
        missing=missing,
        status=REFUSED if gap else _status(case, record),
        record=str(record) if record else None,
    )
    return {"videregivelse_id": made, "videregivet": gap is None, "samtykke_mangel": gap}


def _status(case: CaseWork, record: Value) -> str:
    is_awaited = record is not None and case.get("Videregivelse", str(record))["slags"] in AWAITED
    return WAITING if is_awaited else DONE


def disclose(
    case: CaseWork,
    code: str,
    *,
    to: list[str],
    kinds: list[str],
    purpose: str,
    ground: str | None,
    status: str,
    what: str = "",
    missing: str = "",
    record: str | None = None,
) -> str:
    """Write the log of a disclosure, or of the attempt at one; returns the record's id."""
    values: dict[str, Value] = {
        "til": list(to),
        "oplysningstyper": list(kinds),
        "formaal_kode": purpose,
        "grundlag": ground,
        "tidspunkt": case.now,
        "af": case.actor,
        "mangler": missing or None,
        "status": status,
    }
    if what:
        values["hvad"] = what
    if record is None:
        return case.create("Videregivelse", values, case=code)
    case.update("Videregivelse", record, values)
    return record
