"""Consents of a case, looked up outside of any process: who is covered for what, and what is missing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flowcase.cases.consents import Cover
from flowcase.services.casework.case_work import OpenWork
from flowcase.services.casework.consent_work import AUTHORITY
from flowcase.services.transactions import Transactions


class Consents:
    """One transaction per method; nothing is written."""

    def __init__(self, transactions: Transactions, open_work: OpenWork) -> None:
        self._transactions, self._open_work = transactions, open_work

    def cover(
        self,
        case: str,
        recipients: Sequence[str],
        purpose: str,
        kinds: Iterable[str] = (),
        *,
        unit: str = AUTHORITY,
    ) -> Cover:
        """Whether these people or groups may be told these kinds of data of the case for this purpose."""
        wanted = tuple(kinds)
        return self._transactions.read(
            lambda tx: self._open_work(tx, case=case).consent_cover(
                case, recipients, purpose, wanted, unit=unit
            )
        )
