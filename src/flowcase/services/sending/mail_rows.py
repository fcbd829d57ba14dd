"""Mails that wait in the outbox: how a row of one is written, and how long it knows where else it goes.

A row names a person, whose address is read when it is sent. Only what tells somebody at the address that they
had before keeps an address of its own; that is forgotten once it is sent, or in time.
"""

from __future__ import annotations

import datetime as dt

from flowcase.services.sending.outbox import WAITING
from flowcase.store import Tx, notice_tables
from flowcase.store.queries import mails

FORMER_ADDRESS_KEPT = dt.timedelta(days=7)  # a mail server that is away longer is told of by then


def put(
    tx: Tx, id: str, person: str, way: str, *, due: dt.datetime | None = None, address: str | None = None
) -> None:
    """Let a mail wait from `due` on, or from now; once for each id. `address`: there and nowhere else."""
    tx.insert_once(
        notice_tables.mail,
        id=id,
        person=person,
        address=address,
        way=way,
        status=WAITING,
        due_at=due or tx.now,
        created_at=tx.now,
        attempts=0,
    )


def at_once(notice: str, person: str) -> str:
    """The id of a mail that tells somebody of one notice."""
    return f"{notice}.{person}"


def tells_of(tx: Tx, id: str, person: str, notice: str) -> None:
    """The mail tells the person of the notice; no other one does."""
    tx.insert_once(notice_tables.mail_notice, person=person, notice=notice, mail=id)


def forget_address(tx: Tx, id: str) -> None:
    """What is no longer theirs is kept no longer than the mail needs it."""
    tx.update_all(notice_tables.mail, {"id": id}, {"address": None})


def forget_former_addresses(tx: Tx, *, is_sending: bool) -> int:
    """Give up mails to former addresses that could not be sent in time; how many.

    Where no mail is set up that is at once. Nothing of them goes to the person's present address: whoever
    changed it would get it.
    """
    return mails.forget_addresses(tx, tx.now - FORMER_ADDRESS_KEPT if is_sending else tx.now)
