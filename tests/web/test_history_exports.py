"""The history as a file from its page and by the API: whole, by filter, with its purpose in the log."""

from __future__ import annotations

import collections
import csv
import datetime as dt
import hashlib
import io
import json

import pytest

from flowcase.access.actor import SYSTEM
from flowcase.cases.entities import DataClass
from flowcase.services.auditing.exports import Asked
from tests.services.conftest import OPERATOR
from tests.services.test_exports import _read_ocel, _read_xes
from tests.web.test_api import Program

PATH = "/revision/eksport"


@pytest.fixture
def vera(sign_in):
    return sign_in("vera.revisor")


def _got(visitor, **given):
    """The file that the form gives, as bytes."""
    token = visitor.get(PATH).value("csrf_token")
    answer = visitor.client.post(PATH, data={"csrf_token": token, "formaal": "tilsyn", **given})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer


def _events(world, **where):
    rows = world.flow.history.everything()
    return [row for row in rows if all(getattr(row, name) == value for name, value in where.items())]


def test_independent_readers_find_every_event_in_the_files_of_the_page(vera, world):
    expected = collections.Counter(row.kind for row in _events(world, stream="case:SAG-2588"))

    xes = _got(vera, format="xes", sag="SAG-2588").get_data(as_text=True)
    ocel = _got(vera, format="ocel", sag="SAG-2588").get_data(as_text=True)
    flat = _got(vera, format="csv", sag="SAG-2588").get_data(as_text=True)
    lines = _got(vera, format="jsonl", sag="SAG-2588").get_data(as_text=True)

    [(name, trace)] = _read_xes(xes)
    kinds = {
        "xes": collections.Counter(event["flowcase.kind"] for event in trace),
        "ocel": collections.Counter(event["type"] for event in _read_ocel(ocel)["events"]),
        "csv": collections.Counter(row["kind"] for row in csv.DictReader(io.StringIO(flat))),
        "jsonl": collections.Counter(json.loads(line)["kind"] for line in lines.splitlines()),
    }
    assert name == "case:SAG-2588"
    for format, found in kinds.items():
        found.pop("ExportEnd", None)
        # What the earlier files left behind in the case's own history is in the later ones.
        later = found.pop("ReferenceRecorded", 0) - expected["ReferenceRecorded"]
        assert later == list(kinds).index(format), format
        assert found == expected - collections.Counter(ReferenceRecorded=expected["ReferenceRecorded"])


def test_the_file_is_in_the_history_with_purpose_filter_number_and_digest(vera, world):
    answer = _got(vera, format="csv", sag="SAG-2588", klasse="K0", formaal="klage", fra="2026-03-24")

    file = answer.get_data()
    begun, made = [row for row in _events(world, stream="installation") if row.kind.startswith("Export")]
    for row in (begun, made):
        assert (row.actor, row.event.format, row.event.purpose) == ("vera.revisor", "csv", "klage")
        assert (row.event.case, row.event.data_class) == ("SAG-2588", "K0")
        assert row.event.first == dt.date(2026, 3, 24)
    assert made.event.sha256 == hashlib.sha256(file).hexdigest()
    assert made.event.events == len(list(csv.DictReader(io.StringIO(file.decode())))) - 1
    lookers, _ = world.flow.case_audit.looks("SAG-2588", actor=SYSTEM)
    assert {each.who: each.pages for each in lookers}["vera.revisor"] == {"export": 1}
    assert answer.headers["Content-Disposition"].endswith('.csv"')


def test_the_page_says_how_much_there_is_before_anything_leaves(vera, world):
    number = len(_events(world, stream="case:SAG-2588"))

    page = vera.get(f"{PATH}?sag=SAG-2588")
    nothing = vera.get(f"{PATH}?fra=2030-01-01")

    assert f"Højst {number} hændelser" in page.one("//*[@id='omfang']").text
    assert "Ingen hændelser passer" in nothing.text
    assert [row for row in _events(world) if row.kind.startswith("Export")] == []


def test_what_cannot_be_exported_is_said_beside_its_field_and_nothing_leaves(vera, world):
    token = vera.get(PATH).value("csrf_token")
    for given, field in (
        ({"format": "csv", "formaal": ""}, "formaal"),
        ({"format": "csv", "formaal": "nysgerrighed"}, "formaal"),
        ({"format": "exe"}, "format"),
        ({"format": ""}, "format"),
        ({"format": "csv", "sag": "SAG-9999"}, "sag"),
        ({"format": "csv", "proces": "ingen"}, "proces"),
        ({"format": "csv", "fra": "engang"}, "fra"),
        ({"format": "csv", "fra": "2026-03-25", "til": "2026-03-24"}, "til"),
        ({"format": "csv", "klasse": "K9"}, "klasse"),
        ({"format": "csv", "klasse": "K1"}, "klasse"),  # no auditor works on every case
    ):
        answer = vera.client.post(PATH, data={"csrf_token": token, "formaal": "tilsyn", **given})

        assert answer.status_code == 422, given
        assert f'href="#{field}"' in answer.get_data(as_text=True), given
    assert [row for row in _events(world) if row.kind.startswith("Export")] == []


def test_who_may_have_one_class_only_is_not_asked_for_it_and_is_told_what_the_file_holds(vera):
    seen = vera.get(PATH)
    helped = vera.get("/hjaelp/revisor")

    assert not seen.all("//select[@id='klasse']")
    assert "Filen indeholder kun koder, tider og elementer (K0)." in seen.text
    assert "kun koder, tider og elementer" in helped.text and "fortroligt" not in helped.text


def test_a_cell_that_a_spreadsheet_would_run_is_text_in_the_file(world):
    harm = '=HYPERLINK("http://x";"Klik")'
    world.notify("U-99", "SAG-2699", "Barn Eksempel", bekymring=harm)

    leaving = world.flow.exports.begin("csv", Asked(data_class=DataClass.K2), actor=OPERATOR)

    file = b"".join(leaving).decode()
    assert "HYPERLINK" in file
    cells = [cell for row in csv.reader(io.StringIO(file)) for cell in row]
    assert [cell for cell in cells if cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r"))] == []


def test_it_leaves_piece_by_piece_and_one_that_was_not_received_never_ended(vera, world, monkeypatch):
    monkeypatch.setattr("flowcase.services.auditing.exports._PIECE_BYTES", 500)
    token = vera.get(PATH).value("csrf_token")
    asked = {"csrf_token": token, "formaal": "tilsyn", "format": "jsonl"}

    answer = vera.client.post(PATH, data=asked, buffered=False)
    first = next(iter(answer.response))
    answer.close()

    assert 0 < len(first) < 2_000
    assert "Content-Length" not in answer.headers
    assert [row.kind for row in _events(world) if row.kind.startswith("Export")] == ["ExportBegun"]


def test_it_is_for_auditors_alone(sign_in, world):
    for person in ("karen.fp", "anders.myn", "drift"):
        visitor = sign_in(person)

        page, token = visitor.get(PATH), visitor.get("/opgaver").value("csrf_token")
        answer = visitor.client.post(PATH, data={"csrf_token": token, "formaal": "tilsyn", "format": "csv"})

        assert (page.status, answer.status_code) == (403, 403), person
    assert [row for row in _events(world) if row.kind.startswith("Export")] == []


def test_a_program_takes_the_same_file_with_a_scope_of_its_own_and_says_what_for(app, world):
    def program(*scopes, groups=("revisor",)):
        id = f"p{len(scopes)}{groups[0]}"
        token = world.flow.service_accounts.make(id, groups=groups, scopes=scopes, days=None, actor=SYSTEM)
        return Program(app, token)

    asked = "/api/history/export?format=jsonl&purpose=procesanalyse&case=SAG-2588"
    auditor = program("history:export", "history:read")

    file = auditor.get(asked).get_data(as_text=True)

    *events, end = [json.loads(line) for line in file.splitlines()]
    assert (end["kind"], end["seq"]) == ("ExportEnd", len(events))
    assert {event["case"] for event in events} == {"SAG-2588"}
    made = [row for row in _events(world, stream="installation") if row.kind == "ExportMade"]
    assert [(row.actor, row.event.purpose) for row in made] == [("p2revisor", "procesanalyse")]
    assert program("history:read").get(asked).status_code == 403
    assert (
        program("history:export", "cases:read", "tasks:read", groups=("fronten",)).get(asked).status_code
        == 403
    )
    for above in ("K1", "K2"):  # the words of the scope: as far as class K0 goes
        assert auditor.get(f"{asked}&data_class={above}").status_code == 422, above
    for wrong in ("", "?format=csv", "?format=exe&purpose=tilsyn", "?format=csv&purpose=x"):
        assert auditor.get(f"/api/history/export{wrong}").status_code == 422, wrong
    assert auditor.get("/api/history/export?format=csv&purpose=tilsyn&case=SAG-9999").status_code == 404
