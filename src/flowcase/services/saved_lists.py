"""Saved lists: the lists of user tasks that a person comes back to, and those that leaders share with a team.

They say nothing of a case, so the history tells of none but who shared one with whom. Whoever opens a shared
one sees their own user tasks by it, and no others.
"""

from __future__ import annotations

import builtins

from flowcase.access.actor import Actor
from flowcase.access.events import TeamListEnded, TeamListKept
from flowcase.errors import Forbidden, InvalidValues
from flowcase.services.list_shares import ended
from flowcase.services.rule_sets import RuleSets
from flowcase.services.teams import teams_led
from flowcase.services.transactions import Transactions
from flowcase.store import INSTALLATION, Tx, tables
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
        name = " ".join(name.split())
        if not name or len(name) > LONGEST_NAME:
            raise InvalidValues("a saved list", {"navn": ["missing" if not name else "too long"]})

        def work(tx: Tx) -> None:
            values = {"query": query, "saved_at": tx.now}
            if team is None:
                table, key = tables.saved_list, {"person": actor.id, "name": name}
                kept = [row for row in saved_lists(tx, actor.id) if row.is_own]
            else:
                self._check_leads(tx, team, actor)
                table, key = tables.shared_list, {"team": team, "name": name}
                kept = [row for row in saved_lists(tx, "", [team]) if row.team == team]
                values["shared_by"] = actor.id
            if tx.update_any(table, key, values):
                if team is not None:
                    tx.append(INSTALLATION, TeamListKept(team=team, is_new=False))
                return
            if len(kept) >= MOST:
                raise InvalidValues("a saved list", {"navn": ["too many"]})
            tx.insert_once(table, **key, **values)
            if team is not None:
                tx.append(INSTALLATION, TeamListKept(team=team, is_new=True))

        self._transactions.run(actor, work)

    def delete(self, name: str, *, team: str | None = None, actor: Actor) -> None:
        """Also fine when there is none of this name any longer. Raises Forbidden for another's team."""

        def work(tx: Tx) -> None:
            if team is None:
                tx.delete_any(tables.saved_list, {"person": actor.id, "name": name})
                for share in shares(tx, owner=actor.id):
                    if share.name == name:
                        ended(tx, share)
                return
            self._check_leads(tx, team, actor)
            if tx.delete_any(tables.shared_list, {"team": team, "name": name}):
                tx.append(INSTALLATION, TeamListEnded(team=team))

        self._transactions.run(actor, work)

    def _check_leads(self, tx: Tx, team: str, actor: Actor) -> None:
        if team not in teams_led(tx, self._rule_sets, actor):
            raise Forbidden(f"share a list with '{team}'", "this person does not lead it")
