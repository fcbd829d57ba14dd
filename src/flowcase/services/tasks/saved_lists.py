"""Saved lists: the lists of user tasks that a person comes back to, and those that leaders share with a team.

They say nothing of a case, so the history tells that one was kept or deleted and with whom it is shared, and
never what it is called or looks for. Whoever opens a shared one sees their own user tasks by it, and no
others.
"""

from __future__ import annotations

import builtins
from typing import Any

from flowcase.access.actor import Actor
from flowcase.access.events import OwnListEnded, OwnListKept, TeamListEnded, TeamListKept
from flowcase.errors import Forbidden, InvalidValues, NotFound
from flowcase.services.rule_sets import RuleSets
from flowcase.services.staffing.teams import teams_led
from flowcase.services.tasks.list_shares import ended
from flowcase.services.transactions import Transactions
from flowcase.store import INSTALLATION, Tx, tables
from flowcase.store.list_tables import list_share
from flowcase.store.queries.saved_lists import SavedList, saved_lists, shares

MOST = 20
LONGEST_NAME = 60  # characters


class SavedLists:
    """One transaction per method."""

    def __init__(self, transactions: Transactions, rule_sets: RuleSets) -> None:
        self._transactions, self._rule_sets = transactions, rule_sets

    def list(self, actor: Actor) -> list[SavedList]:
        """The actor's own by name, then those shared with the teams that the actor is in or leads."""
        return self._transactions.read(
            lambda tx: saved_lists(tx, actor.id, {*actor.groups, *teams_led(tx, self._rule_sets, actor)})
        )

    def teams(self, actor: Actor) -> builtins.list[str]:
        """With whom the actor may share: the teams that the actor leads."""
        return self._transactions.read(lambda tx: teams_led(tx, self._rule_sets, actor))

    def save(self, name: str, query: str, *, team: str | None = None, actor: Actor) -> None:
        """Keep a list, for oneself or for a team that the actor leads; one of the same name is replaced.

        Raises InvalidValues (`navn`) without a name, for a long one, and when there are twenty already, and
        Forbidden for another's team.
        """
        name = _checked(name)

        def work(tx: Tx) -> None:
            table, whose, kept = self._kept(tx, team, actor)
            key, values = {**whose, "name": name}, {"query": query, "saved_at": tx.now}
            if team is not None:
                values["shared_by"] = actor.id
            is_new = not tx.update_any(table, key, values)
            if is_new and len(kept) >= MOST:
                raise InvalidValues("a saved list", {"navn": ["too many"]})
            if is_new:
                tx.insert_once(table, **key, **values)
            tx.append(INSTALLATION, _kept_event(team, is_new=is_new))

        self._transactions.run(actor, work)

    def rename(self, name: str, to: str, *, team: str | None = None, actor: Actor) -> None:
        """Call one of one's own, or of a team that the actor leads, otherwise; its shares stay.

        Raises InvalidValues (`navn`) without a name, for a long one, and for that of another list; NotFound
        when there is none of this name any longer, and Forbidden for another's team.
        """
        to = _checked(to)

        def work(tx: Tx) -> None:
            table, whose, kept = self._kept(tx, team, actor)
            row = next((each for each in kept if each.name == name), None)
            if row is None:
                raise NotFound("a saved list", name)
            if to == name:
                return
            by = {} if team is None else {"shared_by": row.shared_by}
            if not tx.insert_once(table, **whose, name=to, query=row.query, saved_at=tx.now, **by):
                raise InvalidValues("a saved list", {"navn": ["taken"]})
            tx.delete_any(table, {**whose, "name": name})
            if team is None:
                tx.update_any(list_share, {"owner": actor.id, "name": name}, {"name": to})
            tx.append(INSTALLATION, _kept_event(team, is_new=False))

        self._transactions.run(actor, work)

    def delete(self, name: str, *, team: str | None = None, actor: Actor) -> None:
        """Also fine when there is none of this name any longer. Raises Forbidden for another's team."""

        def work(tx: Tx) -> None:
            if team is None:
                seen_by = [share for share in shares(tx, owner=actor.id) if share.name == name]
                if tx.delete_any(tables.saved_list, {"person": actor.id, "name": name}):
                    tx.append(INSTALLATION, OwnListEnded(shares=len(seen_by)))
                for share in seen_by:
                    ended(tx, share)
                return
            self._check_leads(tx, team, actor)
            if tx.delete_any(tables.shared_list, {"team": team, "name": name}):
                tx.append(INSTALLATION, TeamListEnded(team=team))

        self._transactions.run(actor, work)

    def _kept(
        self, tx: Tx, team: str | None, actor: Actor
    ) -> tuple[Any, dict[str, str], builtins.list[SavedList]]:
        """The table of one's own lists or of those of a team that one leads, whose they are, and they."""
        if team is None:
            own = [row for row in saved_lists(tx, actor.id) if row.is_own]
            return tables.saved_list, {"person": actor.id}, own
        self._check_leads(tx, team, actor)
        shared = [row for row in saved_lists(tx, "", [team]) if row.team == team]
        return tables.shared_list, {"team": team}, shared

    def _check_leads(self, tx: Tx, team: str, actor: Actor) -> None:
        if team not in teams_led(tx, self._rule_sets, actor):
            raise Forbidden(f"share a list with '{team}'", "this person does not lead it")


def _kept_event(team: str | None, *, is_new: bool) -> OwnListKept | TeamListKept:
    return OwnListKept(is_new=is_new) if team is None else TeamListKept(team=team, is_new=is_new)


def _checked(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise InvalidValues("a saved list", {"navn": ["missing" if not name else "too long"]})
    return name
