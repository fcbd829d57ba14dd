"""Files out of the studio and into it, and two drafts of one file."""

from __future__ import annotations

import io

import pytest
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import encode_multipart

from flowcase.modeling.process_archive import pack, unpack
from tests.web.test_studio_differences import five_weeks

TABLE = "decisions/D-02_opfoelgning_kadence.dmn"


@pytest.fixture
def jens(sign_in):
    return sign_in("jens.proces")


def send(visitor, *files):
    token = visitor.get("/underret").value("csrf_token")
    given = [FileStorage(io.BytesIO(content), filename=name) for name, content in files]
    # In memory: the client's own file for a large form would never be closed.
    boundary, body = encode_multipart(MultiDict([("csrf_token", token), *(("fil", each) for each in given)]))
    answer = visitor.client.post(
        "/studie/filer", data=body, content_type=f"multipart/form-data; boundary={boundary}"
    )
    return answer.status_code, answer.get_data(as_text=True)


def test_what_was_fetched_comes_back_changed_as_a_draft(jens, world):
    fetched = jens.client.get("/studie/filer/processer.zip")
    files = dict(unpack(fetched.data).files)
    files[TABLE] = five_weeks(files[TABLE])

    status, page = send(jens, ("processer.zip", pack(files)))

    assert fetched.data == jens.client.get("/studie/filer/processer.zip").data
    assert status == 200
    assert "Nye kladder: 1." in page
    opened = world.flow.studio.open(TABLE, actor=world.flow.people.actor("jens.proces"))
    assert opened.content == files[TABLE] and opened.draft
    alone, page = send(jens, ("D-02_opfoelgning_kadence.dmn", files[TABLE] + b"\n"))
    assert (alone, TABLE in page) == (200, True)


@pytest.mark.parametrize(
    "file",
    [("p.zip", b"no zip"), ("../p.bpmn/..", b"<a/>"), ("README.md", b"n"), ("p.bpmn", b" " * 2_097_153)],
)
def test_what_cannot_be_taken_in_leaves_nothing_behind(jens, world, file):
    status, page = send(jens, file)

    assert status == 422
    assert 'id="fejl"' in page
    actor = world.flow.people.actor("jens.proces")
    assert [each for each in world.flow.studio.files(actor=actor) if each.drafts] == []


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ([("p.zip", b"no zip")], "zip-filen kan ikke læses"),
        ([("p.bpmn", b" " * 2_097_153)], "»p.bpmn« er større end 2 MB"),
        ([("p.zip", pack({"../p.bpmn": b"<a/>"}))], "»../p.bpmn« er ikke navnet på en fil i en mappe"),
        ([("en/p.bpmn", b"<a/>"), ("to/P.bpmn", b"<b/>")], "to filer hedder »P.bpmn«"),
    ],
)
def test_why_nothing_is_taken_in_is_said_in_danish(jens, files, said):
    status, page = send(jens, *files)

    assert (status, said in page) == (422, True)


def test_a_whole_folder_is_taken_in_and_says_what_is_wrong_in_it(jens):
    status, page = send(
        jens, ("mappe/.DS_Store", b""), ("mappe/forms/f.form", b"{}"), ("mappe/p.bpmn", b"<definitions><pr")
    )

    assert status == 200 and "webkitdirectory" in page
    assert "Nye kladder: 2." in page and "Udeladt: 1." in page
    assert "Ret, før kladderne kan sættes i drift" in page and "p.bpmn:1" in page


def test_two_windows_leave_two_drafts_to_choose_from(jens, world):
    actor = world.flow.people.actor("jens.proces")
    was = world.flow.studio.in_force(TABLE, actor=actor)
    world.flow.kept_drafts.save(TABLE, five_weeks(was), seen=None, based_on=None, actor=actor)
    world.flow.kept_drafts.save(TABLE, was + b"\n", seen=None, based_on=None, actor=actor)

    page = jens.get(f"/studie/kladder/{TABLE}?kopi=1")
    kept = jens.submit(page, page.all("//form[contains(@action, '/studie/kladder/')]")[1])
    late = jens.submit(page, page.all("//form[contains(@action, '/studie/kladder/')]")[0])

    assert "opfølgning nr. fra 2: 5 uger → 6 uger" in page.text
    assert kept.heading.startswith(TABLE)
    assert late.status == 404
    opened = world.flow.studio.open(TABLE, actor=actor)
    assert (opened.content, len(opened.own)) == (five_weeks(was), 1)


def test_a_colleagues_draft_is_compared_and_left_alone(jens, world, sign_in):
    lone = world.flow.people.actor("lone.proces")
    was = world.flow.studio.in_force(TABLE, actor=lone)
    world.flow.kept_drafts.save(TABLE, five_weeks(was), seen=None, based_on=None, actor=lone)

    page = jens.get(f"/studie/kladder/{TABLE}?hos=lone.proces")

    assert "Kladde af Lone Holst" in page.text
    assert not page.all("//form[contains(@action, '/studie/kladder/')]")
    assert sign_in("karen.fp").get(f"/studie/kladder/{TABLE}").status == 403
    assert sign_in("karen.fp").get("/studie/filer").status == 403
