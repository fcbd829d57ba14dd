"""What the owner of an account is told about it: fixed sentences, to see and by mail at once.

A notice goes with the change, in its transaction. Nobody chooses these away: whoever took an account over
would do that first.
"""

from __future__ import annotations

from enum import StrEnum

from flowcase.cases.events import NoticeSent
from flowcase.cases.notice_topics import OWN_ACCOUNT
from flowcase.store import INSTALLATION, Tx


class Said(StrEnum):
    """Codes of `history/notices.py`."""

    CHANGED_BY_ONESELF = "konto_adgangskode_skiftet"
    SET_BY_ANOTHER = "konto_adgangskode_sat"
    SECOND_FACTOR_ADDED = "konto_totrin_sat"
    SECOND_FACTOR_ENDED = "konto_totrin_fjernet"


def tell(tx: Tx, person: str, said: Said) -> None:
    """Tell the owner of the account."""
    told = NoticeSent(
        notice=tx.new_id(), kind=OWN_ACCOUNT, text=said.value, groups=(), people=(person,), case=None
    )
    tx.append(INSTALLATION, told)
