"""`familieteam.fortael`: the family gets a name and a direct contact; the preventive worker is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "familieteam.fortael",
    da="Giv familien navn og direkte kontakt",
    en="Give the family a name and a direct contact",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("sagsbehandler", "string", "Gennemgående rådgiver", "Continuous caseworker"),
    ),
    rules=("R-022",),
)
def tell_family(job: Job, case: CaseWork) -> None:
    code, person = str(job.inputs["sag_id"]), str(job.inputs["sagsbehandler"])
    case.note(
        "kontakt",
        f"Familien skal have navn og direkte kontakt til den gennemgående rådgiver, {case.name_of(person)}.",
        code,
        source=job.element,
    )
    case.notify(people=[person], kind="opgave", case=code, text="giv_familien_kontakt")
    case.notify(groups=["forebyggende_raadgiver"], kind="tildeling", case=code, text="raadgiver_tildelt")
