"""Text that wants to be read as something else: SQL, HTML, a template, a header, a path, a line of a log."""

from __future__ import annotations

import io
import re
import resource
import zipfile
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import inspect

from flowcase.access.actor import SYSTEM
from flowcase.services.case_files.documents import Given, UnusableFile

SQL = {
    "a quote": "'",
    "always true": "' OR '1'='1",
    "a comment": "SAG-2588'--",
    "a second statement": "'; DROP TABLE case_file; --",
    "a union": "' UNION SELECT id, secret_hash FROM credential --",
    "a sleep": "'; SELECT pg_sleep(10); --",
    "a number": "1 OR 1=1",
    "a backslash": "\\' OR 1=1 --",
    "a wildcard": "%",
    "an attached file": "'; ATTACH DATABASE '/tmp/x' AS x; --",
}
SEARCHES = (
    "/sager?kode={}",
    "/revision?formaal=tilsyn&sag={}",
    "/revision?formaal=tilsyn&hvem={}",
    "/revision?formaal=tilsyn&slags={}",
    "/opgaver?soeg={}",
)


@pytest.mark.parametrize("attack", SQL)
def test_what_looks_like_sql_is_only_looked_for(vera, karen, world, attack):
    tables = len(inspect(world.flow.store.engine).get_table_names())
    for search in SEARCHES:
        visitor = vera if "revision" in search else karen
        seen = visitor.get(search.format(quote(SQL[attack])))
        assert seen.status == 200, search
        assert "argon2" not in seen.source
        if "revision" in search and attack != "a wildcard":
            assert not seen.all("//main//tbody/tr"), search
    assert len(inspect(world.flow.store.engine).get_table_names()) == tables


# --- paths in place of ids -------------------------------------------------------------------------

IDS = {
    "one folder up": "..",
    "the password file": "../../../../etc/passwd",
    "escaped twice": "%252e%252e%252fetc%252fpasswd",
    "a backslash": "..\\..\\windows",
    "NUL": "x\0.pdf",
    "half a character": "\ud800",
    "turned round": "\u202egnp.exe",
    "full width": "ＳＡＧ－２５８８",
    "with a blank at its end": "SAG-2588 ",
    "ten thousand letters": "A" * 10_000,
    "sql": "SAG-2588' OR '1'='1",
    "a template": "{{config}}",
    "a number below nothing": "-1",
    "a huge number": "9" * 400,
    "a list": "[]",
    "markup": "<script>alert(1)</script>",
}
PLACES = (
    "/sager/{}",
    "/opgaver/{}",
    "/dokumenter/{}",
    "/forloeb/{}",
    "/revision/sager/{}",
    "/revision/udgaver/{}",
    "/hjaelp/{}",
    "/indikatorer/{}",
    "/webhooks/{}",
    "/static/{}",
    "/kalender/{}.ics",
    "/moeder/{}",
)


@pytest.mark.parametrize("attack", IDS)
def test_a_guessed_id_leads_nowhere(drift, vera, karen, attack):
    word = quote(IDS[attack].encode("utf-8", "surrogatepass"), safe="")
    for place in PLACES:
        for visitor in (drift, vera, karen):
            answer = visitor.client.get(place.format(word))
            assert answer.status_code in (302, 308, 400, 403, 404, 405, 429), (place, answer.status_code)
            assert "root:x:0" not in answer.get_data(as_text=True)
            assert "<script>alert(1)" not in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "address",
    [
        "/revision?formaal=tilsyn&fra={day}&til={day}",
        "/revision/eksport?fra={day}&til={day}",
        "/revision/frister?fra={day}&til={day}",
        "/revision/sager/SAG-2588/da?tid={day}T23:59:59%2B00:00",
        "/revision/sager/SAG-2588/da?tid={day}T00:00:00%2B14:00",
        "/revision/sager/SAG-2588/afgoerelse?strom=case:SAG-2588&nr=" + "9" * 20,
        "/revision/sager/SAG-2588/afgoerelse?strom=case:SAG-2588&nr=-" + "9" * 20,
    ],
)
def test_the_ends_of_the_calendar_and_of_numbers_are_no_fault(vera, address):
    for day in ("0001-01-01", "9999-12-31"):
        assert vera.client.get(address.format(day=day)).status_code in (200, 400, 404, 422), day


def test_a_copy_of_a_draft_that_nobody_can_have_made_is_not_found(jens):
    for number in ("9" * 20, "-" + "9" * 20):
        address = f"/studie/fil/underretning.bpmn?kopi={number}"
        assert jens.client.get(address).status_code == 404, number


# --- markup and templates in what people write ----------------------------------------------------

MARKUP = {
    "a script": "<script>alert(1)</script>",
    "a picture": '"><img src=x onerror=alert(1)>',
    "a drawing": "<svg/onload=alert(1)>",
    "a frame": '<iframe srcdoc="<script>alert(1)</script>">',
    "a link": '<a href="javascript:alert(1)">x</a>',
    "a link in markdown": "[x](javascript:alert(1))",
    "a link in an odd spelling": "[x](JaVaScRiPt&#58;alert(1))",
    "a data address": "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "a style": "<style>body{background:url(https://evil.example)}</style>",
    "a closing tag": "</textarea></p></main><script>alert(1)</script>",
    "a comment": "<!--><script>alert(1)</script>-->",
    "a base": '<base href="https://evil.example/">',
    "a form": '<form action="https://evil.example"><input name=x></form>',
    "an htmx request": '<div hx-get="https://evil.example" hx-trigger="load">x</div>',
    "jinja": "{{ 7*7 }}{{ config.SECRET_KEY }}",
    "a statement of jinja": "{% for x in ''.__class__.__mro__[1].__subclasses__() %}{{x}}{% endfor %}",
    "another template": "${7*7}#{7*7}<%= 7*7 %>",
    "feel": "= 7*7",
    "a format": "%s%n{0.__class__}",
    "bidi marks": "a\u202eb\u2066c\u2069",
}
_RUNS = "//main//script|//main//iframe|//main//style|//main//base|//main//*[@onload]|//main//*[@onerror]"


@pytest.mark.parametrize("attack", MARKUP)
def test_what_people_write_is_shown_as_they_wrote_it(camilla, attack):
    text = MARKUP[attack]
    camilla.post("/sager/SAG-2588/kommentar", {"kommentar": text})

    seen = camilla.get("/sager/SAG-2588")

    assert seen.status == 200
    shown = [each.text_content() for each in seen.all("//*[@id='kommentarer']")]
    visible = re.sub("[\u200b-\u200f\u202a-\u202e\u2066-\u2069]", "", text)
    assert visible.split("\u200b")[0][:10] in re.sub(
        "[\u200b-\u200f\u202a-\u202e\u2066-\u2069]", "", shown[0]
    )
    running = [each for each in seen.all(_RUNS) if "alert" in (each.text or "") + str(dict(each.attrib))]
    assert running == []
    assert not [each for each in seen.all("//main//a/@href") if not each.startswith(("/", "#", "?", "http"))]
    assert not seen.all("//*[contains(@hx-get,'evil')]|//form[contains(@action,'evil')]")
    assert "49" not in shown[0] or "49" in text
    assert repr(camilla.client.application.config["SECRET_KEY"]) not in seen.source


# --- headers ---------------------------------------------------------------------------------------

BREAKS = {"CRLF": "x\r\nX-Injected: 1", "LF": "x\nX-Injected: 1", "unicode": "x\u2028X-Injected: 1"}


@pytest.mark.parametrize("attack", BREAKS)
def test_no_header_can_be_written_by_an_address(app, stranger, attack):
    word = quote(BREAKS[attack])
    for path in (f"/log-paa?next={word}", f"/log-paa?sprog={word}", f"/sager?kode={word}", f"/{word}"):
        answer = stranger.client.get(path)
        assert "X-Injected" not in answer.headers, path
        assert all("\n" not in value and "\r" not in value for _, value in answer.headers), path


NAMES = {
    "a folder up": ("../../../etc/cron.d/x.pdf", "x.pdf"),
    "an absolute path": ("/etc/passwd.pdf", "passwd.pdf"),
    "a path of Windows": ("C:\\windows\\system32\\x.pdf", "x.pdf"),
    "a header": ('x"\r\nX-Injected: 1.pdf', None),
    "NUL": ("x.exe\0.pdf", None),
    "a turned-round end": ("brev\u202efdp.exe.pdf", None),
    "very long": ("a" * 5000 + ".pdf", None),
    "only dots": ("...pdf", None),
    "markup": ("<img src=x onerror=alert(1)>.pdf", None),
    "a formula": ("=cmd|' /C calc'!A0.pdf", None),
    "a device of Windows": ("CON.pdf", "CON.pdf"),
    "an alternate stream": ("x.pdf::$DATA.pdf", None),
}


@pytest.mark.parametrize("attack", NAMES)
def test_the_name_of_a_file_leads_nowhere(world, camilla, attack):
    given, kept = NAMES[attack]
    actor = world.flow.people.actor("camilla.syd")

    id = world.flow.documents.add_to_case("SAG-2588", Given(given, b"%PDF-1.7 x"), actor=actor)
    answer = camilla.client.get(f"/dokumenter/{id}/hent")
    shown = camilla.get(f"/dokumenter/{id}")

    name = world.flow.documents.get(id, actor=actor).name
    assert kept is None or name == kept
    assert not set(name) & set("/\\\r\n\0\u202e")
    assert len(name) <= 255
    assert "X-Injected" not in answer.headers
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert not shown.all("//main//img[@onerror]")
    assert not [path for path in world.flow.settings.home.rglob("*") if path.suffix == ".pdf"]


def _zip(**members: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return made.getvalue()


FILES: dict[str, Any] = {
    "a page as a text": ("x.txt", lambda: b"<!DOCTYPE html><script>alert(1)</script>"),
    "a page behind a mark": ("x.txt", lambda: b"\xef\xbb\xbf \n<html><script>alert(1)</script>"),
    "a drawing": ("x.svg", lambda: b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
    "a program as a PDF": ("x.pdf", lambda: b"MZ\x90\x00"),
    "a script": ("x.txt", lambda: b"#!/bin/sh\nrm -rf /"),
    "PHP as a text": ("x.txt", lambda: b"<?php system($_GET[0]);"),
    "a picture with another end": ("x.pdf", lambda: b"\x89PNG\r\n\x1a\n"),
    "two ends": ("x.pdf.exe", lambda: b"%PDF-1.7"),
    "macros": ("x.docx", lambda: _zip(**{"word/document.xml": b"x", "word/vbaProject.bin": b"x"})),
    "an archive as a document": ("x.docx", lambda: _zip(**{"virus.js": b"x"})),
    "a zip bomb as a document type": ("x.odt", lambda: _zip(mimetype=b"\0" * 50_000_000)),
    "ten thousand members": ("x.docx", lambda: _zip(**{f"word/{n}": b"" for n in range(10_000)})),
    "a broken archive": ("x.docx", lambda: b"PK\x03\x04" + b"\0" * 100),
    "nothing": ("x.pdf", lambda: b""),
    "zeros as a text": ("x.txt", lambda: bytes(1000)),
}


@pytest.mark.parametrize("attack", FILES)
def test_a_hostile_file_is_refused(world, attack):
    name, content = FILES[attack]

    with pytest.raises(UnusableFile):
        world.flow.documents.add_to_case("SAG-2588", Given(name, content()), actor=SYSTEM)


def test_a_document_with_a_bomb_inside_is_never_unpacked(world):
    bomb = _zip(**{"[Content_Types].xml": b"x", "word/document.xml": bytes(200_000_000)})
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    world.flow.documents.add_to_case("SAG-2588", Given("x.docx", bomb), actor=SYSTEM)

    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 * 1024  # KiB
    assert len(bomb) < 1_000_000


# --- mail and logs ---------------------------------------------------------------------------------

ADDRESSES = {
    "a second receiver": "a@b.dk\r\nBcc: x@evil.example",
    "a subject": "a@b.dk\nSubject: x",
    "a list": "a@b.dk, x@evil.example",
    "a name": '"x" <a@b.dk>',
    "no address": "a",
    "a comment": "a@b.dk (x)",
}


@pytest.mark.parametrize("attack", ADDRESSES)
def test_a_mail_address_holds_an_address_and_nothing_else(world, camilla, attack):
    page = camilla.get("/beskeder/valg")

    camilla.submit(page, page.all("//main//form")[0], adresse=ADDRESSES[attack])

    kept = camilla.get("/beskeder/valg").value("adresse")
    assert kept in ("", None) or not re.search(r"[\s,<>()|\"]", kept)


LINES = {
    "a line of its own": "x\n2026-03-27 09:00:00 [info] signed in person=drift",
    "a return": "x\rsigned in",
    "colours of a terminal": "x\x1b[2J\x1b[31mred",
    "a bell": "x\x07\x08",
}


@pytest.mark.parametrize("attack", LINES)
def test_nobody_writes_lines_into_the_log(app, stranger, capfd, attack):
    token = stranger.get("/log-paa").value("csrf_token")

    stranger.client.post(
        "/log-paa", data={"bruger": LINES[attack], "adgangskode": LINES[attack], "csrf_token": token}
    )
    stranger.client.get("/" + quote(LINES[attack]))

    said = "".join(capfd.readouterr())
    assert "\x1b[2J" not in said
    assert "signed in" not in said
    assert "\x07" not in said
