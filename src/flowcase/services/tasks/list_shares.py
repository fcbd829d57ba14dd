"""Sharing a saved list with named colleagues: by its owner, to be taken back by either of the two.

A colleague sees by it what they would see anyway: the list is narrowed to their own user tasks when they open
it, and counted so. The history tells who shared with whom, never what the list is called or looks for.
"""

from __future__ import annotations

from flowcase.access.actor import Actor
from flowcase.access.events import ListShared, ListShareEnded
from flowcase.access.permissions import SUPPLIER, may_have_work
from flowcase.cases.events import NoticeSent
from flowcase.errors import Forbidden, InvalidValues, NotFound
from flowcase.services.transactions import Transactions
from flowcase.store import Tx
from flowcase.store.list_tables import list_share
from flowcase.store.queries import people
from flowcase.store.queries.people import PersonRow
from flowcase.store.queries.saved_lists import ListShare, saved_lists, shares
from flowcase.store.tx import INSTALLATION

MOST_RECEIVED = 20  # each is counted whenever the colleague opens the inbox


class ListShares:
    """One transaction per method."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def of(self, actor: Actor) -> dict[str, list[ListShare]]:
        """The actor's own lists by name, each with those whom it is shared with."""

        def work(tx: Tx) -> dict[str, list[ListShare]]:
            found = shares(tx, owner=actor.id)
            own = [row.name for row in saved_lists(tx, actor.id) if row.is_own]
            return {name: [share for share in found if share.name == name] for name in own}

        return self._transactions.read(work)

    def colleagues(self, actor: Actor) -> list[PersonRow]:
        """With whom the actor may share, by name: everybody of the authority; suppliers share with none."""
        if SUPPLIER in actor.groups:
            return []
        rows = self._transactions.read(lambda tx: people.people(tx, only_active=True))
        found = [row for row in rows if _may_receive(row) and row.id != actor.id]
        return sorted(found, key=lambda row: (row.name.casefold(), row.id))

    def share(self, name: str, to: str, *, actor: Actor) -> None:
        """Let a colleague see it, who is told once. Also fine when it is shared with them already.

        Raises NotFound when the actor has no list of this name, and InvalidValues (`kollega`) for somebody
        whom it cannot be shared with, or who has twenty of others already.
        """
        what = "sharing a list"

        def work(tx: Tx) -> None:
            if not any(row.is_own and row.name == name for row in saved_lists(tx, actor.id)):
                raise NotFound("a saved list", name)
            person = people.person(tx, to)
            if SUPPLIER in actor.groups or person is None or not _may_receive(person) or to == actor.id:
                raise InvalidValues(what, {"kollega": ["unknown"]})
            there = shares(tx, person=to)
            if any(each.owner == actor.id and each.name == name for each in there):
                return
            if len(there) >= MOST_RECEIVED:
                raise InvalidValues(what, {"kollega": ["too many"]})
            id = tx.new_id()
            row = {"owner": actor.id, "name": name, "person": to, "shared_at": tx.now}
            tx.insert(list_share, id=id, **row)
            tx.append(INSTALLATION, ListShared(share=id, person=to))
            tx.append(INSTALLATION, _told(tx, to))

        self._transactions.run(actor, work)

    def end(self, id: str, *, actor: Actor) -> None:
        """By its owner or by whom it is shared with; also fine when it has ended already."""

        def work(tx: Tx) -> None:
            for share in shares(tx, id=id):
                if actor.id not in (share.owner, share.person):
                    raise Forbidden("end the sharing of a list", "it is between others")
                ended(tx, share)

        self._transactions.run(actor, work)


def _told(tx: Tx, person: str) -> NoticeSent:
    """A fixed sentence: not by whom, and not what the list is called or looks for."""
    return NoticeSent(
        notice=tx.new_id(), kind="udvalg", text="udvalg_delt", groups=(), people=(person,), case=None
    )


def ended(tx: Tx, share: ListShare) -> None:
    """Take it away and tell so in the history."""
    tx.delete_all(list_share, {"id": share.id})
    tx.append(INSTALLATION, ListShareEnded(share=share.id, person=share.person))


def _may_receive(row: PersonRow) -> bool:
    return row.is_active and may_have_work(row.kind, row.groups) and SUPPLIER not in row.groups
