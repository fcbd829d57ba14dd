"""Documents for the journal: built from a record in one place, and handed over once in each version.

The journal is another system (R-112, R-119, R-120). Which records may leave, and up to which
confidentiality class, is said by the setting `journal_dokumenter` of the rule sets; an attribute above
that class is left out and only named.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flowcase.cases.entities import Attribute, DataClass, Entity, entity
from flowcase.errors import FlowcaseError, NotFound
from flowcase.services.casework.case_work import CaseWork, OpenWork
from flowcase.services.casework.plan_names import plan_name
from flowcase.services.casework.record_work import Record
from flowcase.services.definitions import Definitions
from flowcase.services.sending.journal_delivery import Deliver, Parcel
from flowcase.services.sending.journal_words import Words
from flowcase.services.transactions import Transactions
from flowcase.store import Tx
from flowcase.values import Value, to_json

SETTING = "journal_dokumenter"
POST = "Journalpost"


class DocumentNotForJournal(FlowcaseError):
    """A document of a kind that the rule sets do not send to the journal."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        super().__init__(
            f"Expected a kind of document that setting '{SETTING}' names, but got '{kind}'. Add it there."
        )


@dataclass(frozen=True)
class Document:
    """One version of a record as the journal gets it."""

    id: str
    kind: str
    version: int
    content: Mapping[str, Any]  # JSON-able
    text: str
    hash: str  # SHA-256 of what it says, whenever it was made

    @property
    def key(self) -> str:
        """The same for the same version of the same record: what keeps the journal from doubles."""
        return f"{self.kind}-{self.id}-{self.version}"


@dataclass(frozen=True)
class Receipt:
    """What came back for a document."""

    receipt: str
    way: str
    hash: str
    version: int


class Journal:
    def __init__(
        self, transactions: Transactions, open_work: OpenWork, definitions: Definitions, deliver: Deliver
    ) -> None:
        self._transactions, self._open_work, self._deliver = transactions, open_work, deliver
        self._definitions = definitions

    def document(self, kind: str, id: str, *, case: str) -> Document:
        """Raises NotFound for a record that is not of this case, and DocumentNotForJournal."""
        return self._transactions.read(lambda tx: self._build(tx, kind, id, case))

    def export(self, kind: str, id: str, *, case: str) -> Receipt:
        """Hand the record's present version over, unless that was done before; what came back.

        Must not be called within a transaction. Raises what `document` raises, and NotDelivered.
        """
        document = self.document(kind, id, case=case)
        known = self._transactions.read(lambda tx: self._known(tx, document, case))
        if known is not None:
            return known
        delivered = self._deliver(Parcel(document.key, document.content, document.text))
        return Receipt(delivered.receipt, delivered.way, document.hash, document.version)

    def _build(self, tx: Tx, kind: str, id: str, case: str) -> Document:
        work = self._open_work(tx, case=case)
        allowed: Any = work.setting(SETTING)
        if kind not in allowed:
            raise DocumentNotForJournal(kind)
        described = entity(allowed[kind]["entitet"])
        record = work.get(described.name, id)
        if record.case != case:
            raise NotFound(described.name, id)
        highest = DataClass(allowed[kind]["hoejeste_klasse"])
        words = Words(self._definitions.option_labels(tx), work, highest)
        return _document(kind, record, described, words, work, case)

    def _known(self, tx: Tx, document: Document, case: str) -> Receipt | None:
        work = self._open_work(tx, case=case)
        for post in posts_of(work, document.kind, document.id, document.version, case):
            if post["kvittering"]:
                return Receipt(str(post["kvittering"]), str(post["maade"]), document.hash, document.version)
        return None


def posts_of(work: CaseWork, kind: str, id: str, version: int, case: str) -> list[Record]:
    """The receipts recorded for one version of a document."""
    return work.records(POST, case=case, dokument_id=id, dokumenttype=kind, version=version)


def _document(
    kind: str, record: Record, described: Entity, words: Words, work: CaseWork, case: str
) -> Document:
    fields: list[dict[str, Any]] = []
    left_out: list[str] = []
    for attribute in described.attributes:
        value = record[attribute.name]
        if value is None:
            continue
        if attribute.data_class.rank > words.highest.rank:
            left_out.append(attribute.da)
        else:
            fields.append(_field(described.name, attribute, value, words))
    said = {"type": kind, "dokument": record.id, "sag": case, "felter": fields, "udeladt": left_out}
    canonical = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    content = {
        "titel": _title(record, described, work, case),
        **said,
        "version": record.version,
        "journalnr": work.case(case).get("journalnr"),
        "dannet": work.now.isoformat(),
        "hash": hashlib.sha256(canonical.encode()).hexdigest(),
    }
    return Document(record.id, kind, record.version, content, _text(content), str(content["hash"]))


def _title(record: Record, described: Entity, work: CaseWork, case: str) -> str:
    """A plan is called what its rule set calls it."""
    if described.name != "Handleplan":
        return described.da
    return str(plan_name(work.settings(case), record["slags"]))


def _field(entity_name: str, attribute: Attribute, value: Value, words: Words) -> dict[str, Any]:
    return {
        "navn": attribute.name,
        "label": attribute.da,
        "klasse": attribute.data_class.value,
        "vaerdi": to_json(value),
        "tekst": words.of(entity_name, attribute, value),
    }


def _text(content: Mapping[str, Any]) -> str:
    lines = [str(content["titel"]), f"Sag: {content['sag']}", f"Dokument: {content['dokument']}", ""]
    lines += [f"{field['label'].rstrip('?')}: {field['tekst']}" for field in content["felter"]]
    if content["udeladt"]:
        lines += ["", "Udeladt af hensyn til fortrolighed: " + ", ".join(content["udeladt"])]
    return "\n".join(lines) + "\n"
