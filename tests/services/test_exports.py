"""Exports are read back by readers written from the standards, and hold what their class lets out."""

from __future__ import annotations

import collections
import csv
import datetime as dt
import hashlib
import io
import itertools
import json
import re
import shutil
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import lxml.etree
import pytest

from flowcase.access.actor import SYSTEM
from flowcase.access.events import CaseRead
from flowcase.cases.entities import DataClass
from flowcase.errors import Erased, Forbidden, InvalidValues, NotFound
from flowcase.history.exports import FORMATS, Line, flat, ocel, xes
from flowcase.services.auditing import exports
from flowcase.services.auditing.exports import Asked
from tests.services.conftest import OPERATOR
from tests.web import world as worlds
from tests.web.world import PEOPLE, World, at

NAME, CONCERN = "Ingelise Fjordbakke", '=HYPERLINK("http://x") Barnet har fortalt om slag med bælte'
CASE, OTHER = "SAG-2701", "SAG-2702"
XES = "{http://www.xes-standard.org/}"


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with two cases in different stages, with people's names, words and times."""
    home = tmp_path_factory.mktemp("exports") / "home"
    worlds.build(home, live=_live)
    return home


def _live(world: World) -> None:
    world.notify("U-71", CASE, NAME, bekymring=CONCERN)
    world.notify("U-72", OTHER, "Noah Elleby")
    world.assess(CASE)
    world.go_to(at(25, 9, 5))
    worlds.meet(world, 25)


@pytest.fixture
def world(lived: Path, tmp_path: Path) -> Iterator[World]:
    shutil.copytree(lived, tmp_path / "home")
    opened = worlds.open_world(tmp_path / "home", now=at(25, 10))
    yield opened
    opened.flow.close()


def _exported(world: World, format: str, **asked: Any) -> str:
    return b"".join(world.flow.exports.begin(format, Asked(**asked), actor=OPERATOR)).decode()


def _json_lines(world: World, **asked: Any) -> list[dict[str, Any]]:
    """The events; the line that ends the file has to be there."""
    *events, end = [json.loads(line) for line in _exported(world, "jsonl", **asked).splitlines()]
    assert (end["kind"], end["seq"]) == ("ExportEnd", len(events))
    return events


def _in_the_history(world: World, **where: Any) -> list[Any]:
    rows = world.flow.history.everything()
    return [row for row in rows if all(getattr(row, name) == value for name, value in where.items())]


# --- XES, by IEEE 1849-2016, section 4 -----------------------------------------------------------------

_XES_TYPES = {"string", "date", "int", "float", "boolean", "id", "list", "container"}
_NAME = re.compile(r"[^\W\d][\w.-]*")  # xs:NCName
_KEY = re.compile(r"[^\W\d:][\w.:-]*")  # xs:Name
_TRANSITIONS = {  # of the standard's own model of a life cycle
    *("assign", "ate_abort", "autoskip", "complete", "manualskip", "pi_abort", "reassign"),
    *("resume", "schedule", "start", "suspend", "unknown", "withdraw"),
}


def _read_xes(text: str) -> list[tuple[str, list[dict[str, Any]]]]:
    """The traces of a log that the standard allows."""
    log = lxml.etree.fromstring(text.encode())
    assert log.tag == f"{XES}log"
    assert set(log.attrib) == {"xes.version", "xes.features"}
    assert re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?", log.get("xes.version"))  # xs:decimal, as its schema has it
    order = [lxml.etree.QName(child).localname for child in log]
    ranks = {"extension": 0, "global": 1, "classifier": 2, **dict.fromkeys(_XES_TYPES, 3), "trace": 4}
    assert all(_NAME.fullmatch(each.get("name")) for each in log.iter(f"{XES}extension", f"{XES}classifier"))
    assert [ranks[name] for name in order] == sorted(ranks[name] for name in order)
    prefixes = {each.get("prefix") for each in log.iter(f"{XES}extension")}
    assert all(each.get("uri") and each.get("name") for each in log.iter(f"{XES}extension"))
    scopes = {each.get("scope"): _xes_attributes(each, prefixes) for each in log.iter(f"{XES}global")}
    assert set(scopes) == {"trace", "event"}
    for classifier in log.iter(f"{XES}classifier"):
        assert set(classifier.get("keys").split()) <= set(scopes["event"])
    traces = []
    for trace in log.iter(f"{XES}trace"):
        named = _xes_attributes(trace, prefixes)
        assert set(scopes["trace"]) <= set(named)
        events = [_xes_attributes(event, prefixes) for event in trace.iter(f"{XES}event")]
        assert all(set(scopes["event"]) <= set(event) for event in events)
        assert {event["lifecycle:transition"] for event in events} <= _TRANSITIONS
        traces.append((named["concept:name"], events))
    return traces


def _xes_attributes(parent: Any, prefixes: set[str]) -> dict[str, Any]:
    read = {
        "string": str,
        "int": int,
        "float": float,
        "date": dt.datetime.fromisoformat,
        "boolean": {"true": True, "false": False}.__getitem__,
    }
    found: dict[str, Any] = {}
    for child in parent:
        type = lxml.etree.QName(child).localname
        if type == "event":
            continue
        key = child.get("key")
        assert set(child.attrib) == {"key", "value"}
        assert len(child) == 0
        assert _KEY.fullmatch(key), key
        assert key not in found, key
        assert ":" not in key or key.partition(":")[0] in prefixes
        found[key] = read[type](child.get("value"))  # type: ignore[operator]
        assert type != "int" or -(2**63) <= found[key] < 2**63, key  # xs:long
        assert type != "date" or found[key].tzinfo is not None, key
    return found


def test_an_xes_log_is_what_the_standard_asks_for_and_holds_every_event(world: World) -> None:
    expected = collections.Counter(row.stream for row in _in_the_history(world))

    traces = _read_xes(_exported(world, "xes"))

    assert {name: len(events) for name, events in traces} == dict(expected)
    for _, events in traces:
        times = [event["time:timestamp"] for event in events]
        assert times == sorted(times)
    completed = [
        event
        for _, events in traces
        for event in events
        if event["flowcase.kind"] == "UserTaskCompleted" and event["flowcase.element"] == "vurder"
    ]
    assert [event["lifecycle:transition"] for event in completed] == ["complete"]


def test_a_number_too_large_for_the_standard_is_text_in_an_xes_log() -> None:
    moment = dt.datetime(2026, 3, 24, tzinfo=dt.UTC)
    numbers = {"least": -(2**63) + 1, "most": 2**63 - 1, "more": 2**63}

    text = "".join(xes.pieces([Line("case:a", 1, moment, "NoteWritten", "system", values=numbers)]))

    [(_, [event])] = _read_xes(text)
    assert [event[f"flowcase.value.{name}"] for name in numbers] == [*list(numbers.values())[:2], str(2**63)]


# --- OCEL 2.0, by its JSON schema ------------------------------------------------------------------------


def _read_ocel(text: str) -> dict[str, Any]:
    """A log whose every reference leads somewhere and whose every attribute is declared."""
    log = json.loads(text)
    assert set(log) == {"objectTypes", "eventTypes", "objects", "events"}
    types = {"string": str, "integer": int, "float": float, "boolean": bool, "time": str}
    declared = {
        each["name"]: {attribute["name"]: attribute["type"] for attribute in each["attributes"]}
        for each in log["eventTypes"]
    }
    assert len(declared) == len(log["eventTypes"])
    object_types = {each["name"] for each in log["objectTypes"]}
    objects = {each["id"]: each["type"] for each in log["objects"]}
    assert len(objects) == len(log["objects"])
    assert set(objects.values()) == object_types
    assert len({event["id"] for event in log["events"]}) == len(log["events"])
    for event in log["events"]:
        assert set(event) == {"id", "type", "time", "attributes", "relationships"}
        assert dt.datetime.fromisoformat(event["time"]).tzinfo is not None
        for attribute in event["attributes"]:
            type = declared[event["type"]][attribute["name"]]
            assert isinstance(attribute["value"], types[type]), attribute
            if type == "integer":
                assert not isinstance(attribute["value"], bool)
            if type == "time":
                dt.datetime.fromisoformat(attribute["value"])
        for related in event["relationships"]:
            assert set(related) == {"objectId", "qualifier"}
            assert related["objectId"] in objects
    return log


def test_an_ocel_log_is_what_the_standard_asks_for_and_holds_every_event(world: World) -> None:
    expected = collections.Counter(row.kind for row in _in_the_history(world))

    log = _read_ocel(_exported(world, "ocel"))

    assert collections.Counter(event["type"] for event in log["events"]) == expected
    cases = {each["id"] for each in log["objects"] if each["type"] == "case"}
    assert cases == {f"case:{CASE}", f"case:{OTHER}"}


def test_an_attribute_that_comes_in_two_types_is_text_in_an_ocel_log() -> None:
    moment = dt.datetime(2026, 3, 24, tzinfo=dt.UTC)
    lines = [
        Line("process:a", number, moment, "CaseFactSet", "system", values={"Sag.trin": value})
        for number, value in enumerate([True, 3, "tre"])
    ]

    text = "".join(ocel.pieces(lines))

    events = _read_ocel(text)["events"]
    assert [event["attributes"][0]["value"] for event in events] == ["true", "3", "tre"]


# --- CSV and JSON lines ----------------------------------------------------------------------------------


def test_csv_and_json_lines_hold_every_event_and_the_same(world: World) -> None:
    expected = [(row.stream, row.seq, row.kind) for row in _in_the_history(world)]

    *table, end = csv.DictReader(io.StringIO(_exported(world, "csv")))
    objects = _json_lines(world)

    assert sorted((row["stream"], int(row["seq"]), row["kind"]) for row in table) == sorted(expected)
    assert (end["kind"], int(end["seq"]), end["stream"]) == ("ExportEnd", len(expected), "")
    known = [(row["stream"], row["seq"]) for row in objects if not row["kind"].startswith("Export")]
    assert known == [(row["stream"], int(row["seq"])) for row in table]
    assert all(list(row) == list(flat.HEADER) for row in objects)


@pytest.mark.parametrize("word", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1"])
def test_no_cell_of_a_csv_file_is_a_formula(word: str) -> None:
    moment = dt.datetime(2026, 3, 24, tzinfo=dt.UTC)
    line = Line(word, 1, moment, word, word, word, word, word, word, word, {"x": word})

    text = "".join(flat.csv_pieces([line]))

    [_, row, _] = list(csv.reader(io.StringIO(text, newline="")))
    assert [cell for cell in row if cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n"))] == []
    assert row[0] == f"'{word}"


def test_text_that_xml_cannot_hold_does_not_break_an_xes_log() -> None:
    moment = dt.datetime(2026, 3, 24, tzinfo=dt.UTC)
    words = "Æ <&\"'> \x00\x0b\ud800 \n"

    text = "".join(xes.pieces([Line("case:a", 1, moment, "NoteWritten", "system", values={"text": words})]))

    [(_, [event])] = _read_xes(text)
    assert event["flowcase.value.text"] == "Æ <&\"'> \ufffd\ufffd\ufffd \n"


# --- what leaves, and what is remembered -----------------------------------------------------------------


@pytest.mark.parametrize("format", FORMATS)
def test_by_default_no_word_of_a_family_and_no_name_of_a_person_leaves(world: World, format: str) -> None:
    text = _exported(world, format)

    assert CASE in text
    assert [word for word in (NAME, "slag med bælte", "Skolens kontor") if word in text] == []
    assert [person for person in PEOPLE if f'"{person}"' in text or f",{person}," in text] == []


def test_confidential_values_leave_only_with_their_class(world: World) -> None:
    k0, k1, k2 = (_exported(world, "jsonl", data_class=DataClass(each)) for each in ("K0", "K1", "K2"))

    assert [NAME in text for text in (k0, k1, k2)] == [False, True, True]
    assert ["slag med bælte" in text for text in (k0, k1, k2)] == [False, False, True]


def test_people_have_one_pseudonym_each_and_their_ids_on_request(world: World) -> None:
    disguised = [row["actor"] for row in _json_lines(world, case=CASE)]
    named = [row["actor"] for row in _json_lines(world, case=CASE, names_actors=True)]

    pairs = set(zip(disguised, named, strict=False))
    assert "karen.fp" in {name for _, name in pairs}
    assert len(pairs) == len({name for _, name in pairs}) == len({pseudonym for pseudonym, _ in pairs})


def test_an_export_holds_the_events_of_its_filter_alone(world: World) -> None:
    def kinds(**asked: Any) -> list[tuple[str, int]]:
        return [(row["stream"], row["seq"]) for row in _json_lines(world, **asked)]

    of_case = [(row.stream, row.seq) for row in _in_the_history(world, stream=f"case:{CASE}")]
    meetings = {row.id for row in world.flow.instances.list(process="fronten_dagsmoede", limit=None)}
    of_process = {(row.stream, row.seq) for row in _in_the_history(world) if row.instance in meetings}
    of_day = {
        (row.stream, row.seq)
        for row in _in_the_history(world)
        if row.at.astimezone(worlds.LOCAL).date() == dt.date(2026, 3, 24)
        and not row.kind.startswith("Export")
    }

    assert kinds(case=CASE) == of_case
    assert set(kinds(process="fronten_dagsmoede")) == of_process
    assert of_process
    assert set(kinds(first=dt.date(2026, 3, 24), last=dt.date(2026, 3, 24))) == of_day


def test_each_export_is_in_the_history_with_who_what_how_many_and_its_digest(world: World) -> None:
    leaving = world.flow.exports.begin("csv", Asked(case=CASE, data_class=DataClass.K1), actor=OPERATOR)

    file = b"".join(leaving)

    begun, made = _of_exports(world)
    assert (begun.kind, made.kind, begun.actor, made.actor) == (
        "ExportBegun",
        "ExportMade",
        OPERATOR.id,
        OPERATOR.id,
    )
    for row in (begun, made):
        said: Any = row.event
        assert (said.format, said.case, said.data_class, said.names_actors) == ("csv", CASE, "K1", False)
    assert begun.event.export == made.event.export
    assert made.event.events == leaving.events == len(list(csv.DictReader(io.StringIO(file.decode())))) - 1
    assert made.event.sha256 == leaving.sha256 == hashlib.sha256(file).hexdigest()
    told = world.flow.history.of_case(CASE, actor=SYSTEM)[-1]
    assert (told.kind, told.event.kind) == ("ReferenceRecorded", "ExportBegun")  # type: ignore[union-attr]


def _of_exports(world: World) -> list[Any]:
    rows = world.flow.history.of_stream("installation")
    return [row for row in rows if row.kind.startswith("Export")]


# --- streams ---------------------------------------------------------------------------------------------


def _many(world: World, count: int) -> None:
    """So many more events, in fifty cases of their own."""
    for number in range(count // 1_000):
        with world.flow.store.begin(SYSTEM, world.flow.clock.now()) as tx:
            for stream in range(50):
                code = f"M-{number % 4}-{stream}"
                for _ in range(20):
                    tx.append(f"case:{code}", CaseRead(case=code, page="case"))


def _peak(world: World, format: str) -> tuple[int, int]:
    """How much memory one export takes at the most, and how many events it holds."""
    leaving = world.flow.exports.begin(format, Asked(), actor=OPERATOR)
    tracemalloc.start()
    for _ in leaving:
        pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak, leaving.events


def test_ten_times_the_events_take_no_more_memory(world: World, monkeypatch: Any) -> None:
    monkeypatch.setattr(exports, "_PAGE_EVENTS", 50)
    monkeypatch.setattr(exports, "_PIECE_BYTES", 2_000)
    _peak(world, "ocel")  # what is kept for good is kept now
    before = {format: _peak(world, format) for format in FORMATS}
    _many(world, 10 * before["csv"][1])

    after = {format: _peak(world, format) for format in FORMATS}

    for format in FORMATS:
        (peak, events), (grown, more) = before[format], after[format]
        assert more > 8 * events
        assert grown < 1.5 * peak, f"{format}: {peak} bytes for {events} events, {grown} for {more}"


@pytest.mark.parametrize("format", FORMATS)
def test_a_file_is_of_the_instant_at_which_it_began(world: World, format: str, monkeypatch: Any) -> None:
    monkeypatch.setattr(exports, "_PAGE_EVENTS", 7)
    monkeypatch.setattr(exports, "_PAGE_STREAMS", 2)
    monkeypatch.setattr(exports, "_PIECE_BYTES", 500)
    expected = len(world.flow.history.everything())
    leaving = world.flow.exports.begin(format, Asked(), actor=OPERATOR)

    pieces = iter(leaving)
    file = next(pieces)
    world.notify("U-73", "SAG-2703", "Alma Senkommen")
    file += b"".join(pieces)

    assert leaving.events == expected
    assert b"SAG-2703" not in file


@pytest.mark.parametrize("format", FORMATS)
def test_an_export_that_breaks_off_shows_it_and_never_ended(
    world: World, format: str, monkeypatch: Any
) -> None:
    monkeypatch.setattr(exports, "_PIECE_BYTES", 500)
    whole = _exported(world, format)
    pieces = iter(world.flow.exports.begin(format, Asked(), actor=OPERATOR))

    broken = b"".join(itertools.islice(pieces, 20)).decode("utf-8", "ignore")
    pieces.close()  # type: ignore[attr-defined]

    assert [row.kind for row in _of_exports(world)] == ["ExportBegun", "ExportMade", "ExportBegun"]
    assert _is_whole(format, whole)
    for cut in (broken, whole[: len(whole) // 2], whole[: whole.rstrip().rindex("\n") + 1]):
        assert not _is_whole(format, cut)


def _is_whole(format: str, text: str) -> bool:
    """What a reader finds out without us."""
    try:
        if format == "xes":
            _read_xes(text)
        elif format == "ocel":
            _read_ocel(text)
        elif format == "csv":
            return next(reversed(list(csv.DictReader(io.StringIO(text)))))["kind"] == "ExportEnd"
        else:
            return bool(json.loads(text.splitlines()[-1])["kind"] == "ExportEnd")
    except (ValueError, lxml.etree.XMLSyntaxError):
        return False
    return True


def test_an_export_whose_end_cannot_be_noted_keeps_its_end_back(world: World, monkeypatch: Any) -> None:
    leaving, file = world.flow.exports.begin("jsonl", Asked(), actor=OPERATOR), b""
    monkeypatch.setattr(exports, "ExportMade", lambda **_: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        for piece in leaving:
            file += piece

    assert b"ExportEnd" not in file


@pytest.mark.parametrize("person", ["karen.fp", "anders.myn", "drift", "granly"])
def test_whoever_is_no_auditor_may_not_export(world: World, person: str) -> None:
    with pytest.raises(Forbidden):
        world.flow.exports.begin("csv", Asked(), actor=world.flow.people.actor(person))

    assert _of_exports(world) == []


def test_an_auditor_may_export_and_what_is_not_there_is_named(world: World) -> None:
    auditor = world.flow.people.actor("vera.revisor")

    leaving = world.flow.exports.begin("jsonl", Asked(case=CASE), actor=auditor)

    assert len(b"".join(leaving).splitlines()) == leaving.events + 1 > 10
    with pytest.raises(InvalidValues):
        world.flow.exports.begin("pdf", Asked(), actor=auditor)
    for format, asked in (("csv", Asked(case="SAG-9")), ("csv", Asked(process="ingen"))):
        with pytest.raises(NotFound):
            world.flow.exports.begin(format, asked, actor=auditor)


def test_an_erased_case_is_left_out(world: World) -> None:
    for meeting in world.flow.instances.list(process="fronten_dagsmoede", status="active"):
        # The case stands on its agenda: nothing is erased under the hands of those who work on it.
        world.flow.instances.cancel(meeting.id, reason="moedet_holdes_ikke", actor=OPERATOR)
    world.flow.erasure.erase(
        CASE, reason="opbevaring_udloebet", approved_by="anders.myn", also_open=True, actor=OPERATOR
    )

    rows = _json_lines(world, data_class=DataClass.K2)

    assert NAME not in json.dumps(rows, ensure_ascii=False)
    assert f"case:{CASE}" not in {row["stream"] for row in rows}
    with pytest.raises(Erased):  # an empty file would say that nothing was ever done in it
        world.flow.exports.begin("csv", Asked(case=CASE), actor=OPERATOR)
