"""Teams and who leads them, as the rule sets' settings say (`teamledere`)."""

from __future__ import annotations

from flowcase.access.actor import Actor
from flowcase.access.permissions import may_lead, may_see_cases
from flowcase.services.rule_sets import RuleSets
from flowcase.store import Tx
from flowcase.store.queries.people import PersonRow, people


def teams_led(tx: Tx, rule_sets: RuleSets, actor: Actor) -> list[str]:
    """The teams that the actor leads."""
    if not may_see_cases(actor):
        return []
    led = rule_sets.settings(tx).get("teamledere") or {}
    return [str(team) for team, leaders in led.items() if may_lead(actor, leaders=leaders)]


def people_led(tx: Tx, rule_sets: RuleSets, actor: Actor) -> list[PersonRow]:
    """The people in those teams, with those whose account is closed: what is theirs is there to hand over."""
    teams = teams_led(tx, rule_sets, actor)
    return people(tx, groups=teams) if teams else []
