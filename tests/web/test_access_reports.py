"""The pages of an access report: asked for, read through, approved by another, handed out as PDF/A."""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import re
import shutil
import subprocess

import pikepdf
import pytest

from flowcase.access.actor import SYSTEM
from tests.web.test_pdf import text_of

CODE = "SAG-2588"
CHILD, CONCERN = "Noah Elleby", "Barnet kommer træt og sulten i skole og vil ikke hjem."


@pytest.fixture
def asked(sign_in):
    """Camilla's page of a report about the child."""
    camilla = sign_in("camilla.syd")
    page = camilla.get(f"/sager/{CODE}/indsigt")
    return camilla, camilla.submit(page, page.one("//main//form"), person="barn", modtager="selv")


def _address(page):
    return page.one("//form[contains(@action, '/indsigt/')]").get("action").removesuffix("/svar")


def test_what_was_read_and_approved_is_handed_out_with_the_same_for_programs(asked, sign_in):
    camilla, page = asked
    address = _address(page)
    [box] = [box for box in page.all("//input[@name='giv']") if CONCERN in box.getparent().text_content()]
    saved = camilla.submit(page, page.one(f"//form[@action='{address}']"), giv=box.get("value"))

    head = sign_in("anders.myn")
    approved = head.press(head.get(address), "svar", "ja")
    token = camilla.get(address).value("csrf_token")
    sent = camilla.client.post(f"{address}/pdf", data={"csrf_token": token})

    assert "holdes tilbage" in saved.text
    assert "Indsigten er godkendt" in approved.text
    assert (sent.status_code, sent.mimetype) == (200, "application/pdf")
    made = sent.get_data()
    told = text_of(made).replace(" ", "").replace("\n", "")
    for words in (CHILD, CONCERN, "Datatilsynet", "Hvem der har underrettet", "artikel 6"):
        assert words.replace(" ", "") in told
    for words in ("Skolens kontor", "Camilla Noer", "Karen Bilde"):
        assert words.replace(" ", "") not in told
    assert "Regler,dererslåetopi" in told
    assert "regelsæt" not in told
    with pikepdf.open(io.BytesIO(made)) as file:
        with file.open_metadata() as about:
            assert (about["pdfaid:part"], about["pdfaid:conformance"]) == ("3", "B")
        data = json.loads(file.attachments["indsigt.json"].get_file().read_bytes())
    assert data["person"]["name"] == CHILD
    assert CONCERN in json.dumps(data, ensure_ascii=False)
    names = [each["name"] for each in data["cases"][0]["decided"] if each["decision"] == "sagstal"]
    assert len(names) == 2
    assert told.count(f"{names[0].replace(' ', '')}:2(") == 1  # to people once
    assert "Skolens kontor" not in json.dumps(data, ensure_ascii=False)


def test_who_asked_has_no_button_to_approve_and_nobody_else_a_page(asked, sign_in):
    camilla, page = asked
    address = _address(page)

    others = {person: sign_in(person).get(address).status for person in ("peter.nord", "vera.revisor")}
    alone = camilla.post(f"{address}/svar", {"svar": "ja", "indhold": ""})
    unapproved = camilla.post(f"{address}/pdf", {})

    assert page.all("//button[@name='svar']") == []
    assert others == {"peter.nord": 403, "vera.revisor": 403}
    assert (alone.status, unapproved.status) == (403, 409)


def test_bad_input_is_refused_at_its_place_and_what_was_chosen_stays(sign_in):
    camilla = sign_in("camilla.syd")

    refused = camilla.post(f"/sager/{CODE}/indsigt", {"person": "familie:x:'; --", "modtager": "selv"})
    missing = camilla.get("/indsigt/findes-ikke")

    assert refused.status == 422
    assert "Vælg den person" in refused.text
    assert refused.one("//input[@value='selv']").get("checked") is not None
    assert missing.status == 404


def test_a_yes_to_what_has_changed_meanwhile_is_sent_back_to_be_looked_at_again(asked, sign_in):
    camilla, page = asked
    address, head = _address(page), sign_in("anders.myn")
    seen = head.get(address)
    box = page.all("//input[@name='giv']")[0]
    camilla.submit(page, page.one(f"//form[@action='{address}']"), giv=box.get("value"))

    late = head.press(seen, "svar", "ja")

    assert late.status == 409
    assert "Se det igennem igen" in late.text
    assert "Venter på gennemlæsning" in head.get("/indsigt").text


def test_whoever_answers_second_sees_the_report_as_it_stands_now(asked, sign_in):
    camilla, page = asked
    address, head = _address(page), sign_in("anders.myn")
    one, other = head.get(address), head.get(address)
    head.press(one, "svar", "ja")

    declined = head.press(other, "svar", "nej")
    saved = camilla.submit(page, page.one(f"//form[@action='{address}']"))

    for late in (declined, saved):
        assert late.status == 409
        assert "En anden har svaret imens" in late.one("//*[@id='fejl']").text_content()
        assert "Godkendt · Anders Hvid" in " ".join(late.one("//main").text_content().split())


def test_who_was_told_what_is_said_in_words(world, sign_in):
    def add(entity, **values):
        world.flow.cases.add_record(entity, values, case=CODE, actor=SYSTEM)

    add("Moede", slags="forum", dato=dt.date(2026, 3, 20), inviterede=["sofie.fr"])
    add("Videregivelse", til=["skole"], formaal_kode="udtalelse", oplysningstyper=["uddannelse"])
    camilla = sign_in("camilla.syd")
    page = camilla.get(f"/sager/{CODE}/indsigt")

    report = camilla.submit(page, page.one("//main//form"), person="barn", modtager="selv")
    english = camilla.get(f"{_address(report)}?sprog=en")

    told, said = (" ".join(each.one("//main").text_content().split()) for each in (report, english))
    assert "(Udtalelse til undersøgelsen): " in told and "(udtalelse)" not in told
    assert re.search(r"\(Statement for the examination\): [^()]*education", said)
    assert "(cross-professional forum)" in said


def test_the_pages_speak_english_to_who_has_chosen_it(asked, sign_in):
    _, page = asked
    head = sign_in("anders.myn")

    english = head.get(f"{_address(page)}?sprog=en")

    for words in (
        "Access report for a person",
        "To be read before it can be given out",
        "Approve the report",
        "Concern (the notifier's own words)",
    ):
        assert words in english.text.replace("&#39;", "'")
    assert "underretters egne ord" not in english.text


VERAPDF = os.environ.get("FLOWCASE_VERAPDF", "")


@pytest.mark.skipif(not VERAPDF or not shutil.which("java"), reason="`make verapdf` fetches veraPDF")
def test_the_report_is_pdf_a_by_an_independent_reader(asked, sign_in, tmp_path):
    camilla, page = asked
    address, head = _address(page), sign_in("anders.myn")
    head.press(head.get(address), "svar", "ja")
    token = camilla.get(address).value("csrf_token")
    path = tmp_path / "indsigt.pdf"
    path.write_bytes(camilla.client.post(f"{address}/pdf", data={"csrf_token": token}).get_data())

    found = subprocess.run(
        ["java", "-cp", VERAPDF, "org.verapdf.apps.GreenfieldCliWrapper", "--flavour", "3b", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert 'isCompliant="true"' in found.stdout, found.stdout + found.stderr
