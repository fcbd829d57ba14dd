"""Saved lists: the lists of user tasks that a person comes back to, under names of their own.

They say nothing of a case and are nobody else's, so the history does not tell of them.
"""

from __future__ import annotations

from flowcase.access.actor import Actor
from flowcase.errors import InvalidValues
from flowcase.services.transactions import Transactions
from flowcase.store import Tx, tables
from flowcase.store.queries.saved_lists import SavedList, saved_lists

MOST = 20
LONGEST_NAME = 60  # characters


class SavedLists:
    """One transaction per method."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def list(self, actor: Actor) -> list[SavedList]:
        """The actor's own, by name."""
        return self._transactions.read(lambda tx: saved_lists(tx, actor.id))

    def save(self, name: str, query: str, *, actor: Actor) -> None:
        """Keep a list; one of the same name is replaced.

        Raises InvalidValues (`navn`) without a name, for a long one, and when there are twenty already.
        """
        name = " ".join(name.split())
        if not name or len(name) > LONGEST_NAME:
            raise InvalidValues("a saved list", {"navn": ["missing" if not name else "too long"]})

        def work(tx: Tx) -> None:
            key, values = {"person": actor.id, "name": name}, {"query": query, "saved_at": tx.now}
            if tx.update_any(tables.saved_list, key, values):
                return
            if len(saved_lists(tx, actor.id)) >= MOST:
                raise InvalidValues("a saved list", {"navn": ["too many"]})
            tx.insert_once(tables.saved_list, **key, **values)

        self._transactions.run(actor, work)

    def delete(self, name: str, *, actor: Actor) -> None:
        """Also fine when there is none of this name any longer."""
        key = {"person": actor.id, "name": name}
        self._transactions.run(actor, lambda tx: tx.delete_any(tables.saved_list, key))
