"""The case file as PDF/A: contents, signature sheet, the same as data; filtered by class and remembered."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import os
import shutil
import subprocess
from typing import Any

import pikepdf
import pytest

from flowcase.access.actor import SYSTEM
from flowcase.cases.events import DeadlineMet
from tests.web.test_pdf import text_of

CODE = "SAG-2570"


def _fetch(visitor: Any, data_class: str, purpose: str = "aktindsigt", code: str = CODE) -> bytes:
    page = visitor.get(f"/sager/{code}/sagsakt")
    token = page.value("csrf_token")
    sent = visitor.client.post(
        f"/sager/{code}/sagsakt", data={"klasse": data_class, "formaal": purpose, "csrf_token": token}
    )
    assert (sent.status_code, sent.mimetype) == (200, "application/pdf")
    return sent.get_data()


def _attached(content: bytes) -> tuple[dict[str, Any], bytes]:
    with pikepdf.open(io.BytesIO(content)) as file:
        [relation] = {str(each.AFRelationship) for each in file.Root.AF}
        assert relation == "/Data"
        data = file.attachments["sagsakt.json"].get_file().read_bytes()
    return json.loads(data), data


@pytest.fixture
def whole(sign_in) -> bytes:
    return _fetch(sign_in("camilla.syd"), "K2")


def test_the_file_is_archivable_with_contents_that_lead_to_pages_and_a_signature_sheet(whole):
    with pikepdf.open(io.BytesIO(whole)) as file:
        with file.open_metadata() as about:
            assert (about["pdfaid:part"], about["pdfaid:conformance"]) == ("3", "B")
        links = [
            annotation for annotation in file.pages[0].get("/Annots", []) if annotation.Subtype == "/Link"
        ]
        assert len(links) > 5  # the table of contents leads somewhere
        assert len(file.pages) > 3
    text = text_of(whole)
    for words in ("Indholdsfortegnelse", "Underskriftsark", "Hverdagen mangler struktur", "Kastbjerg"):
        assert words.replace(" ", "") in text.replace(" ", "")


def test_a_deadline_is_called_by_its_name_with_the_code_of_its_rule_behind_it(whole):
    text = " ".join(text_of(whole).split())

    assert "Børnefaglig undersøgelse T04" in text and "T04 Børnefaglig" not in text


def test_a_deadline_that_was_met_too_late_is_nowhere_said_to_be_kept(sign_in, world):
    codes = [row.code for row in world.flow.cases.list(actor=SYSTEM)]
    every = [row for code in codes for row in world.flow.deadlines.of_case(code)]
    running = next(row for row in every if row.status == "open")
    case, done = running.case_code, running.due_at + dt.timedelta(days=1)
    met = DeadlineMet(deadline=running.id, case=case, met_at=done, seconds_late=86_400, days_late=1)
    with world.flow.store.begin(SYSTEM, done) as tx:
        tx.append(f"case:{case}", met)
    world.flow.clock.advance(done - world.flow.clock.now() + dt.timedelta(hours=1))
    vera = sign_in("vera.revisor")

    then = vera.get(f"/revision/sager/{case}/da").one(f"//li[@data-deadline='{running.id}']")
    why = vera.get(f"/revision/sager/{case}/frister")
    page = vera.get(f"/sager/{case}/sagsakt")
    asked = {"klasse": "K0", "formaal": "klage", "csrf_token": page.value("csrf_token")}
    file = vera.client.post(f"/sager/{case}/sagsakt", data=asked).get_data()

    assert "Opfyldt for sent" in then.text_content() and "Overholdt" not in then.text_content()
    assert "Opfyldt for sent" in why.text
    assert "Opfyldtforsent:" in text_of(file).replace(" ", "").replace("\n", "")
    [told] = [each for each in _attached(file)[0]["deadlines"] if each["id"] == running.id]
    assert told["seconds_late"] > 0 and told["met_at"] > told["due_at"]
    assert told["start_fact"] and told["start"]


def test_the_columns_of_its_tables_are_given_and_not_measured_from_every_cell(sign_in, monkeypatch):
    """Measuring where each cell could break took two thirds of the time of a big case."""
    measured = []
    monkeypatch.setattr("weasyprint.layout.table.auto_table_layout", lambda *told: measured.append(told))

    content = _fetch(sign_in("camilla.syd"), "K2")

    assert measured == []
    assert "Hvornår" in text_of(content)


def test_the_copy_for_programs_is_embedded_and_its_digest_is_on_the_signature_sheet(whole, world):
    data, raw = _attached(whole)

    assert hashlib.sha256(raw).hexdigest() in text_of(whole).replace(" ", "")
    assert (data["case"], data["class"], data["purpose"]) == (CODE, "K2", "aktindsigt")
    own = [row for row in world.flow.history.of_stream(f"case:{CODE}") if row.at <= world.flow.clock.now()]
    told = {(each["stream"], each["seq"]) for each in data["events"]}
    assert {(row.stream, row.seq) for row in own if row.kind not in ("ReferenceRecorded",)} <= told
    kept = {row.id: row.entity for row in world.flow.cases.records("Undersoegelse", case=CODE)}
    assert kept and kept.items() <= {each["id"]: each["entity"] for each in data["records"]}.items()


def test_the_notification_is_in_it_in_the_notifiers_words_and_without_the_other_children(sign_in, world):
    """It lies on a stream of its own: the file named it, and did not hold it."""
    children = [{"navn": "Noah Elleby", "sag": "SAG-2588"}, {"navn": "Storebror Ukendt", "sag": "SAG-2570"}]
    world.notify("U-77", "SAG-2588", boern=children, bekymring="Han kommer uden madpakke.")
    camilla = sign_in("camilla.syd")

    content = _fetch(camilla, "K2", code="SAG-2588")
    open_only = _fetch(camilla, "K0", code="SAG-2588")

    text = "".join(text_of(content).split())
    assert "Bekymring(underretters egne ord)Han kommer uden madpakke.".replace(" ", "") in text
    assert "Storebror" not in text
    asked = ("Modtaget (dato og klokkeslæt)", "Underretters rolle", "Barn/børn", "Bekymring (underretters")
    places = [text.index(each.replace(" ", "")) for each in asked]
    assert places == sorted(places)  # as the form asks it
    told, _ = _attached(content)
    [record] = [each for each in told["records"] if each["id"] == "U-77"]
    assert record["values"]["bekymring"] == "Han kommer uden madpakke."
    assert ([each["navn"] for each in record["values"]["boern"]], record["values"]["sager"]) == (
        ["Noah Elleby"],
        ["SAG-2588"],
    )
    assert "madpakke" not in text_of(open_only) + json.dumps(_attached(open_only)[0])


@pytest.mark.parametrize(
    ("data_class", "there", "missing"),
    [
        (
            "K0",
            ["familieteam_syd"],
            ["Kastbjerg", "Hverdagen mangler", "Fravær siden jul", "Vil blive boende"],
        ),
        ("K1", ["Kastbjerg"], ["Hverdagen mangler", "Fravær siden jul", "Vil blive boende"]),
    ],
)
def test_a_class_leaves_out_what_is_more_confidential_on_paper_and_as_data(
    sign_in, data_class, there, missing
):
    made = _fetch(sign_in("camilla.syd"), data_class)

    said = text_of(made).replace(" ", "") + _attached(made)[1].decode().replace(" ", "")
    for words in there:
        assert words.replace(" ", "") in said
    for words in missing:
        assert words.replace(" ", "") not in said


@pytest.mark.parametrize(("data_class", "is_told"), [("K0", False), ("K1", False), ("K2", True)])
def test_the_story_tells_reasons_that_people_typed_to_the_highest_class_only(
    sign_in, world, data_class, is_told
):
    [instance, *_] = world.flow.instances.list(case=CODE, status="active")
    world.flow.instances.suspend(instance.id, reason="Mosteren frygter storebroren", actor=SYSTEM)
    world.flow.instances.resume(instance.id, reason="Mosteren frygter storebroren", actor=SYSTEM)

    text = text_of(_fetch(sign_in("camilla.syd"), data_class)).replace(" ", "")

    assert ("Mosterenfrygterstorebroren" in text) is is_told
    assert "Forløbetblevsatpåpause" in text


def test_fetching_it_is_an_event_that_the_case_points_to(sign_in, world):
    _fetch(sign_in("vera.revisor"), "K0", "klage")

    [made] = [row for row in world.flow.history.of_stream("installation") if row.kind == "ExportMade"]
    assert (made.actor, made.event.format, made.event.case) == ("vera.revisor", "pdf:klage", CODE)
    lookers, _ = world.flow.case_audit.looks(CODE, actor=SYSTEM)
    assert [(each.who, dict(each.pages)) for each in lookers if "export" in each.pages]


def test_nobody_else_gets_it_and_without_a_choice_it_is_asked_again(sign_in):
    colleague, camilla = sign_in("karen.fp"), sign_in("camilla.syd")

    refused = colleague.post(f"/sager/{CODE}/sagsakt", {"klasse": "K0", "formaal": "klage"})
    again = camilla.post(f"/sager/{CODE}/sagsakt", {"formaal": "klage"})

    assert refused.status == 403
    assert (again.status, again.summary) == (422, ["Vælg, hvor fortroligt det må være."])


def test_an_auditor_is_offered_and_given_no_more_than_the_pages_show(sign_in, world):
    vera = sign_in("vera.revisor")
    page = vera.get(f"/sager/{CODE}/sagsakt")

    refused = vera.post(f"/sager/{CODE}/sagsakt", {"klasse": "K2", "formaal": "klage"})

    assert [each.get("value") for each in page.all("//input[@name='klasse']")] == ["K0"]
    assert (refused.status, refused.summary) == (
        422,
        ["Så fortrolige oplysninger er kun for dem, der arbejder med sagen."],
    )
    assert "ExportMade" not in [row.kind for row in world.flow.history.of_stream("installation")]


def test_hostile_text_of_a_family_stays_text(sign_in, world):
    hostile = '</style><script>alert(1)</script><img src="file:///etc/passwd"> {{ 7*7 }} \u202eabc'
    camilla = world.flow.people.actor("camilla.syd")
    world.flow.cases.add_record("Notat", {"type": "notat", "indhold": hostile}, case=CODE, actor=camilla)

    made = _fetch(sign_in("camilla.syd"), "K2")

    assert "<script>alert(1)</script>" in text_of(made).replace(" ", "").replace("\u202e", "")
    assert b"root:x:0" not in made


VERAPDF = os.environ.get("FLOWCASE_VERAPDF", "")


@pytest.mark.skipif(not VERAPDF or not shutil.which("java"), reason="`make verapdf` fetches veraPDF")
def test_verapdf_finds_nothing_against_pdf_a_3b(whole, tmp_path):
    path = tmp_path / "sagsakt.pdf"
    path.write_bytes(whole)

    found = subprocess.run(
        ["java", "-cp", VERAPDF, "org.verapdf.apps.GreenfieldCliWrapper", "--flavour", "3b", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert 'isCompliant="true"' in found.stdout, found.stdout[-2000:] + found.stderr[-500:]
