"""Comments: sealed, for who is close to the case, and a notice without words for who is named."""

from __future__ import annotations

import pytest

from flowcase.access.actor import SYSTEM, Actor
from flowcase.errors import Forbidden, InvalidValues
from flowcase.store.queries.notices import notices
from tests.services.test_documents import CAMILLA, CASE, PETER, flow, opened

__all__ = ["flow", "opened"]


@pytest.fixture
def omar(flow):
    flow.people.add("omar.syd", groups=("familieteam_syd",), actor=SYSTEM)
    flow.people.add("peter.nord", groups=("familieteam_nord",), actor=SYSTEM)
    return Actor("omar.syd", groups=frozenset({"familieteam_syd"}))


def test_who_is_named_gets_a_notice_that_holds_no_word_of_it(flow, omar, tmp_path):
    flow.comments.add("@omar.syd kan du ringe til skolen om skilsmissen?", case=CASE, actor=CAMILLA)

    [seen] = flow.comments.of_case(CASE, actor=omar)
    [notice] = flow.cases._transactions.read(lambda tx: notices(tx, person="omar.syd"))
    assert (seen.mentions, seen.by) == (("omar.syd",), "camilla.syd")
    assert notice.text_code == "kommentar_naevnt"
    on_disk = b"".join(path.read_bytes() for path in (tmp_path / "home").glob("flowcase.sqlite*"))
    assert b"skilsmissen" not in on_disk


@pytest.mark.parametrize("text", ["", "   ", "x" * 5001, "@ukendt hej", "@peter.nord se her"])
def test_nothing_too_much_and_names_that_may_not_see_it_are_refused(flow, omar, text):
    with pytest.raises(InvalidValues):
        flow.comments.add(text, case=CASE, actor=CAMILLA)

    assert flow.comments.of_case(CASE, actor=CAMILLA) == []


def test_comments_are_for_who_is_close_to_the_case(flow, omar):
    flow.comments.add("Mor er bekymret.", case=CASE, actor=CAMILLA)

    assert flow.comments.of_case(CASE, actor=PETER) == []
    with pytest.raises(Forbidden):
        flow.comments.add("Hej", case=CASE, actor=PETER)


def test_the_readers_are_those_whom_a_comment_may_name_with_who_is_named_on_the_case(flow, omar):
    flow.people.add("camilla.syd", groups=("socialafsnit",), actor=SYSTEM)
    flow.people.add("tine.unge", groups=("ungeafsnit",), actor=SYSTEM)
    flow.people.add("gone.syd", groups=("familieteam_syd",), actor=SYSTEM)
    flow.people.deactivate("gone.syd", actor=SYSTEM)
    flow.people.add_program("program", groups=["familieteam_syd"], scopes=["tasks:read"], actor=SYSTEM)
    everybody = flow.people.list(only_active=False)
    of_the_team = [each for each in everybody if each.id == "omar.syd"]

    among_all = {each.id for each in flow.comments.readers(everybody, case=CASE)}
    among_some = {each.id for each in flow.comments.readers(of_the_team, case=CASE)}

    assert {"omar.syd", "camilla.syd"} <= among_all
    assert not {"peter.nord", "tine.unge", "gone.syd", "program"} & among_all
    assert among_some == {"omar.syd", "camilla.syd"}
    for each in among_all:
        flow.comments.add(f"@{each} se her", case=CASE, actor=CAMILLA)
