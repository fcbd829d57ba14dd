"""Zips of processes: the same each time, and harmless whatever is in them."""

from __future__ import annotations

import io
import zipfile

import pytest

from flowcase.modeling import process_archive
from flowcase.modeling.process_archive import BadArchive, pack, unpack

FILES = {"p.bpmn": b"<a/>", "decisions/d.dmn": b"<b/>", "rulesets/r.yaml": b"id: r\n"}


def zipped(*entries: tuple[str | zipfile.ZipInfo, bytes], squeeze: int = zipfile.ZIP_STORED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", squeeze) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return made.getvalue()


def test_the_same_files_give_the_same_bytes_and_come_back():
    made = pack(FILES)

    assert made == pack(dict(reversed(FILES.items())))
    assert unpack(made).files == FILES


def test_a_folder_around_everything_and_other_files_are_left_out():
    found = unpack(zipped(("alt/p.bpmn", b"<a/>"), ("alt/README.md", b"n"), ("alt/forms/f.form", b"{}")))

    assert dict(found.files) == {"p.bpmn": b"<a/>", "forms/f.form": b"{}"}
    assert found.left_out == ("README.md",)
    assert list(unpack(zipped(("forms/f.form", b"{}"))).files) == ["forms/f.form"]


@pytest.mark.parametrize(
    "name",
    [
        "../p.bpmn",
        "/p.bpmn",
        "a/../../p.bpmn",
        "a\\..\\p.bpmn",
        "C:/p.bpmn",
        ".git/p.bpmn",
        "a//p.bpmn",
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(name):
    with pytest.raises(BadArchive):
        unpack(zipped((name, b"<a/>"), ("q.bpmn", b"<a/>")))


def test_what_a_program_leaves_beside_the_files_of_a_folder_is_left_out():
    litter = ("p/.DS_Store", "__MACOSX/p/._p.bpmn", "p/Thumbs.db")

    found = unpack(zipped(("p/p.bpmn", b"<a/>"), *((name, b"") for name in litter)))

    assert (dict(found.files), found.left_out) == ({"p.bpmn": b"<a/>"}, litter)
    with pytest.raises(BadArchive, match="no name"):
        unpack(zipped(("__MACOSX/../._p.bpmn", b"")))


def test_a_link_is_refused():
    link = zipfile.ZipInfo("p.bpmn")
    link.external_attr = 0o120777 << 16

    with pytest.raises(BadArchive, match="link"):
        unpack(zipped((link, b"/etc/passwd")))


def test_two_files_of_one_name_are_refused():
    with pytest.warns(UserWarning, match="Duplicate"):
        twice = zipped(("p.bpmn", b"<a/>"), ("p.bpmn", b"<b/>"))

    with pytest.raises(BadArchive, match="same name"):
        unpack(twice)
    with pytest.raises(BadArchive, match="same name"):
        unpack(zipped(("p.bpmn", b"<a/>"), ("P.bpmn", b"<b/>")))


def test_what_swells_is_stopped_on_the_way(monkeypatch):
    bomb = zipped(("p.bpmn", b" " * (process_archive.MOST_BYTES_OF_A_FILE + 1)), squeeze=zipfile.ZIP_DEFLATED)
    assert len(bomb) < 10_000

    with pytest.raises(BadArchive, match="2 MB"):
        unpack(bomb)
    monkeypatch.setattr(process_archive, "MOST_BYTES", 1000)
    with pytest.raises(BadArchive, match="together"):
        unpack(zipped(*((f"p{n}.bpmn", b" " * 400) for n in range(4))))
    monkeypatch.setattr(process_archive, "MOST_FILES", 3)
    with pytest.raises(BadArchive, match="at most 3"):
        unpack(zipped(*((f"p{n}.bpmn", b"") for n in range(4))))


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04" + b"\0" * 40, pack(FILES)[:200]])
def test_what_is_no_zip_is_told_so(content):
    with pytest.raises(BadArchive):
        unpack(content)
