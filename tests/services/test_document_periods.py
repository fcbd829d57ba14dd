"""One document that is kept longer or shorter than its case: by two people, stopped by a hold, gone alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from flowcase import bootstrap
from flowcase.access.actor import SYSTEM, Actor
from flowcase.bootstrap import Flowcase
from flowcase.errors import Conflict, Erased, Forbidden, NotFound, Refused
from flowcase.services.case_files.documents import Given
from tests.proofs.searching import found_in_files
from tests.services.conftest import OPERATOR
from tests.web import world as worlds
from tests.web.world import at

CASE = "SAG-2851"
TEXT = b"Ordene fra den gamle udtalelse om barnets kvarter"
TODAY = dt.date(2026, 3, 24)


@pytest.fixture
def flow(tmp_path: Path) -> Iterator[Flowcase]:
    """An open case, and people who decide on how long its documents are kept."""
    config = worlds._config(tmp_path)
    bootstrap.upgrade(config)
    flow = worlds.open_world(tmp_path, now=at(24, 8)).flow
    for id in ("else.syd", "anders.myn", "camilla.syd"):
        name, groups = worlds.PEOPLE[id]
        flow.people.add(id, name=name, groups=groups, actor=SYSTEM)
    facts = {"team": "familieteam_syd", "kendskabsdato": TODAY}
    flow.cases.open(CASE, child={"navn": "Barn"}, facts=facts, actor=SYSTEM)
    yield flow
    flow.close()


def _actor(flow: Flowcase, id: str) -> Actor:
    return flow.people.actor(id)


def _document(flow: Flowcase, name: str = "gammel-udtalelse.txt", content: bytes = TEXT) -> str:
    return flow.documents.add_to_case(CASE, Given(name, content), actor=_actor(flow, "camilla.syd"))


def _approved(flow: Flowcase, document: str, until: dt.date) -> str:
    periods = flow.retention.documents
    id = periods.propose(document, until=until, reason="ikke_noedvendigt", actor=_actor(flow, "else.syd"))
    periods.decide(id, is_approved=True, actor=_actor(flow, "anders.myn"))
    return id


def test_a_document_goes_alone_when_its_own_day_has_passed(flow: Flowcase) -> None:
    gone, kept = _document(flow), _document(flow, "anden.txt", b"Et andet papir")
    _approved(flow, gone, TODAY + dt.timedelta(days=2))

    on_the_day = _run(flow, days=2)
    after = _run(flow, days=1)

    assert (on_the_day, after) == ((), (gone,))
    camilla = _actor(flow, "camilla.syd")
    for look in (flow.documents.get, flow.documents.read):
        with pytest.raises(Erased):
            look(gone, actor=camilla)
    assert flow.documents.read(kept, actor=camilla)[1] == b"Et andet papir"
    assert flow.cases.get(CASE, actor=SYSTEM).erased_at is None
    assert "gammel-udtalelse" not in repr([row.values for row in flow.cases.records("Dokument")])
    assert found_in_files(flow.settings.home, [TEXT.decode()]) == {}
    [told] = [row for row in flow.history.of_stream(f"case:{CASE}") if row.kind == "DocumentErased"]
    assert told.event.approved_by == "anders.myn"  # type: ignore[union-attr]
    assert flow.history.verify() == []
    assert flow.altered_rows.find(casework=True) == []
    assert _run(flow) == ()


def _run(flow: Flowcase, days: int = 0) -> tuple[str, ...]:
    flow.clock.set(flow.clock.now() + dt.timedelta(days=days))
    return flow.retention.carry_out(actor=OPERATOR).documents


def test_a_hold_keeps_the_document_and_the_yes_counts_once_it_is_lifted(flow: Flowcase) -> None:
    document = _document(flow)
    _approved(flow, document, TODAY)
    flow.erasure.hold(CASE, reason="klagesag", actor=_actor(flow, "anders.myn"))

    held = _run(flow, days=3)
    [period] = flow.retention.overview(actor=OPERATOR).documents
    flow.erasure.lift(CASE, reason="sag_afgjort", actor=_actor(flow, "anders.myn"))

    assert (held, period.is_over, period.is_held) == ((), True, True)
    assert _run(flow) == (document,)


def test_two_people_decide_and_what_is_not_in_order_is_refused(flow: Flowcase) -> None:
    periods, document = flow.retention.documents, _document(flow)
    else_, anders = _actor(flow, "else.syd"), _actor(flow, "anders.myn")
    own = periods.propose(document, until=TODAY, reason="retssag", actor=anders)

    for actor in (anders, else_, OPERATOR, SYSTEM):
        with pytest.raises(Forbidden):
            periods.decide(own, is_approved=True, actor=actor)
    with pytest.raises(Refused, match="venter allerede"):
        periods.propose(document, until=TODAY, reason="retssag", actor=else_)
    with pytest.raises(Forbidden):
        periods.propose(document, until=TODAY, reason="retssag", actor=_actor(flow, "camilla.syd"))
    for values, refusal in (
        ({"until": TODAY - dt.timedelta(days=1), "reason": "retssag"}, Refused),
        ({"until": TODAY, "reason": "Fru Hansen"}, Refused),
    ):
        with pytest.raises(refusal):
            periods.propose(_document(flow, "b.txt", b"b"), actor=else_, **values)  # type: ignore[arg-type]
    for id in ("findes-ikke", flow.cases.records("Barn")[0].id):
        with pytest.raises(NotFound):
            periods.propose(id, until=TODAY, reason="retssag", actor=else_)
    assert _run(flow, days=9) == ()


def test_the_newest_yes_counts_and_the_same_content_elsewhere_stays(flow: Flowcase) -> None:
    document, twin = _document(flow), _document(flow, "tvilling.txt")
    first = _approved(flow, document, TODAY)
    _approved(flow, document, TODAY + dt.timedelta(days=5))

    early, late = _run(flow, days=3), _run(flow, days=3)

    assert (early, late) == ((), (document,))
    assert flow.documents.read(twin, actor=_actor(flow, "camilla.syd"))[1] == TEXT
    statuses = {each.row.id: each.row.status for each in flow.retention.overview(actor=OPERATOR).documents}
    assert statuses[first] == "replaced"
    with pytest.raises(Conflict):
        flow.retention.documents.decide(first, is_approved=True, actor=_actor(flow, "anders.myn"))


WAITING, GIVEN = "WHERE status = 'waiting'", "WHERE status = 'approved'"
BY_ANDERS = "status = 'approved', decided_at = proposed_at, decided_by = 'anders.myn'"
ALTERED = {
    "a document's last day brought forward": (
        (f"UPDATE document_period SET until = '2020-01-01' {GIVEN}",),
        "until is not what the history tells",
    ),
    "a document's day approved by oneself": (
        (f"UPDATE document_period SET {BY_ANDERS} {WAITING}",),
        "status, decided_at, decided_by is not what the history tells",
    ),
    "a document's day taken for done": (
        (f"UPDATE document_period SET status = 'done' {GIVEN}",),
        "status is not what the history tells",
    ),
    "a document's day taken away": ((f"DELETE FROM document_period {GIVEN}",), "is gone"),
    "a document's day made up": (
        ("INSERT INTO document_period SELECT 'made up', document, case_code, until, reason, status, "
         f"proposed_at, proposed_by, decided_at, decided_by FROM document_period {GIVEN}",),
        "Document period made up: no event proposed it",
    ),
    "an erasure approved by oneself": (
        (f"UPDATE erasure_proposal SET {BY_ANDERS}",),
        "status, decided_at, decided_by is not what the history tells",
    ),
    "an open case put into an erasure of closed ones": (
        ("UPDATE erasure_item SET document_class = 'lukket'",),
        "items is not what the history tells",
    ),
    "an erasure taken away": (
        ("DELETE FROM erasure_item", "DELETE FROM erasure_proposal"),
        "is gone",
    ),
    "an erasure made up": (
        ("INSERT INTO erasure_proposal SELECT 'made up', reason, status, proposed_at, proposed_by, "
         "decided_at, decided_by FROM erasure_proposal",),
        "Erasure made up: no event proposed it",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("statements", "said"), ALTERED.values(), ids=ALTERED.keys())
def test_what_two_people_decide_altered_beside_the_history_is_named(
    flow: Flowcase, statements: tuple[str, ...], said: str
) -> None:
    _approved(flow, _document(flow), TODAY + dt.timedelta(days=2))
    _approved(flow, _document(flow, "igen.txt", b"Et andet papir"), TODAY)
    _run(flow, days=1)
    later, by = TODAY + dt.timedelta(days=9), _actor(flow, "else.syd")
    flow.retention.documents.propose(
        _document(flow, "ny.txt", b"Nyt"), until=later, reason="retssag", actor=by
    )
    flow.retention.erase_one(CASE, reason="fejloprettet", also_open=True, actor=OPERATOR)
    before = flow.altered_rows.find()

    with flow.store.engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))

    assert before == []
    [found] = flow.altered_rows.find()
    assert said in str(found)
