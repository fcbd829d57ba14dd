"""Recoveries: that the database goes on from a copy, or from a state that it had before, is in the history.

Nothing in a database that was put back tells of it: what was done after the copy is gone without a trace.
PostgreSQL says when it goes on on another timeline or in another cluster; `flowcase db restore` and operators
say the rest. Whoever owns the machine can keep quiet about it: checkpoints that lie outside cannot.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from flowcase.access.actor import SYSTEM, Actor
from flowcase.errors import Refused
from flowcase.events import DatabaseWentOn, SettingChanged
from flowcase.services.operating.interventions import check_intervention
from flowcase.services.transactions import Transactions
from flowcase.store import INSTALLATION, Tx
from flowcase.store.queries import history, settings
from flowcase.store.queries.database_identity import Identity, identity

SETTING = "database"  # cluster and timeline that the history knows of
_ATTEMPT = "say that the database was recovered"


@dataclass(frozen=True)
class WentOn:
    """When the history was told, and what."""

    at: dt.datetime
    event: DatabaseWentOn


class Recoveries:
    """One transaction per method."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def look(self) -> bool:
        """Whether the database goes on elsewhere than the history knows; then it is in the history.

        Any number of workers may look. Never on SQLite, which tells nothing.
        """
        if self._transactions.store.is_sqlite:
            return False
        known, found = self._transactions.read(lambda tx: (settings.value(tx, SETTING), identity(tx)))
        if found is None or known == _named(found):
            return False

        def work(tx: Tx) -> bool:
            tx.exclusive("database")
            before = settings.value(tx, SETTING)
            if before == _named(found):
                return False
            self._remember(tx, found)
            if not isinstance(before, str):  # it is the first look
                return False
            cluster, _, timeline = before.rpartition("/")
            is_same = cluster == found.cluster
            tx.append(
                INSTALLATION,
                DatabaseWentOn(
                    because="new_timeline" if is_same else "another_cluster",
                    until=found.replayed,
                    timeline=found.timeline,
                    timeline_before=int(timeline) if is_same else None,
                ),
            )
            return True

        return self._transactions.run(SYSTEM, work)

    def restored(self, *, actor: Actor) -> None:
        """The database was just filled from a backup: up to when that goes is in the history."""

        def work(tx: Tx) -> None:
            until = history.newest_instant(tx)
            found = None if self._transactions.store.is_sqlite else identity(tx)
            if found is not None:
                self._remember(tx, found)
            tx.append(INSTALLATION, DatabaseWentOn(because="from_backup", until=until))

        self._transactions.run(actor, work)

    def tell(self, until: dt.datetime, reason: str, *, actor: Actor) -> None:
        """An operator says up to when what was done is there, and why. Raises Forbidden and Refused."""
        check_intervention(actor, reason, _ATTEMPT)

        def work(tx: Tx) -> None:
            if until > tx.now:
                raise Refused(_ATTEMPT, "that moment has not come")
            told = DatabaseWentOn(because="told_by_operator", until=until, reason=reason.strip())
            tx.append(INSTALLATION, told)

        self._transactions.run(actor, work)

    def told(self) -> list[WentOn]:
        """What the history says of it, in order."""

        def work(tx: Tx) -> list[WentOn]:
            rows = history.events(tx, INSTALLATION, kinds=[DatabaseWentOn.__name__])
            return [WentOn(row.at, row.event) for row in rows if isinstance(row.event, DatabaseWentOn)]

        return self._transactions.read(work)

    def _remember(self, tx: Tx, found: Identity) -> None:
        tx.append(INSTALLATION, SettingChanged(key=SETTING, value=_named(found)))


def _named(found: Identity) -> str:
    return f"{found.cluster}/{found.timeline}"
