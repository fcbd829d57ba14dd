"""Marked names, CPR numbers and texts: only in sealed records, and nowhere once their case was erased."""

from __future__ import annotations

import datetime as dt
import json
import logging
from typing import Any

import pytest

from flowcase.access.actor import SYSTEM
from flowcase.cases.entities import DataClass
from flowcase.cases.events import CaseClosed
from flowcase.cases.notice_topics import TOPICS
from flowcase.history.exports import FORMATS
from flowcase.history.indicators import Question
from flowcase.services.auditing.exports import Asked
from flowcase.services.case_files.documents import Given
from tests.proofs.searching import found_in, found_in_files
from tests.services.conftest import OPERATOR
from tests.services.test_erasure import _everything_that_the_key_opens
from tests.web.world import PEOPLE, World

CODE = "SAG-2699"
NAME, CPR = "Zanderline Kvistgaardmark", "010417-4007"
ADDRESS, CONCERN = "Fuglekvidderstien 77", "Barnet gemmer sig i et pulterkammer om natten"
DRAFT, COMMENT = "Kladde: moster Ørnhild rejser snart", "Husk at ringe til farmor Tjalfine"
FILE, WRITTEN = "udtalelse-zanderline.txt", "Klasselaereren saa maerker paa barnets haandled"
CANARIES = [NAME, CPR, CPR.replace("-", ""), ADDRESS, CONCERN, DRAFT, COMMENT, FILE, WRITTEN]
SHOW_ALL = {"statistik_mindste_celle": 1}


@pytest.fixture
def family(world: World, sign_in: Any) -> World:
    """A family that has been notified, written about, mailed about, looked at and searched for."""
    flow = world.flow
    flow.rule_sets.use(settings=SHOW_ALL, actor=SYSTEM)
    karen, jonas = flow.people.actor("karen.fp"), flow.people.actor("jonas.fp")
    flow.notices.choose(
        address="karen@example.invalid", digest_at="09:30", ways=dict.fromkeys(TOPICS, "straks"), actor=karen
    )
    child = {"navn": NAME, "cpr": CPR, "adresse": ADDRESS, "sag": CODE}
    world.notify("U-99", CODE, boern=[child], bekymring=CONCERN)
    task = world.task("vurder", CODE).id
    flow.user_tasks.save_draft(task, {"begrundelse": DRAFT}, actor=karen)
    flow.comments.add(f"@karen.fp {COMMENT}", case=CODE, user_task=task, actor=jonas)
    given = Given(FILE, WRITTEN.encode())
    flow.documents.add_to_case(CODE, given, actor=karen)
    flow.mails.sort_waiting()
    flow.clock.set(flow.clock.now() + dt.timedelta(hours=2))
    while flow.mails.sort_waiting() or flow.mails.send_due():
        pass
    return world


def _told_beside_the_records(world: World) -> bytes:
    """Everything that is kept or sent about a case in the open: variables, jobs, notices, mails, rows."""
    flow = world.flow
    told: list[Any] = [flow.instances.get(row.id).variables for row in flow.instances.list(limit=None)]
    told += flow.user_tasks.list(status=None)
    told += flow.incidents.list(limit=None)
    for person in PEOPLE:
        told.append(flow.notices.page(flow.people.actor(person)))
    return repr(told).encode()


def test_no_word_of_a_family_is_outside_of_its_sealed_records(
    family: World,
    sign_in: Any,
    stranger: Any,
    app: Any,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    flow, karen = family.flow, sign_in("karen.fp")
    addresses = []
    for path in (f"/sager/{CODE}", f"/opgaver/{family.task('vurder', CODE).id}", "/opgaver", "/beskeder"):
        seen = karen.client.get(path)
        addresses += [seen.headers.get("Location", ""), *_links(seen.get_data(as_text=True))]
    errors = [
        karen.get("/sager/findes-ikke").source,
        karen.post(f"/sager/{CODE}/kommentar", {"tekst": ""}).source,
        stranger.get(f"/sager/{CODE}").source,
        sign_in("granly").get(f"/sager/{CODE}").source,
        sign_in("drift").get("/drift").source,
    ]
    token = flow.people.new_token("drift", actor=SYSTEM)
    metrics = app.test_client().get("/metrics", headers={"Authorization": f"Bearer {token}"})
    mails = list((flow.settings.home / "mail").glob("*"))

    output = capfd.readouterr()
    assert metrics.status_code == 200
    assert mails  # karen was told by mail, of a code
    places = {
        "addresses": "\n".join(addresses),
        "errors": "\n".join(errors),
        "metrics": metrics.get_data(as_text=True),
        "logs": caplog.text + output.out + output.err,
    }
    found = {place: found_in(text.encode(), CANARIES) for place, text in places.items()}
    assert [place for place, words in found.items() if words] == [], found
    assert found_in(_told_beside_the_records(family), CANARIES) == []
    assert found_in_files(flow.settings.home, CANARIES) == {}  # database, its log, mails: ciphertext only
    kept = json.dumps([each.values for each in flow.cases.records("Barn", case=CODE)], default=str)
    assert CPR in kept  # it is there, for who holds the key


def _links(source: str) -> list[str]:
    import lxml.html

    document = lxml.html.document_fromstring(source)
    return [
        str(each) for each in document.xpath("//@href | //@action | //@src | //@data-live | //title/text()")
    ]


def test_of_an_erased_case_nothing_is_anywhere_and_the_figures_stay(family: World, sign_in: Any) -> None:
    flow, auditor = family.flow, family.flow.people.actor("vera.revisor")
    vera, karen = sign_in("vera.revisor"), sign_in("karen.fp")
    family.assess(CODE, begrundelse=DRAFT)
    question = Question(dt.date(2026, 1, 1), dt.date(2026, 3, 31))
    before_words = _everything_that_the_key_opens(flow)
    with flow.store.begin(SYSTEM, flow.clock.now()) as tx:
        tx.append(f"case:{CODE}", CaseClosed(case=CODE, outcome="aabenbart_grundloes"))
    before = flow.indicators.compute(question, actor=auditor)

    flow.erasure.erase(CODE, reason="opbevaring_udloebet", approved_by="anders.myn", actor=OPERATOR)

    assert [word for word in (NAME, CPR, CONCERN, DRAFT, COMMENT, FILE) if word not in before_words] == []
    assert found_in(_everything_that_the_key_opens(flow).encode(), CANARIES) == []
    everything = Asked(data_class=DataClass.K2, names_actors=True)
    exported = b"".join(
        piece for format in FORMATS for piece in flow.exports.begin(format, everything, actor=OPERATOR)
    )
    pages = [
        visitor.get(path).source
        for visitor in (vera, karen)
        for path in (
            f"/sager/{CODE}",
            f"/sager?kode={CODE}",
            "/sager",
            "/opgaver",
            "/beskeder",
            "/revision?formaal=tilsyn",
            f"/revision/sager/{CODE}",
            f"/revision?formaal=tilsyn&sag={CODE}",
        )
    ]
    assert len(exported) > 100_000
    assert found_in(exported, CANARIES) == []
    assert found_in("\n".join(pages).encode(), CANARIES) == []
    assert vera.client.get(f"/sager/{CODE}/sagsakt").status_code in (200, 410)
    with flow.store.begin(SYSTEM, flow.clock.now()) as tx:
        digest = tx.digest("Barn.cpr", CPR)
    for content in (path.read_bytes() for path in flow.settings.home.rglob("*") if path.is_file()):
        assert found_in(content, CANARIES) == []
        assert digest not in content
    assert flow.history.verify() == []
    after = flow.indicators.compute(question, actor=auditor)
    assert [id for id in before if before[id] != after[id]] == []
