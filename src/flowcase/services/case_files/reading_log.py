"""Who looked at which case: reading is an event of the case like writing (domain specification 5.3)."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from flowcase.access.actor import Actor
from flowcase.access.events import CaseRead, CasesSearched
from flowcase.services.transactions import Transactions
from flowcase.store import INSTALLATION, Tx
from flowcase.store.queries import case_files, instances


class ReadingLog:
    """One transaction per method."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def note(
        self,
        case: str | None,
        *,
        page: str,
        actor: Actor,
        user_task: str | None = None,
        document: str | None = None,
    ) -> None:
        """Record that a page about a case was opened; what concerns no case is not recorded.

        Called before the page is shown: a look that cannot be recorded is not given.
        """

        def work(tx: Tx) -> None:
            row = case_files.case(tx, case) if case else None
            if row is not None and row.erased_at is None:  # of an erased case nothing is left to be seen
                look = CaseRead(case=row.code, page=page, user_task=user_task, document=document)
                tx.append(row.stream, look)

        if case:
            self._transactions.run(actor, work, beside=True)

    def note_each(self, cases: Collection[str], *, page: str, actor: Actor) -> None:
        """Record that a page about several cases was opened, in each of them; called before it is shown."""

        def work(tx: Tx) -> None:
            for row in case_files.of_codes(tx, sorted(set(cases))):
                if row.erased_at is None:
                    tx.append(row.stream, CaseRead(case=row.code, page=page))

        if cases:
            self._transactions.run(actor, work, beside=True)

    def note_instance(self, instance: str, *, actor: Actor) -> None:
        """Record that somebody looked at where an instance of a case stands; what is not there is no look."""
        row = self._transactions.read(lambda tx: instances.instance(tx, instance))
        self.note(row.case_code if row else None, page="diagram", actor=actor)

    def note_search(self, sought: str, codes: Sequence[str], *, page: str, actor: Actor) -> None:
        """Record that cases were looked for, by parts of the codes; called before they are shown.

        Of the words that were typed, those that stand in no such code are left out: they may be a name.
        """
        known = [code.casefold() for code in codes]
        kept = [word for word in sought.split() if any(word.casefold() in code for code in known)]
        event = CasesSearched(page=page, sought=" ".join(kept), found=len(codes))
        self._transactions.run(actor, lambda tx: tx.append(INSTALLATION, event), beside=True)
