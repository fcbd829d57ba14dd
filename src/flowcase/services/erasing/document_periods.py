"""How long one document is kept apart from its case: proposed by one, approved by another, erased alone.

A later day keeps the whole case until then, since one key opens all of it. After an earlier day the
document's content and name are taken away, and the case goes on. A legal hold stops that.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from flowcase.access.actor import Actor
from flowcase.access.permissions import may_erase, may_see_retention
from flowcase.cases import events
from flowcase.cases.civil_time import local_date
from flowcase.errors import Forbidden, NotFound, Refused
from flowcase.services.case_files.documents import ENTITY, ERASED
from flowcase.services.erasing.erasure import check_reason
from flowcase.services.second_person import check_may_decide, check_may_propose, may_decide
from flowcase.services.transactions import Transactions
from flowcase.store import INSTALLATION, Tx
from flowcase.store.queries import case_files, erasing, records
from flowcase.store.queries import document_periods as queries
from flowcase.store.queries.document_periods import PeriodRow
from flowcase.store.queries.records import RecordRow

_SHOWN = 50


@dataclass(frozen=True)
class Period:
    row: PeriodRow
    is_mine_to_decide: bool
    is_over: bool
    is_held: bool


class DocumentPeriods:
    """One transaction per method."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def list(self, *, actor: Actor) -> Sequence[Period]:
        """Newest first; codes and days only. Raises Forbidden."""
        if not may_see_retention(actor):
            raise Forbidden("see how long documents are kept", "it is for who decides on erasures")

        def work(tx: Tx) -> Sequence[Period]:
            today = local_date(tx.now)
            held = {each.case_code for each in erasing.holds(tx)}
            return [
                Period(
                    row,
                    may_decide(row, actor),
                    row.status == "approved" and row.until < today,
                    row.case_code in held,
                )
                for row in queries.periods(tx, limit=_SHOWN)
            ]

        return self._transactions.read(work)

    def check_may_propose(self, actor: Actor) -> None:
        """Raises Forbidden."""
        check_may_propose("propose how long a document is kept", actor)

    def propose(self, document: str, *, until: dt.date, reason: str, actor: Actor) -> str:
        """Ask a second person to let a document be kept until a day of its own.

        Raises Forbidden, NotFound, and Refused for a day that has passed, a reason that is no code, a
        document that is erased, or one for which somebody waits for an answer.
        """
        attempt = f"keep document '{document}' until {until}"
        self.check_may_propose(actor)
        check_reason(attempt, reason)

        def work(tx: Tx) -> str:
            tx.exclusive("retention")
            row = _document(tx, document)
            found = case_files.case(tx, row.case_code or "")
            if found is None:
                raise Refused(attempt, "Dokumentet hører ikke til en sag.")
            if found.erased_at is not None or row.open.get("status") == ERASED:
                raise Refused(attempt, "Dokumentet er slettet.")
            if until < local_date(tx.now):
                raise Refused(attempt, "Vælg en dag, der ikke er gået.")
            if queries.periods(tx, status="waiting", document=document):
                raise Refused(attempt, "Der venter allerede et forslag for dokumentet.")
            id = tx.new_id()
            proposed = events.DocumentPeriodProposed(
                period=id, document=document, case=found.code, until=until, reason=reason
            )
            tx.append(INSTALLATION, proposed, concerns=[found.stream])
            return id

        return self._transactions.run(actor, work)

    def decide(self, id: str, *, is_approved: bool, actor: Actor) -> None:
        """The second person's yes or no. Raises NotFound, Conflict, and Forbidden for who proposed it."""

        def work(tx: Tx) -> None:
            tx.exclusive("retention")
            row = queries.period(tx, id)
            if row is None:
                raise NotFound("proposal", id)
            check_may_decide(f"decide how long a document is kept '{id}'", row, actor)
            tx.append(INSTALLATION, events.DocumentPeriodDecided(period=id, is_approved=is_approved))

        self._transactions.run(actor, work)

    def carry_out(self, *, actor: Actor) -> tuple[str, ...]:
        """Erase each document whose own time is over and whose case is not held; their ids.

        Each in a transaction of its own: it may be killed at any moment and run again.
        """
        if not may_erase(actor):
            raise Forbidden("erase documents", "only the operator at the installation's terminal may")
        due = self._transactions.read(lambda tx: queries.over(tx, local_date(tx.now)))
        return tuple(each.document for each in due if self._erase(each.id, actor))

    def _erase(self, id: str, actor: Actor) -> bool:
        def work(tx: Tx) -> bool:
            tx.exclusive("retention")
            row = queries.period(tx, id)
            if row is None or row.status != "approved" or erasing.hold(tx, row.case_code) is not None:
                return False
            found = _document(tx, row.document)
            digest = str(found.open.get("indhold") or "")
            same = [
                each
                for each in records.records(tx, entity=ENTITY, stream=found.stream, k0={"indhold": digest})
                if each.id != found.id and each.open.get("status") != ERASED
            ]
            erased = events.DocumentErased(
                document=row.document,
                period=id,
                approved_by=row.decided_by or "",
                content="" if same else digest,
            )
            tx.append(found.stream, erased)
            return True

        return self._transactions.run(actor, work)


def _document(tx: Tx, id: str) -> RecordRow:
    row = records.record(tx, id)
    if row is None or row.entity != ENTITY:
        raise NotFound("document", id)
    return row
