"""`journal.eksporter`: a document goes to the journal, and its receipt is kept, once for each version."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, Side, handler
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork
    from flowcase.services.running.jobs import Outbox


def keep_receipt(job: Job, case: CaseWork, outputs: Mapping[str, Value]) -> None:
    """One `Journalpost` for each version of a document, however many jobs exported it."""
    code, document = str(job.inputs["sag_id"]), str(job.inputs["dokument_id"])
    kind, version = job.inputs["dokumenttype"], outputs.get("dokument_version")
    if case.records("Journalpost", case=code, dokument_id=document, dokumenttype=kind, version=version):
        return
    case.create(
        "Journalpost",
        {
            "dokument_id": document,
            "dokumenttype": kind,
            "version": version,
            "indhold_hash": outputs.get("dokument_hash"),
            "kvittering": outputs.get("kvittering"),
            "maade": outputs.get("journal_maade"),
            "journaliseret": case.now,
        },
        case=code,
    )


@handler(
    "journal.eksporter",
    da="Send til journalen",
    en="Send to the journal",
    side=Side.OUTSIDE,
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("dokument_id", "string", "Dokument (id på oplysningen)", "Document (id of the record)"),
        Field("dokumenttype", "string", "Dokumenttype (journal_dokumenter)", "Kind of document"),
    ),
    outputs=(
        Field("kvittering", "string", "Kvittering", "Receipt"),
        Field("journal_maade", "string", "Fil eller webhook", "File or webhook"),
        Field("dokument_version", "number", "Version", "Version"),
        Field("dokument_hash", "string", "Kontrolsum", "Checksum"),
    ),
    rules=("R-112", "R-119", "R-120"),
    record=keep_receipt,
)
def export(job: Job, outbox: Outbox) -> Mapping[str, Value]:
    found = outbox.journal.export(
        str(job.inputs["dokumenttype"]), str(job.inputs["dokument_id"]), case=str(job.inputs["sag_id"])
    )
    return {
        "kvittering": found.receipt,
        "journal_maade": found.way,
        "dokument_version": found.version,
        "dokument_hash": found.hash,
    }
