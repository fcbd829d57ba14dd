"""Documents: taken in by what they are, in quarantine until they are scanned, gone with the case's key."""

from __future__ import annotations

import base64
import datetime as dt
import io
import sys
import zipfile

import pytest

from flowcase import bootstrap
from flowcase.access.actor import SYSTEM, Actor
from flowcase.cases.entities import DataClass
from flowcase.clock import ManualClock
from flowcase.config import Config
from flowcase.errors import Conflict, Erased, Forbidden, Refused
from flowcase.services.case_files.documents import Given, UnusableFile
from flowcase.store import archive
from flowcase.store.queries import documents as rows
from tests.services.diagrams import end, process, start, user_task

NOW = dt.datetime(2026, 3, 27, 9, tzinfo=dt.UTC)
PDF = b"%PDF-1.7\n" + b"Mor skriver om barnet. " * 60_000  # more than two parts
CASE = "SAG-1"
CAMILLA = Actor("camilla.syd", groups=frozenset({"familieteam_syd"}))
OMAR = Actor("omar.syd", groups=frozenset({"familieteam_syd"}))
PETER = Actor("peter.nord", groups=frozenset({"familieteam_nord"}))
VERA = Actor("vera.revisor", groups=frozenset({"revisor"}))
GRANLY = Actor("granly", groups=frozenset({"leverandoer"}))


@pytest.fixture
def opened(tmp_path):
    made = []

    def open_home(name="home", **settings):
        config = Config(home=tmp_path / name, is_demonstration=True, is_durable=False, **settings)
        bootstrap.upgrade(config)
        flow = bootstrap.open(config, clock=ManualClock(NOW))
        made.append(flow)
        return flow

    yield open_home
    for flow in made:
        flow.close()


@pytest.fixture
def flow(opened):
    flow = opened()
    open_case(flow)
    return flow


def open_case(flow):
    facts = {"team": "familieteam_syd", "sagsbehandler": "camilla.syd"}
    flow.cases.open(CASE, child={"navn": "Liva"}, facts=facts, actor=SYSTEM)


def test_a_document_is_kept_sealed_and_read_back_as_it_was(flow, tmp_path):
    id = flow.documents.add_to_case(CASE, Given("Brev fra mor.pdf", PDF), actor=CAMILLA)

    document, content = flow.documents.read(id, actor=CAMILLA)

    assert content == PDF
    assert (document.name, document.media_type, document.status) == (
        "Brev fra mor.pdf",
        "application/pdf",
        "klar",
    )
    on_disk = b"".join(path.read_bytes() for path in (tmp_path / "home").glob("flowcase.sqlite*"))
    assert b"Mor skriver" not in on_disk
    assert b"Brev fra mor" not in on_disk


def test_reading_a_document_is_told_by_the_case(flow):
    id = flow.documents.add_to_case(CASE, Given("a.pdf", PDF), actor=CAMILLA)

    flow.documents.read(id, actor=OMAR)

    told = [each.text for each in flow.history.story(CASE, actor=CAMILLA, language="da", everything=True)]
    assert "Så et dokument." in told


def test_the_same_content_is_stored_once(flow):
    for name in ("a.pdf", "b.pdf"):
        flow.documents.add_to_case(CASE, Given(name, PDF), actor=CAMILLA)

    first, second = flow.documents.of_case(CASE, actor=CAMILLA)
    stored = flow.cases._transactions.read(lambda tx: rows.content(tx, first.stream, first.digest))
    assert first.digest == second.digest
    assert stored.parts == 3


def _zip(*names):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive_:
        for name in names:
            archive_.writestr(name, "x")
    return made.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "because"),
    [
        ("tom.pdf", b"", "empty"),
        ("stor.pdf", b"%PDF-" + bytes(2 * 1024 * 1024), "too_large"),
        ("side.html", b"<!DOCTYPE html><script>alert(1)</script>", "of_another_kind"),
        ("brev.txt", b"  <svg onload=alert(1)>", "of_another_kind"),
        ("brev.pdf", b"MZ\x90\x00", "of_another_kind"),
        ("brev.pdf", b"\xff\xd8\xff\xe0", "wrongly_named"),
        ("brev.exe", PDF[:100], "wrongly_named"),
        (
            "makro.docx",
            _zip("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"),
            "of_another_kind",
        ),
        ("arkiv.docx", _zip("virus.js"), "of_another_kind"),
    ],
)
def test_what_a_file_is_decides_not_what_it_is_called(opened, name, content, because):
    flow = opened(upload_megabytes=1)
    open_case(flow)

    with pytest.raises(UnusableFile) as refused:
        flow.documents.add_to_case(CASE, Given(name, content), actor=CAMILLA)

    assert refused.value.because == because
    assert flow.documents.of_case(CASE, actor=CAMILLA) == []


def test_a_document_stays_in_quarantine_until_the_command_has_passed_it(opened):
    flow = opened(
        scan_command=f"{sys.executable} -c 'import sys; sys.exit(b\"EICAR\" in sys.stdin.buffer.read())'"
    )
    open_case(flow)
    clean = flow.documents.add_to_case(CASE, Given("ren.pdf", PDF), actor=CAMILLA)
    bad = flow.documents.add_to_case(CASE, Given("syg.pdf", b"%PDF-1.7 EICAR"), actor=CAMILLA)
    with pytest.raises(Refused, match="waits for its scan"):
        flow.documents.read(clean, actor=CAMILLA)

    while flow.scanning.run_waiting():
        pass

    assert flow.documents.read(clean, actor=CAMILLA)[1] == PDF
    with pytest.raises(Refused, match="declined"):
        flow.documents.read(bad, actor=CAMILLA)
    again = flow.documents.add_to_case(CASE, Given("igen.pdf", b"%PDF-1.7 EICAR"), actor=CAMILLA)
    assert flow.documents.get(again, actor=CAMILLA).status == "afvist"


def test_a_scanner_that_fails_lets_nothing_through_and_is_asked_again(opened, tmp_path):
    flow = opened(scan_command=f"{sys.executable} {tmp_path / 'scanner.py'}")
    open_case(flow)
    id = flow.documents.add_to_case(CASE, Given("a.pdf", PDF), actor=CAMILLA)

    assert flow.scanning.run_waiting() == 0  # there is no such script: exit status 2
    assert flow.documents.get(id, actor=CAMILLA).status == "karantaene"
    (tmp_path / "scanner.py").write_text("")
    assert flow.scanning.run_waiting() == 0  # its lease has not ended
    flow.clock.set(NOW + dt.timedelta(minutes=6))

    assert flow.scanning.run_waiting() == 1
    assert flow.documents.get(id, actor=CAMILLA).status == "klar"


def test_a_new_version_replaces_the_one_before_and_both_are_kept(flow):
    first = flow.documents.add_to_case(CASE, Given("plan.pdf", PDF), actor=CAMILLA)

    second = flow.documents.add_to_case(CASE, Given("plan.pdf", PDF + b"2"), previous=first, actor=CAMILLA)

    assert flow.documents.get(second, actor=CAMILLA).version == 2
    assert flow.documents.get(first, actor=CAMILLA).status == "erstattet"
    assert flow.documents.read(first, actor=CAMILLA)[1] == PDF
    with pytest.raises(Conflict):
        flow.documents.add_to_case(CASE, Given("plan.pdf", PDF), previous=first, actor=CAMILLA)


def test_who_sees_a_document_follows_the_case_and_the_class(flow):
    added = {
        each: flow.documents.add_to_case(CASE, Given(f"{each}.pdf", PDF), data_class=each, actor=CAMILLA)
        for each in DataClass
    }
    sees = {OMAR: set(DataClass), PETER: {DataClass.K0}, VERA: {DataClass.K0}, GRANLY: set()}

    for actor, classes in sees.items():
        listed = {each.id for each in flow.documents.of_case(CASE, actor=actor)}
        assert listed == {added[each] for each in classes}, actor.id
        for each in set(DataClass) - classes:
            with pytest.raises(Forbidden):
                flow.documents.get(added[each], actor=actor)
    with pytest.raises(Forbidden):
        flow.documents.add_to_case(CASE, Given("c.pdf", PDF), actor=GRANLY)


def test_a_user_task_of_the_case_is_a_work_need_for_what_is_confidential(flow):
    """Class K1 (domain specification, section 5.2), to casework staff whose task it is, while it is open."""
    added = {
        each: flow.documents.add_to_case(CASE, Given(f"{each}.pdf", PDF), data_class=each, actor=CAMILLA)
        for each in DataClass
    }
    groups = "familieteam_nord, leverandoer"
    files = {"spoerg.bpmn": process("spoerg", start(), user_task("svar", groups=groups), end())}
    flow.deployments.deploy(files, actor=SYSTEM)
    flow.instances.start("spoerg", {"sag_id": CASE}, case=CASE, actor=SYSTEM)
    [task] = flow.user_tasks.list()

    def seen(actor):
        return {each.id for each in flow.documents.of_case(CASE, user_task=task.id, actor=actor)}

    assert seen(PETER) == {added[DataClass.K0], added[DataClass.K1]}
    assert flow.documents.get(added[DataClass.K1], user_task=task.id, actor=PETER).name == "K1.pdf"
    with pytest.raises(Forbidden):
        flow.documents.get(added[DataClass.K2], user_task=task.id, actor=PETER)
    assert (seen(VERA), seen(GRANLY)) == ({added[DataClass.K0]}, set())

    flow.user_tasks.complete(task.id, {}, actor=PETER)

    assert seen(PETER) == {added[DataClass.K0]}
    with pytest.raises(Forbidden):
        flow.documents.get(added[DataClass.K1], user_task=task.id, actor=PETER)


def test_a_document_is_erased_with_its_case(flow, tmp_path):
    flow.people.add("anders.myn", groups=("myndighedsansvarlig",), actor=SYSTEM)
    id = flow.documents.add_to_case(CASE, Given("a.pdf", PDF), actor=CAMILLA)
    digest = flow.documents.get(id, actor=CAMILLA).digest
    operator = Actor("terminal", groups=frozenset({"administrator"}), kind="terminal")

    flow.erasure.erase(
        CASE, reason="opbevaring_udloebet", approved_by="anders.myn", also_open=True, actor=operator
    )

    with pytest.raises(Erased):
        flow.documents.get(id, actor=CAMILLA)
    assert flow.documents.of_case(CASE, actor=CAMILLA) == []
    assert flow.cases._transactions.read(lambda tx: rows.content(tx, f"case:{CASE}", digest)) is None


def test_a_backup_and_a_move_bring_documents_along(flow, opened, tmp_path):
    id = flow.documents.add_to_case(CASE, Given("a.pdf", PDF), actor=CAMILLA)
    key = (tmp_path / "home/installation.key").read_text()
    backup = tmp_path / "backup.fca"
    with backup.open("wb") as file:
        archive.write(flow.store, file, progress=lambda *_: None)

    restored, moved = opened("restored", key=key), opened("moved", key=key)
    with backup.open("rb") as file:
        archive.read(restored.store, file, progress=lambda *_: None)
    archive.move(flow.store, moved.store, progress=lambda *_: None)

    for other in (restored, moved):
        assert other.documents.read(id, actor=CAMILLA)[1] == PDF


def test_both_databases_keep_scan_and_erase_alike(database, keyring, tmp_path):
    key = base64.b64encode(bytes(range(32))).decode()
    command = f"{sys.executable} -c 'import sys; sys.stdin.buffer.read()'"
    settings = Config(
        home=tmp_path, database_url=database, key=key, is_demonstration=True, scan_command=command
    )
    bootstrap.upgrade(settings)
    flow = bootstrap.open(settings, clock=ManualClock(NOW))
    flow.people.add("anders.myn", groups=("myndighedsansvarlig",), actor=SYSTEM)
    open_case(flow)
    id = flow.documents.add_to_case(CASE, Given("a.pdf", PDF), actor=CAMILLA)

    assert flow.scanning.run_waiting() == 1
    assert flow.documents.read(id, actor=CAMILLA)[1] == PDF
    operator = Actor("terminal", groups=frozenset({"administrator"}), kind="terminal")
    flow.erasure.erase(CASE, reason="udloebet", approved_by="anders.myn", also_open=True, actor=operator)
    with pytest.raises(Erased):
        flow.documents.read(id, actor=CAMILLA)
    flow.close()


def test_files_of_a_form_that_is_never_sent_are_taken_away_after_a_day(flow):
    citizen = Actor("citizen", kind="service")
    flow.documents.stage("side-1", Given("a.pdf", PDF), target="Underretning.bilag", actor=citizen)
    assert [each.name for each in flow.documents.staged("side-1")] == ["a.pdf"]

    flow.clock.set(NOW + dt.timedelta(hours=25))

    assert flow.documents.forget_old_uploads() == 1
    assert flow.documents.staged("side-1") == []
