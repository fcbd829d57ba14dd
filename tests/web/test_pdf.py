"""PDF files: archivable, tagged and in Danish; hostile text stays text; a missing library is named."""

from __future__ import annotations

import io

import pikepdf
import pytest
from flask import render_template_string

from flowcase.web import pdf

HOSTILE = (
    '<script>alert(1)</script> <img src="file:///etc/passwd"> {{ 7*7 }} </style><h1>Falsk</h1> '
    "\u202eקרוא \N{GRINNING FACE} æøåÆØÅ"
)


def opened(content):
    return pikepdf.open(io.BytesIO(content))


def text_of(content):
    """What the pages draw: the strings of their content streams, by the map of each font."""
    said = []
    with opened(content) as file:
        for page in file.pages:
            maps = {name: _map(font) for name, font in page.Resources.Font.items()}
            font = None
            for operands, operator in pikepdf.parse_content_stream(page):
                if str(operator) == "Tf":
                    font = maps[str(operands[0])]
                elif str(operator) == "TJ":
                    codes = b"".join(bytes(each) for each in operands[0] if isinstance(each, pikepdf.String))
                    said.append("".join(font.get(codes[at : at + 2], "") for at in range(0, len(codes), 2)))
    return "".join(said)


def _map(font):
    found, lines = {}, font.ToUnicode.read_bytes().decode("ascii").splitlines()
    for line in lines:
        code, _, letters = line.partition("> <")
        if line.startswith("<") and letters:
            found[bytes.fromhex(code[1:])] = bytes.fromhex(letters.rstrip(">")).decode("utf-16-be")
    return found


@pytest.fixture
def made(app):
    template = (
        '{% extends "pdf_layout.html" %}{% block title %}Prøve{% endblock %}'
        '{% block content %}<h1>Prøve</h1><p class="typed" dir="auto">{{ typed }}</p>{% endblock %}'
    )
    with app.test_request_context():
        return pdf.render(render_template_string(template, typed=HOSTILE, faces=pdf._faces()))


def test_a_file_is_archivable_tagged_and_says_its_language_and_title(made):
    with opened(made) as file:
        with file.open_metadata() as about:
            level = (about["pdfaid:part"], about["pdfaid:conformance"])
            title = about["dc:title"]
        root = file.Root

        assert level == ("3", "B")
        assert title == "Prøve"
        assert bool(root.MarkInfo.Marked)
        assert str(root.Lang) == "da"
        assert "/StructTreeRoot" in root
        assert "/OutputIntents" in root


def test_what_people_typed_stays_text_and_nothing_it_names_is_read(made):
    said = text_of(made)

    assert "<script>alert(1)</script>" in said
    assert 'file:///etc/passwd"' in said
    assert "{{ 7*7 }}" in said
    assert "æøåÆØÅ" in said
    with opened(made) as file:
        assert "/JavaScript" not in str(file.Root.get("/Names", {}))
        kept = [each for each in file.objects if isinstance(each, pikepdf.Stream)]
        assert not [each for each in kept if each.get("/Subtype") == "/Image"]


def test_an_address_in_a_document_is_never_fetched():
    page = '<html lang="da"><title>x</title><img src="http://127.0.0.1:9/x.png"><p>Tekst'
    at_home = '<html lang="da"><title>x</title><img src="file:///etc/hostname"><p>Tekst'

    for html in (page, at_home):
        with opened(pdf.render(html)) as file:
            images = [each for each in file.objects if isinstance(each, pikepdf.Stream)]
            assert not [each for each in images if each.get("/Subtype") == "/Image"]


def test_a_machine_without_pango_is_told_what_to_install(monkeypatch):
    def no_library(name):
        raise OSError("cannot load library 'libpango-1.0-0'")

    monkeypatch.setattr(pdf.importlib, "import_module", no_library)

    with pytest.raises(pdf.PdfUnavailable, match="apt-get install libpango"):
        pdf.render("<p>Tekst")
