"""Saved lists: each person's own, replaced by name, and only so many."""

from __future__ import annotations

import pytest

from flowcase.access.actor import Actor
from flowcase.bootstrap import Flowcase
from flowcase.errors import Forbidden, InvalidValues
from flowcase.services.saved_lists import LONGEST_NAME, MOST
from tests.services.conftest import ANNA, BO, CLARA


def kept(flow: Flowcase, actor: object = ANNA) -> list[tuple[str, str]]:
    return [(row.name, row.query) for row in flow.saved_lists.list(actor)]  # type: ignore[arg-type]


def test_a_list_is_kept_replaced_and_deleted_by_its_name(flow: Flowcase) -> None:
    flow.saved_lists.save("  I  dag ", "frist=i_dag", actor=ANNA)
    flow.saved_lists.save("Andet", "", actor=ANNA)
    assert kept(flow) == [("Andet", ""), ("I dag", "frist=i_dag")]

    flow.saved_lists.save("I dag", "frist=uge", actor=ANNA)
    flow.saved_lists.delete("Andet", actor=ANNA)
    flow.saved_lists.delete("Andet", actor=ANNA)

    assert kept(flow) == [("I dag", "frist=uge")]


def test_nobody_sees_or_deletes_those_of_another(flow: Flowcase) -> None:
    flow.saved_lists.save("I dag", "frist=i_dag", actor=ANNA)

    flow.saved_lists.delete("I dag", actor=BO)

    assert kept(flow, BO) == []
    assert kept(flow) == [("I dag", "frist=i_dag")]


def test_a_name_is_needed_and_there_is_an_end_to_them(flow: Flowcase) -> None:
    for name in ("", "   ", "x" * (LONGEST_NAME + 1)):
        with pytest.raises(InvalidValues):
            flow.saved_lists.save(name, "", actor=ANNA)
    for nr in range(MOST):
        flow.saved_lists.save(f"{nr}", "", actor=ANNA)

    with pytest.raises(InvalidValues):
        flow.saved_lists.save("en til", "", actor=ANNA)
    flow.saved_lists.save("0", "sag=SAG-1", actor=ANNA)
    assert len(kept(flow)) == MOST


def test_a_leader_shares_a_list_with_the_team_that_each_member_sees(
    flow: Flowcase, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"teamledere": {"fronten": ["teamleder_fronten"]}}
    monkeypatch.setattr(flow.saved_lists._rule_sets, "settings", lambda tx: settings)
    leader = Actor("lene", groups=frozenset({"teamleder_fronten"}))

    flow.saved_lists.save("Uden frist", "sorter=modtaget", team="fronten", actor=leader)

    for person in (ANNA, BO, leader):
        assert [(row.name, row.team, row.shared_by) for row in flow.saved_lists.list(person)] == [
            ("Uden frist", "fronten", "lene")
        ]
    assert flow.saved_lists.list(CLARA) == []
    assert flow.saved_lists.teams(leader) == ["fronten"] and flow.saved_lists.teams(ANNA) == []
    for stranger in (ANNA, CLARA):
        with pytest.raises(Forbidden):
            flow.saved_lists.save("Mit", "", team="fronten", actor=stranger)
        with pytest.raises(Forbidden):
            flow.saved_lists.delete("Uden frist", team="fronten", actor=stranger)
    with pytest.raises(Forbidden):
        flow.saved_lists.save("Mit", "", team="sverigesteam", actor=leader)
    flow.saved_lists.delete("Uden frist", team="fronten", actor=leader)
    assert flow.saved_lists.list(ANNA) == []
