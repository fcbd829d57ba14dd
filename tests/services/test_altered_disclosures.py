"""Who from outside may see what, and what somebody was given, altered behind flowcase's back."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from flowcase.access.actor import SYSTEM, Actor
from flowcase.access.events import GuestConfirmed, GuestLinkEnded, GuestLinkMade
from flowcase.bootstrap import Flowcase
from flowcase.cases.events import (
    AccessReportAnswered,
    AccessReportAsked,
    AccessReportRead,
    CaseErased,
    CaseOpened,
)
from flowcase.services.meetings.guest_links import keyed_hash
from flowcase.services.proving import altered_disclosures
from flowcase.store import INSTALLATION, Tx
from flowcase.store.access_report_tables import access_report, access_report_choice
from flowcase.store.guest_tables import guest_link
from tests.services.altering import Altered, not_said, said_of_each

ONE, TWO, THREE = (f"SAG-000{number}" for number in (1, 2, 3))
TABLES = (guest_link, access_report, access_report_choice)
ALTERED: Altered = {
    "a link open for longer": (
        ("UPDATE guest_link SET closes_at = (SELECT max(closes_at) FROM guest_link) WHERE id = 'g1'",),
        "Guest link g1: closes_at is not what the history tells",
    ),
    "a link that was closed opened again": (
        ("UPDATE guest_link SET ended_at = NULL WHERE id = 'g2'",),
        "Guest link g2: ended_at is not what the history tells",
    ),
    "a link to another item": (
        ("UPDATE guest_link SET item = 'i2' WHERE id = 'g1'",),
        "Guest link g1: item is not what the history tells",
    ),
    "a link to another meeting": (
        ("UPDATE guest_link SET meeting = 'm2' WHERE id = 'g1'",),
        "Guest link g1: meeting is not what the history tells",
    ),
    "a link for somebody else": (
        ("UPDATE guest_link SET recipient = 'skole' WHERE id = 'g1'",),
        "Guest link g1: recipient is not what the history tells",
    ),
    "a link on the ground of another consent": (
        ("UPDATE guest_link SET grounds = '[\"x\"]' WHERE id = 'g1'",),
        "Guest link g1: grounds is not what the history tells",
    ),
    "a link made by another, who has not left": (
        ("UPDATE guest_link SET made_by = 'mallory' WHERE id = 'g1'",),
        "Guest link g1: made_by is not what the history tells",
    ),
    "a link made at another time": (
        ("UPDATE guest_link SET made_at = closes_at WHERE id = 'g1'",),
        "Guest link g1: made_at is not what the history tells",
    ),
    "a link that was locked by wrong codes": (
        ("UPDATE guest_link SET misses = 0 WHERE id = 'g1'",),
        "Guest link g1: misses is not what the history tells",
    ),
    "a link in another case": (
        (f"UPDATE guest_link SET case_code = '{TWO}' WHERE id = 'g1'",),
        "Guest link g1: case_code is not what the history tells",
    ),
    "a secret of one's own": (
        ("UPDATE guest_link SET secret_hash = 'x' WHERE id = 'g1'",),
        "Guest link g1: its mail address, or the secret that opens it, is not what it was made with",
    ),
    "the codes of a link sent where those of another go": (
        ("UPDATE guest_link SET sealed_address = (SELECT g.sealed_address FROM guest_link g "
         "WHERE g.id = 'g2') WHERE id = 'g1'",),
        "Guest link g1: its mail address was altered, or moved from another link",
    ),
    "a link taken away": (("DELETE FROM guest_link WHERE id = 'g1'",), "Guest link g1: is gone"),
    "a link made up": (
        ("INSERT INTO guest_link (id, case_code, meeting, item, recipient, grounds, sealed_address, "
         "secret_hash, made_by, made_at, closes_at) SELECT 'made up', case_code, meeting, item, recipient, "
         "grounds, sealed_address, 'y', made_by, made_at, closes_at FROM guest_link WHERE id = 'g1'",),
        "Guest link made up: no event led to it",
    ),
    "a report approved": (
        ("UPDATE access_report SET status = 'approved' WHERE id = 'r2'",),
        "Access report r2: status is not what the history tells",
    ),
    "a report on somebody else": (
        ("UPDATE access_report SET person = 'x' WHERE id = 'r1'",),
        "Access report r1: person is not what the history tells",
    ),
    "a report on somebody elsewhere in the case": (
        ("UPDATE access_report SET place = 'x' WHERE id = 'r1'",),
        "Access report r1: place is not what the history tells",
    ),
    "a report for somebody else": (
        ("UPDATE access_report SET recipient = 'far' WHERE id = 'r1'",),
        "Access report r1: recipient is not what the history tells",
    ),
    "a case left out of a report": (
        (f"UPDATE access_report SET cases = '[\"{ONE}\"]' WHERE id = 'r1'",),
        "Access report r1: cases is not what the history tells",
    ),
    "another content approved": (
        ("UPDATE access_report SET content = 'x' WHERE id = 'r1'",),
        "Access report r1: content is not what the history tells",
    ),
    "another name under the approval": (
        ("UPDATE access_report SET decided_by = 'mallory' WHERE id = 'r1'",),
        "Access report r1: decided_by is not what the history tells",
    ),
    "approved at another time": (
        ("UPDATE access_report SET decided_at = asked_at WHERE id = 'r1'",),
        "Access report r1: decided_at is not what the history tells",
    ),
    "asked for by another, who could then not have approved it": (
        ("UPDATE access_report SET asked_by = 'mallory', asked_at = decided_at WHERE id = 'r1'",),
        "Access report r1: asked_at, asked_by is not what the history tells",
    ),
    "a report of another case": (
        (f"UPDATE access_report SET case_code = '{TWO}' WHERE id = 'r1'",),
        "Access report r1: case_code is not what the history tells",
    ),
    "a report taken away": (
        ("DELETE FROM access_report_choice WHERE report = 'r1'", "DELETE FROM access_report WHERE id = 'r1'"),
        "Access report r1: is gone",
    ),
    "a report made up": (
        ("INSERT INTO access_report SELECT 'made up', case_code, place, person, recipient, cases, status, "
         "asked_at, asked_by, decided_at, decided_by, content FROM access_report WHERE id = 'r1'",),
        "Access report made up: no event led to it",
    ),
    "a part kept back": (
        ("DELETE FROM access_report_choice WHERE part = 'b.tekst'",),
        f"Choice of an access report r1 {ONE} b.tekst: is gone",
    ),
    "a part given that nobody has read": (
        (f"INSERT INTO access_report_choice VALUES ('r1', '{TWO}', 'x.tekst', 'anna')",),
        f"Choice of an access report r1 {TWO} x.tekst: no event led to it",
    ),
    "a part read by another": (
        ("UPDATE access_report_choice SET judged_by = 'mallory' WHERE part = 'b.tekst'",),
        f"Choice of an access report r1 {ONE} b.tekst: judged_by is not what the history tells",
    ),
}  # fmt: skip


@pytest.fixture
def told(flow: Flowcase) -> Flowcase:
    """Two links, one of them closed; two reports, one of them approved; and all of both in an erased case."""
    with _as(flow, "system") as tx:
        for code in (ONE, TWO, THREE):
            opened: dict[str, Any] = {"rule_set": "r", "rule_set_version": "1", "facts": {}}
            tx.append(f"case:{code}", CaseOpened(case=code, child=None, **opened))
    with _as(flow, "anna") as tx:
        make_link(tx, ONE, "g1", days=7)
        make_link(tx, TWO, "g2", days=30)
        make_link(tx, THREE, "g3", days=7)
        for report, case in (("r1", ONE), ("r2", TWO), ("r3", THREE)):
            of = {"report": report, "case": case}
            asked = {"place": "p", "person": "h", "recipient": "selv", "cases": (ONE, TWO, THREE)}
            tx.append(f"case:{case}", AccessReportAsked(**of, **asked))
        for report, case, given in (
            ("r1", ONE, ("a.tekst",)),
            ("r1", ONE, ("b.tekst", "c.tekst")),
            ("r1", TWO, ("d.tekst",)),
            ("r1", TWO, ()),
            ("r1", THREE, ("e.tekst",)),
            ("r3", ONE, ("b.tekst",)),
            ("r3", THREE, ("e.tekst",)),
        ):
            tx.append(f"case:{case}", AccessReportRead(report=report, case=case, given=given))
    with _as(flow, "gaest") as tx:
        for is_right in (False, False, True):
            of = {"case": ONE, "link": "g1", "recipient": "ppr"}
            misses = tx.first(guest_link.select().where(guest_link.c.id == "g1")).misses
            tx.update_any(guest_link, {"id": "g1"}, {"misses": misses + (not is_right)})
            tx.append(f"case:{ONE}", GuestConfirmed(**of, is_right=is_right))
    with _as(flow, "bo") as tx:
        tx.update_any(guest_link, {"id": "g2"}, {"ended_at": tx.now})
        tx.append(f"case:{TWO}", GuestLinkEnded(case=TWO, link="g2", recipient="ppr"))
        answered = AccessReportAnswered(report="r1", case=ONE, is_approved=True, content="abc")
        tx.append(f"case:{ONE}", answered)
        erased = {"reason": "fejl", "approved_by": "bo", "streams": (f"case:{THREE}",)}
        tx.append(INSTALLATION, CaseErased(case=THREE, **erased, shared=(), facts={}))
    return flow


def _as(flow: Flowcase, person: str) -> Any:
    """A transaction a minute after the last one."""
    flow.clock.advance(dt.timedelta(minutes=1))
    return flow.store.begin(SYSTEM if person == "system" else Actor(person), flow.clock.now())


def make_link(tx: Tx, case: str, id: str, *, days: int, is_of_an_older_release: bool = False) -> None:
    seen = {"meeting": "m1", "item": "i1", "recipient": "ppr", "closes_at": tx.now + dt.timedelta(days=days)}
    address, secret_hash = f"{id}@ppr.example", f"hash of {id}"
    tx.insert(
        guest_link,
        id=id,
        case_code=case,
        **seen,
        grounds=["s1"],
        sealed_address=tx.seal(f"case:{case}", f"guest address|{id}", address.encode()),
        secret_hash=secret_hash,
        made_by=tx.actor.id,
        made_at=tx.now,
        codes=1,
        misses=0,
        code_misses=0,
    )
    proof = "" if is_of_an_older_release else keyed_hash(tx, id, address, secret_hash)
    made = GuestLinkMade(case=case, link=id, **seen, grounds=("s1",), keyed_hash=proof)
    tx.append(f"case:{case}", made)


def test_links_and_reports_that_say_what_the_history_tells_are_whole(told: Flowcase) -> None:
    """Also where a report went with the case that it was asked for in, and a choice with its case."""
    assert told.altered_rows.find(casework=True) == []


@pytest.mark.parametrize("page", [1, 200])
def test_each_link_and_report_altered_beside_the_history_is_named(
    told: Flowcase, page: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever the cases lie that a row was moved from and to."""
    cases = altered_disclosures.queries.cases
    monkeypatch.setattr(altered_disclosures.queries, "cases", lambda tx: cases(tx, page=page))

    found = said_of_each(told, ALTERED, TABLES, casework=True)

    assert not_said(ALTERED, found) == {}


def test_what_an_erasure_took_away_is_named_when_it_is_back(told: Flowcase) -> None:
    back = {
        "a report": (
            (f"INSERT INTO access_report SELECT 'r3', '{THREE}', place, person, recipient, cases, status, "
             "asked_at, asked_by, decided_at, decided_by, content FROM access_report WHERE id = 'r2'",),
            "Access report r3: is back, although its case was erased",
        ),
        "a choice": (
            (f"INSERT INTO access_report_choice VALUES ('r1', '{THREE}', 'e.tekst', 'anna')",),
            f"Choice of an access report r1 {THREE} e.tekst: is back, although its case was erased",
        ),
    }  # fmt: skip

    found = said_of_each(told, back, TABLES, casework=True)

    assert not_said(back, found) == {}


def test_a_link_that_an_older_release_made_is_compared_but_for_its_secret(told: Flowcase) -> None:
    with _as(told, "anna") as tx:
        make_link(tx, ONE, "g4", days=7, is_of_an_older_release=True)
    altered: Altered = {
        "longer": (
            ("UPDATE guest_link SET closes_at = (SELECT max(closes_at) FROM guest_link) WHERE id = 'g4'",),
            "Guest link g4: closes_at is not what the history tells",
        ),
    }

    before = told.altered_rows.find(casework=True)
    found = said_of_each(told, altered, TABLES, casework=True)

    assert before == []
    assert not_said(altered, found) == {}
