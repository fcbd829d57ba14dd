"""Who approved what went into force, altered behind flowcase's back: `flowcase verify` names it."""

from __future__ import annotations

import datetime as dt
import gc
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest

from flowcase import events
from flowcase.access.actor import SYSTEM, Actor
from flowcase.bootstrap import Flowcase
from flowcase.history.retold_reviews import Reviews
from flowcase.services.proving import altered_reviews, told_of_installation
from flowcase.services.proving.altered_row import AlteredRow
from flowcase.services.proving.told_of_installation import Share
from flowcase.store import INSTALLATION, Tx
from flowcase.store.review_tables import review, review_comment, review_file
from tests.services.altering import Altered, not_said, said_of_each
from tests.services.conftest import OPERATOR
from tests.services.diagrams import end, process, start, user_task

MINUTE = dt.timedelta(minutes=1)
JENS = Actor("jens", groups=frozenset({"procesejer"}))
LONE = Actor("lone", groups=frozenset({"procesejer"}))
FIRST, SECOND = (process("p", start(), user_task(name), end()) for name in ("a", "b"))
OTHER = process("q", start(), user_task("q1"), end())


def _of(review: str) -> str:
    return f"(SELECT id FROM review WHERE status = '{review}')"


# what somebody with the database may do -> statements, and all that is said
ALTERED: Altered = {
    "what was sent back approved": (
        ("UPDATE review SET status = 'approved' WHERE status = 'sent_back'",),
        "status is not what the history tells",
    ),
    "another name put under an approval": (
        ("UPDATE review SET decided_by = 'mallory' WHERE status = 'deployed'",),
        "decided_by is not what the history tells",
    ),
    "an approval made earlier": (
        ("UPDATE review SET decided_at = at WHERE status = 'deployed'",),
        "decided_at is not what the history tells",
    ),
    "the reason changed": (
        ("UPDATE review SET reason = 'x' WHERE status = 'sent_back'",),
        "reason is not what the history tells",
    ),
    "an author taken out, who could then have approved it": (
        ("UPDATE review SET authors = '[]' WHERE status = 'deployed'",),
        "authors is not what the history tells",
    ),
    "another owner": (
        ("UPDATE review SET owner = 'mallory' WHERE status = 'asked'",),
        "owner is not what the history tells",
    ),
    "another draft of the owner": (
        ("UPDATE review SET copy = 7 WHERE status = 'asked'",),
        "copy is not what the history tells",
    ),
    "another content than was approved": (
        ("UPDATE review SET hash = (SELECT max(hash) FROM resource WHERE hash <> review.hash) "
         "WHERE status = 'deployed'",),
        "hash is not what the history tells",
    ),
    "another file": (
        ("UPDATE review SET file_name = 'x.bpmn' WHERE status = 'asked'",),
        "file_name is not what the history tells",
    ),
    "another note": (
        ("UPDATE review SET note = 'x' WHERE status = 'asked'",),
        "note is not what the history tells",
    ),
    "asked for at another time": (
        ("UPDATE review SET at = decided_at WHERE status = 'deployed'",),
        "at is not what the history tells",
    ),
    "approved against another version": (
        ("UPDATE review SET against = NULL WHERE status = 'deployed'",),
        "against is not what the history tells",
    ),
    "the deployment forgotten": (
        ("UPDATE review SET deployment = NULL WHERE status = 'deployed'",),
        "deployment is not what the history tells",
    ),
    "a review taken away": (
        (f"DELETE FROM review_file WHERE review = {_of('voided')}",
         "DELETE FROM review WHERE status = 'voided'"),
        "is gone",
    ),
    "a review made up": (
        ("INSERT INTO review (id, file_name, owner, copy, hash, authors, note, at, status, decided_by) "
         "SELECT 'made up', file_name, owner, copy, hash, authors, note, at, 'approved', 'mallory' "
         "FROM review WHERE status = 'asked'",),
        "Review made up: no event led to it",
    ),
    "another content of a further file": (
        ("UPDATE review_file SET hash = (SELECT max(hash) FROM resource WHERE hash <> review_file.hash) "
         "WHERE file_name = 'q.bpmn'",),
        "q.bpmn: hash is not what the history tells",
    ),
    "a further file against another version": (
        (f"UPDATE review_file SET against = hash WHERE review = {_of('sent_back')}",),
        "against is not what the history tells",
    ),
    "another draft of a further file": (
        ("UPDATE review_file SET copy = 7 WHERE file_name = 'q.bpmn'",),
        "q.bpmn: copy is not what the history tells",
    ),
    "a further file taken out, to go into force alone": (
        ("DELETE FROM review_file WHERE file_name = 'q.bpmn'",),
        "q.bpmn: is gone",
    ),
    "a further file put under an approval": (
        ("INSERT INTO review_file (review, file_name, copy, hash) "
         "SELECT review, 'x.bpmn', copy, hash FROM review_file WHERE file_name = 'q.bpmn'",),
        "x.bpmn: no event led to it",
    ),
    "a comment resolved": (
        ("UPDATE review_comment SET resolved_by = 'jens', resolved_at = at WHERE element = 'b'",),
        "resolved_by, resolved_at is not what the history tells",
    ),
    "a comment reworded": (
        ("UPDATE review_comment SET text = 'Fint' WHERE element = 'b'",),
        "text is not what the history tells",
    ),
    "a comment put into another mouth": (
        ("UPDATE review_comment SET actor = 'jens' WHERE element = 'b'",),
        "actor is not what the history tells",
    ),
    "a comment put elsewhere": (
        (f"UPDATE review_comment SET review = {_of('asked')}, element = 'c', file_name = 'q.bpmn' "
         "WHERE element = 'b'",),
        "review, element, file_name is not what the history tells",
    ),
    "a comment written at another time": (
        ("UPDATE review_comment SET at = (SELECT max(at) FROM review) WHERE element = 'b'",),
        "at is not what the history tells",
    ),
    "a comment taken away": (("DELETE FROM review_comment WHERE element = 'b'",), "is gone"),
    "a comment made up": (
        ("INSERT INTO review_comment (id, review, element, file_name, text, actor, at) "
         "SELECT 'made up', review, element, file_name, text, actor, at FROM review_comment "
         "WHERE element = 'b'",),
        "Review comment made up: no event led to it",
    ),
}  # fmt: skip


@pytest.fixture
def reviewed(flow: Flowcase) -> Flowcase:
    """One review deployed, one sent back with comments, one voided, one of two files that waits."""
    flow.deployments.deploy({"p.bpmn": FIRST}, actor=OPERATOR)

    def ask(content: bytes, **together: int) -> str:
        seen = flow.studio.open("p.bpmn", actor=JENS)
        assert seen.in_force is not None
        flow.kept_drafts.save("p.bpmn", content, seen=seen.draft, based_on=seen.in_force.hash, actor=JENS)
        flow.clock.advance(MINUTE)
        return flow.reviews.ask(
            "p.bpmn", note="n", together={f"{file}.bpmn": copy for file, copy in together.items()}, actor=JENS
        )

    approved = ask(SECOND)
    flow.clock.advance(MINUTE)
    flow.reviews.approve(approved, digest=flow.reviews.get(approved, actor=LONE).digest, actor=LONE)
    in_force = flow.studio.open("p.bpmn", actor=JENS).in_force
    assert in_force is not None
    flow.studio.deploy("p.bpmn", SECOND, note="n", replaces=in_force.hash, actor=JENS)

    back = ask(process("p", start(), user_task("b", groups="fronten"), end()))
    flow.reviews.comment(back, "Hvorfor?", element="b", actor=LONE)
    resolved = flow.reviews.comment(back, "Og her?", actor=LONE)
    flow.reviews.mark(back, resolved, is_resolved=True, actor=JENS)
    flow.reviews.mark(back, resolved, is_resolved=False, actor=JENS)
    flow.reviews.mark(back, resolved, is_resolved=True, actor=JENS)
    flow.reviews.send_back(back, reason="Nej", actor=LONE)

    ask(process("p", start(), user_task("c"), end()))
    flow.kept_drafts.save("q.bpmn", OTHER, seen=None, based_on=None, actor=JENS)
    ask(process("p", start(), user_task("d"), end()), q=0)  # voids the one before
    return flow


def test_reviews_that_say_what_the_history_tells_are_whole(reviewed: Flowcase) -> None:
    rows = [row.status for row, _ in reviewed.reviews.list(actor=LONE)]

    assert sorted(rows) == ["asked", "deployed", "sent_back", "voided"]
    assert reviewed.altered_rows.find() == []


def test_each_review_altered_beside_the_history_is_named(reviewed: Flowcase) -> None:
    found = said_of_each(reviewed, ALTERED, (review, review_file, review_comment))

    assert not_said(ALTERED, found) == {}
    assert reviewed.altered_rows.find() == []


def test_one_share_of_them_after_the_other_says_the_same(
    reviewed: Flowcase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(altered_reviews, "_ROWS_AT_ONCE", 1)

    found = said_of_each(reviewed, ALTERED, (review, review_file, review_comment))

    assert not_said(ALTERED, found) == {}
    assert reviewed.altered_rows.find() == []


def test_memory_does_not_grow_with_the_number_of_reviews(
    reviewed: Flowcase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(altered_reviews, "_ROWS_AT_ONCE", 900)
    monkeypatch.setattr(told_of_installation, "_ENTRIES_AT_ONCE", 10)
    compared = altered_reviews._compared

    def compared_and_tidied(tx: Tx, share: Share, said: Reviews) -> Iterator[AlteredRow]:
        yield from compared(tx, share, said)
        gc.collect()  # what nobody holds any more is not what is asked for

    monkeypatch.setattr(altered_reviews, "_compared", compared_and_tidied)

    def peak() -> int:
        gc.collect()
        tracemalloc.start()
        assert reviewed.altered_rows.find() == []
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    reviewed.altered_rows.find()  # what is imported and kept once
    _ask(reviewed, range(600))
    few = peak()
    _ask(reviewed, range(600, 1500))

    assert peak() < few * 1.5


def _ask(flow: Flowcase, numbers: range) -> None:
    """Reviews with a comment each, some in a transaction."""
    digest = flow.reviews.list(actor=LONE)[0][0].hash
    for begin in range(numbers.start, numbers.stop, 20):

        def ask(tx: Tx, begin: int = begin) -> None:
            for number in range(begin, begin + 20):
                named: dict[str, Any] = {"review": f"many-{number}", "file": f"{number}.bpmn"}
                asked = events.ReviewAsked(
                    **named, owner="jens", copy=0, hash=digest, authors=("jens",), note="n" * 500
                )
                tx.append(INSTALLATION, asked)
                said = events.ReviewCommented(
                    **named, comment=f"said-{number}", element="", text=f"{number} " * 200
                )
                tx.append(INSTALLATION, said)

        flow.reviews._transactions.run(SYSTEM, ask)
