"""Saved lists: each person's own, replaced by name, and only so many."""

from __future__ import annotations

import pytest

from flowcase.access.actor import SYSTEM, Actor
from flowcase.access.events import OwnListEnded, OwnListKept, TeamListEnded, TeamListKept
from flowcase.bootstrap import Flowcase
from flowcase.errors import Forbidden, InvalidValues, NotFound
from flowcase.services.tasks.list_shares import MOST_RECEIVED
from flowcase.services.tasks.saved_lists import LONGEST_NAME, MOST
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


@pytest.fixture
def staff(flow: Flowcase) -> Flowcase:
    flow.people.add("granly", name="Granly", groups=("leverandoer",), actor=SYSTEM)
    flow.people.add("lena", name="Lena", groups=("fronten",), actor=SYSTEM)
    for actor in (ANNA, BO, CLARA):
        flow.people.add(actor.id, name=actor.id.title(), groups=actor.groups, actor=SYSTEM)
    flow.people.deactivate("lena", actor=SYSTEM)
    flow.saved_lists.save("I dag", "frist=i_dag", actor=ANNA)
    return flow


def test_what_a_leader_does_to_the_lists_of_a_team_is_told(
    flow: Flowcase, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"teamledere": {"fronten": ["teamleder_fronten"]}}
    monkeypatch.setattr(flow.saved_lists._rule_sets, "settings", lambda tx: settings)
    leader = Actor("lene", groups=frozenset({"teamleder_fronten"}))

    for query in ("frist=uge", "frist=dag"):
        flow.saved_lists.save("Liste om Noah", query, team="fronten", actor=leader)
    for _ in range(2):  # the second finds nothing
        flow.saved_lists.delete("Liste om Noah", team="fronten", actor=leader)

    rows = [row for row in flow.history.of_stream("installation") if row.kind.startswith("TeamList")]
    assert [row.event for row in rows] == [
        TeamListKept(team="fronten", is_new=True),
        TeamListKept(team="fronten", is_new=False),
        TeamListEnded(team="fronten"),
    ]
    assert {row.actor for row in rows} == {"lene"}
    assert "Noah" not in str([row.event for row in rows])


def test_what_somebody_does_to_lists_of_their_own_is_told_without_a_word_of_them(staff: Flowcase) -> None:
    staff.list_shares.share("I dag", "bo", actor=ANNA)
    staff.saved_lists.save("I dag", "frist=uge", actor=ANNA)
    staff.saved_lists.rename("I dag", "Om Noah", actor=ANNA)
    staff.saved_lists.rename("Om Noah", "Om Noah", actor=ANNA)  # changes nothing
    with pytest.raises(NotFound):
        staff.saved_lists.rename("I dag", "Ugen", actor=ANNA)
    for _ in range(2):  # the second finds nothing
        staff.saved_lists.delete("Om Noah", actor=ANNA)

    rows = [row for row in staff.history.of_stream("installation") if row.kind.startswith("OwnList")]

    assert [row.event for row in rows] == [
        OwnListKept(is_new=True),
        OwnListKept(is_new=False),
        OwnListKept(is_new=False),
        OwnListEnded(shares=1),
    ]
    assert {row.actor for row in rows} == {"anna"}


def test_a_list_is_called_otherwise_and_those_it_is_shared_with_keep_it(staff: Flowcase) -> None:
    staff.list_shares.share("I dag", "bo", actor=ANNA)
    before = told(staff)

    staff.saved_lists.rename("I dag", "  Haster  nu ", actor=ANNA)
    staff.saved_lists.rename("Haster nu", "Haster nu", actor=ANNA)

    assert kept(staff) == kept(staff, BO) == [("Haster nu", "frist=i_dag")]
    assert [row.shares for row in staff.saved_lists.list(ANNA)] == [1]
    assert [each.person for each in staff.list_shares.of(ANNA)["Haster nu"]] == ["bo"]
    assert told(staff) == before


def test_a_list_is_not_called_as_another_or_by_somebody_else(staff: Flowcase) -> None:
    staff.saved_lists.save("Andet", "", actor=ANNA)
    staff.list_shares.share("I dag", "bo", actor=ANNA)
    unchanged = kept(staff)

    for name in ("Andet", " ", "x" * (LONGEST_NAME + 1)):
        with pytest.raises(InvalidValues) as refused:
            staff.saved_lists.rename("I dag", name, actor=ANNA)
        assert list(refused.value.errors) == ["navn"]
    for stranger in (BO, CLARA):  # with whom it is shared, and with whom it is not
        with pytest.raises(NotFound):
            staff.saved_lists.rename("I dag", "Mit", actor=stranger)
    with pytest.raises(NotFound):
        staff.saved_lists.rename("Slettet", "Mit", actor=ANNA)

    assert kept(staff) == unchanged


def test_a_list_of_a_team_is_called_otherwise_by_who_leads_it_alone(
    flow: Flowcase, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"teamledere": {"fronten": ["teamleder_fronten", "teamleder_nord"]}}
    monkeypatch.setattr(flow.saved_lists._rule_sets, "settings", lambda tx: settings)
    leader, other = (
        Actor(id, groups=frozenset({group}))
        for id, group in (("lene", "teamleder_fronten"), ("viggo", "teamleder_nord"))
    )
    flow.saved_lists.save("Om Noah", "frist=uge", team="fronten", actor=leader)
    flow.saved_lists.save("Uden frist", "", team="fronten", actor=leader)

    with pytest.raises(Forbidden):
        flow.saved_lists.rename("Om Noah", "Ugen", team="fronten", actor=ANNA)
    with pytest.raises(InvalidValues):
        flow.saved_lists.rename("Om Noah", "Uden frist", team="fronten", actor=leader)
    flow.saved_lists.rename("Om Noah", "Ugen", team="fronten", actor=other)

    assert [(row.name, row.query, row.shared_by) for row in flow.saved_lists.list(ANNA)] == [
        ("Uden frist", "", "lene"),
        ("Ugen", "frist=uge", "lene"),
    ]
    rows = [row for row in flow.history.of_stream("installation") if row.kind.startswith("TeamList")]
    assert (rows[-1].event, rows[-1].actor) == (TeamListKept(team="fronten", is_new=False), "viggo")
    assert "Noah" not in str([row.event for row in rows]) and "Ugen" not in str([row.event for row in rows])


def told(flow: Flowcase) -> list[tuple[str, str]]:
    rows = flow.history.of_stream("installation")
    return [(row.kind, row.actor) for row in rows if row.kind.startswith("ListShare")]


def test_an_owner_shares_a_list_with_colleagues_who_see_what_becomes_of_it(staff: Flowcase) -> None:
    staff.list_shares.share("I dag", "bo", actor=ANNA)
    staff.list_shares.share("I dag", "bo", actor=ANNA)
    staff.list_shares.share("I dag", "clara", actor=ANNA)

    staff.saved_lists.save("I dag", "frist=uge", actor=ANNA)

    for colleague in (BO, CLARA):
        assert [(row.name, row.query, row.shared_by) for row in staff.saved_lists.list(colleague)] == [
            ("I dag", "frist=uge", "anna")
        ]
    assert [(row.name, row.shares, row.is_own) for row in staff.saved_lists.list(ANNA)] == [
        ("I dag", 2, True)
    ]
    assert [row.id for row in staff.list_shares.colleagues(ANNA)] == ["bo", "clara"]
    assert told(staff) == [("ListShared", "anna")] * 2
    assert "I dag" not in "".join(str(row.event) for row in staff.history.of_stream("installation"))


def test_a_share_is_ended_by_either_of_the_two_or_with_the_list_and_by_nobody_else(staff: Flowcase) -> None:
    for to in ("bo", "clara"):
        staff.list_shares.share("I dag", to, actor=ANNA)
    with_bo, with_clara = staff.list_shares.of(ANNA)["I dag"]
    with pytest.raises(Forbidden):
        staff.list_shares.end(with_clara.id, actor=BO)

    staff.list_shares.end(with_bo.id, actor=BO)
    staff.list_shares.end(with_bo.id, actor=BO)
    assert [each.person for each in staff.list_shares.of(ANNA)["I dag"]] == ["clara"]
    staff.list_shares.share("I dag", "bo", actor=ANNA)
    staff.list_shares.end(with_clara.id, actor=ANNA)
    staff.saved_lists.delete("I dag", actor=ANNA)

    assert kept(staff, BO) == kept(staff, CLARA) == kept(staff) == []
    ended = ("ListShareEnded", "anna")
    shared = ("ListShared", "anna")
    assert told(staff) == [shared, shared, ("ListShareEnded", "bo"), shared, ended, ended]


def test_a_list_goes_to_no_stranger_supplier_or_oneself_and_only_its_owner_shares_it(staff: Flowcase) -> None:
    supplier = Actor("granly", groups=frozenset({"leverandoer"}))
    for to in ("granly", "lena", "anna", "findes-ikke", ""):
        with pytest.raises(InvalidValues):
            staff.list_shares.share("I dag", to, actor=ANNA)
    staff.list_shares.share("I dag", "bo", actor=ANNA)

    for other in (BO, CLARA):
        with pytest.raises(NotFound):
            staff.list_shares.share("I dag", "clara", actor=other)
    staff.saved_lists.save("Mit", "", actor=supplier)
    with pytest.raises(InvalidValues):
        staff.list_shares.share("Mit", "bo", actor=supplier)

    assert staff.list_shares.colleagues(supplier) == []
    assert kept(staff, CLARA) == []


def test_nobody_is_given_more_than_twenty_lists_of_others(
    staff: Flowcase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flowcase.services.tasks.list_shares.MOST_RECEIVED", 1)
    staff.saved_lists.save("Andet", "", actor=ANNA)
    staff.list_shares.share("I dag", "bo", actor=ANNA)

    with pytest.raises(InvalidValues):
        staff.list_shares.share("Andet", "bo", actor=ANNA)

    assert MOST_RECEIVED == 20 and kept(staff, BO) == [("I dag", "frist=i_dag")]
