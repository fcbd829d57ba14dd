"""What the owner of an account is told about it: fixed sentences, to see and by mail at once.

A notice goes with the change, in its transaction. Nobody chooses these away: whoever took an account over
would do that first.
"""

from __future__ import annotations

from enum import StrEnum

from flowcase.cases.events import NoticeSent
from flowcase.cases.notice_topics import OWN_ACCOUNT, Way
from flowcase.services.sending import mail_rows
from flowcase.store import INSTALLATION, Tx, tables


class Said(StrEnum):
    """Codes of `history/notices.py`."""

    CHANGED_BY_ONESELF = "konto_adgangskode_skiftet"
    SET_BY_ANOTHER = "konto_adgangskode_sat"
    NEW_BROWSER = "konto_ny_browser"
    ADDRESS_CHANGED = "konto_mailadresse_skiftet"
    SECOND_FACTOR_ADDED = "konto_totrin_sat"
    SECOND_FACTOR_ENDED = "konto_totrin_fjernet"


def tell(tx: Tx, person: str, said: Said) -> str:
    """Tell the owner of the account; the id of the notice."""
    told = NoticeSent(
        notice=tx.new_id(), kind=OWN_ACCOUNT, text=said.value, groups=(), people=(person,), case=None
    )
    tx.append(INSTALLATION, told)
    return told.notice


def tell_at(tx: Tx, person: str, said: Said, address: str) -> None:
    """Tell the owner, by mail where they were reached until now instead of where they are from now on."""
    notice = tell(tx, person, said)
    id = mail_rows.at_once(notice, person)
    tx.update_all(tables.notice, {"id": notice}, {"sorted_at": tx.now})
    mail_rows.put(tx, id, person, Way.AT_ONCE, address=address)
    mail_rows.tells_of(tx, id, person, notice)
