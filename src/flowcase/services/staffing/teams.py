"""The teams that somebody leads, and the people in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flowcase.access.actor import Actor
from flowcase.access.permissions import may_lead, may_see_cases
from flowcase.cases.team_leaders import leaders_by_team
from flowcase.services.rule_sets import RuleSets
from flowcase.store import Tx
from flowcase.store.queries import case_files
from flowcase.store.queries.people import PersonRow, people
from flowcase.values import Value


def teams_led(tx: Tx, rule_sets: RuleSets, actor: Actor) -> list[str]:
    """The teams that the actor leads."""
    if not may_see_cases(actor):
        return []
    led = leaders_by_team(rule_sets.settings(tx))
    return [str(team) for team, leaders in led.items() if may_lead(actor, leaders=leaders)]


def people_led(tx: Tx, rule_sets: RuleSets, actor: Actor) -> list[PersonRow]:
    """The people in those teams, with those who left cases there: what is theirs is there to hand over."""
    teams = teams_led(tx, rule_sets, actor)
    return ever_in(tx, rule_sets.settings(tx), teams) if teams else []


def ever_in(tx: Tx, settings: Mapping[str, Value], teams: Sequence[str]) -> list[PersonRow]:
    """Who is in these teams, and who has cases of them and is in no team any more.

    Accounts that are closed are among them. Groups are lost where a sign-in provider tells others.
    """
    found = people(tx, groups=teams)
    known = {row.id for row in found}
    left = [id for id in case_files.caseworkers(tx, teams) if id not in known]
    if not left:
        return found
    every = {str(team) for team in leaders_by_team(settings)}
    return [*found, *(row for row in people(tx, ids=left) if not every & row.groups)]
