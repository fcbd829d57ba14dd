"""Notices, contents of documents and lists of cases, altered behind the history's back: they are named."""

from __future__ import annotations

import base64
import dataclasses
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from flowcase import bootstrap
from flowcase.access.actor import SYSTEM, Actor
from flowcase.bootstrap import Flowcase
from flowcase.cases.events import CaseErased, NoticeSent
from flowcase.clock import ManualClock
from flowcase.config import Config
from flowcase.services.case_files.documents import Given
from flowcase.services.proving import altered_rows
from flowcase.store import INSTALLATION
from tests.conftest import NOW

CAMILLA = Actor("camilla.syd", groups=frozenset({"familieteam_syd"}))
PDF = b"%PDF-1.7\nMor skriver."
VIRUS = b"%PDF-1.7\nEICAR"
PASSED = "scan = 'passed'"

Said = Callable[[str], list[str]]


class _PutBack(Exception):
    """Nothing of it is kept."""


def opened(database: str, home: Path, **settings: str) -> Flowcase:
    key = base64.b64encode(bytes(range(32))).decode()
    config = Config(home=home, database_url=database, key=key, is_demonstration=True, is_durable=False)
    config = dataclasses.replace(config, **settings)
    bootstrap.upgrade(config)
    return bootstrap.open(config, clock=ManualClock(NOW))


@pytest.fixture
def said(database: str, tmp_path: Path) -> Said:
    """What is said of rows after a statement, which is taken back.

    Two cases with facts, documents that passed their scan, wait for it and were declined, and notices.
    """
    scanner = f"{sys.executable} -c 'import sys; sys.exit(b\"EICAR\" in sys.stdin.buffer.read())'"
    flow = opened(database, tmp_path, scan_command=scanner)
    facts = {"team": "familieteam_syd", "sagsbehandler": "camilla.syd", "antal": 2, "er_akut": True}
    facts |= {"fra": NOW.date(), "status": "ny", "laengde": "x" * 300, "liste": ["a"]}
    for code in ("SAG-1", "SAG-2"):
        flow.cases.open(code, child={"navn": "Liva"}, facts=facts, actor=SYSTEM)
    for name, content in (("a.pdf", PDF), ("b.pdf", VIRUS)):
        flow.documents.add_to_case("SAG-1", Given(name, content), actor=CAMILLA)
    while flow.scanning.run_waiting():
        pass
    flow.documents.add_to_case("SAG-1", Given("c.pdf", PDF + b" Og far."), actor=CAMILLA)
    with flow.store.begin(SYSTEM, NOW) as tx:
        tx.append("case:SAG-1", sent("n1", people=("anna", "bo"), groups=("fronten",)))
        tx.append("case:SAG-2", sent("n2", people=("anna",)))
        tx.append("case:SAG-2", sent("n4", kind="opgave_til_dig", people=("anna",)))
        tx.append(INSTALLATION, sent("n3", people=("anna",), case=None))

    def said(statement: str) -> list[str]:
        found: list[str] = []
        try:
            with flow.store.begin(SYSTEM, NOW) as tx:
                tx.execute(text(statement))
                found += [str(each) for each in altered_rows.compare(tx, casework=True)]
                raise _PutBack
        except _PutBack:
            return found

    yield said
    flow.close()


def sent(id: str, *, kind: str = "akut", case: str | None = "SAG-2", **to: tuple[str, ...]) -> NoticeSent:
    return NoticeSent(notice=id, kind=kind, text="akut", case=case, **{"groups": (), "people": (), **to})


# what somebody with the database may do -> the statement, and what is said
ALTERED = {
    "a notice that somebody never sees": (
        "DELETE FROM notice WHERE id = 'n1' AND recipient = 'bo'",
        "Notice n1: is gone for bo.",
    ),
    "a notice taken away": ("DELETE FROM notice WHERE id = 'n3'", "Notice n3: is gone for anna."),
    "a notice led to somebody else": (
        "UPDATE notice SET recipient = 'eve' WHERE id = 'n2'",
        "Notice n2: is not what was sent.",
    ),
    "another sentence": (
        "UPDATE notice SET text_code = 'x' WHERE id = 'n2'",
        "Notice n2: is not what was sent.",
    ),
    "a notice hidden among those of user tasks": (
        "UPDATE notice SET kind = 'opgave_til_dig' WHERE id = 'n2'",
        "Notice n2: is gone for anna.",
    ),
    "a notice said to be older": (
        "UPDATE notice SET at = '2020-01-01 00:00:00.000000' WHERE id = 'n2'",
        "Notice n2: is not what was sent.",
    ),
    "a notice made up": (
        "INSERT INTO notice (id, recipient_kind, recipient, kind, text_code, stream, at) "
        "SELECT 'x', recipient_kind, recipient, kind, text_code, stream, at FROM notice WHERE id = 'n3'",
        "Notice x: no event sent it.",
    ),
    "a content that was never scanned let through": (
        "UPDATE document_content SET scan = 'passed' WHERE scan = 'waiting'",
        "its content's scan is passed, and the document is karantaene.",
    ),
    "a content that was refused, said to be clean": (
        "UPDATE document_content SET scan = 'passed' WHERE scan = 'refused'",
        "its content's scan is passed, and the document is afvist.",
    ),
    "a content taken away": (
        f"DELETE FROM document_content WHERE {PASSED}",
        "its content is gone.",
    ),
    "a part of a content taken away": (
        f"DELETE FROM document_part WHERE digest = (SELECT digest FROM document_content WHERE {PASSED})",
        "0 of 1 parts of its content are there.",
    ),
    "a content said to be longer": (
        f"UPDATE document_content SET size = size + 1 WHERE {PASSED}",
        "its content has another size.",
    ),
    "a case hidden from a list": (
        "DELETE FROM case_fact WHERE case_code = 'SAG-1' AND name = 'sagsbehandler'",
        "Case SAG-1: is not listed by its sagsbehandler.",
    ),
    "a case listed elsewhere": (
        "UPDATE case_fact SET value = 'lukket' WHERE case_code = 'SAG-2' AND name = 'status'",
        "Case SAG-2: is not listed by its status.",
    ),
    "a case listed by a fact that it has not": (
        "INSERT INTO case_fact (case_code, name, value) VALUES ('SAG-2', 'x', 'y')",
        "Case SAG-2: is not listed by its x.",
    ),
    "a case in a list that does not exist": (
        "INSERT INTO case_fact (case_code, name, value) VALUES ('SAG-9', 'status', 'ny')",
        "Case SAG-9: is listed by facts, and there is no such case.",
    ),
}


def test_what_lies_beside_casework_is_named_where_it_was_altered(said: Said) -> None:
    whole = said("UPDATE case_fact SET name = name")

    found = {name: said(statement) for name, (statement, _) in ALTERED.items()}

    assert whole == []
    unlike = {
        name: found[name]
        for name, (_, line) in ALTERED.items()
        if len(found[name]) != 1 or not found[name][0].endswith(line)
    }
    assert unlike == {}


def test_a_notice_that_another_stream_tells_of_goes_with_its_erased_case(
    database: str, tmp_path: Path
) -> None:
    flow = opened(database, tmp_path)
    flow.cases.open("SAG-1", child={"navn": "Liva"}, facts={}, actor=SYSTEM)
    with flow.store.begin(SYSTEM, NOW) as tx:
        tx.append(INSTALLATION, sent("before", people=("anna",), case="SAG-1"))
        erased = CaseErased(case="SAG-1", reason="frist", approved_by="bo", streams=("case:SAG-1",))
        tx.append(INSTALLATION, erased)
        tx.append(INSTALLATION, sent("after", people=("anna",), case="SAG-1"))

    whole = [str(each) for each in flow.altered_rows.find(casework=True)]
    with flow.store.engine.begin() as connection:
        connection.execute(text("UPDATE notice SET recipient = 'eve'"))
    altered = [str(each) for each in flow.altered_rows.find(casework=True)]
    flow.close()

    assert whole == []
    assert altered == ["Notice after: is not what was sent."]


def test_who_is_to_be_hidden_from_their_own_access_report_is_missed(flow: Flowcase) -> None:
    """By one hash less a record is not found any more by whoever asks what is kept about a parent."""
    flow.cases.open("SAG-1", child={"navn": "Liva"}, facts={}, actor=SYSTEM)
    parents = [
        {"rolle": "mor", "navn": "Rikke Krog", "kontakt": "21 21 21 21"},
        {"rolle": "far", "navn": "Ib Krog", "kontakt": "32 32 32 32"},
    ]
    family = flow.cases.add_record(
        "Familie", {"boern": ["SAG-1"], "medlemmer": parents}, case="SAG-1", actor=SYSTEM
    )
    assert flow.altered_rows.find(casework=True) == []
    one = "SELECT min(digest) FROM search_key WHERE record = :id AND attribute = 'person'"

    with flow.store.engine.begin() as connection:
        gone = text(f"DELETE FROM search_key WHERE record = :id AND digest = ({one})")
        assert connection.execute(gone, {"id": family}).rowcount == 1

    [said] = flow.altered_rows.find(casework=True)
    assert str(said) == f"Record {family}: by whom it is found of Familie is not what the history tells."
