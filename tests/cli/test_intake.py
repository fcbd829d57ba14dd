"""`flowcase intake`: each line whole or not at all, each number once, no reason repeats what was typed."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from flowcase.access.actor import SYSTEM
from flowcase.bootstrap import Flowcase
from flowcase.cli.notification_files import read_notifications
from flowcase.errors import FlowcaseError
from tests.cli.conftest import CommandLine
from tests.proofs.fictional_families import BROKEN, TYPED, csv_text, family, json_line, notification

NOW = dt.datetime.now(dt.UTC)


def rows_with_faults(count: int, every: int) -> tuple[list[dict[str, Any]], dict[int, str]]:
    """Notifications, and what the reason for each broken one has to say by its position from 0."""
    faults: Iterator[tuple[dict[str, Any], str]] = iter(BROKEN.values())
    rows, reasons = [], {}
    for number in range(count):
        changes, reason = next(faults, ({}, "")) if number % every == every - 1 else ({}, "")
        rows.append(notification(number, now=NOW, **changes))
        if reason:
            reasons[number] = reason
    return rows, reasons


def test_json_lines_become_cases_and_broken_lines_are_refused_alone(
    flowcase: CommandLine, tmp_path: Path, opened: Callable[[], Flowcase]
) -> None:
    rows, reasons = rows_with_faults(44, 4)
    lines = [json_line(row) for row in rows]
    lines[43], reasons[43] = lines[43][:60], "It is no JSON"  # cut off
    file = tmp_path / "underretninger.jsonl"
    file.write_text("\n".join(lines) + "\n\n", "utf-8")

    report = flowcase.json("intake", file, expect=1)

    assert (report["lines"], report["taken"], report["known"]) == (44, 33, 0)
    assert [each["line"] for each in report["refused"]] == [position + 1 for position in sorted(reasons)]
    for each in report["refused"]:
        assert reasons[each["line"] - 1] in each["reason"]
        assert not [typed for typed in TYPED if typed in each["reason"]]
    flow = opened()
    assert len(flow.cases.list(actor=SYSTEM, limit=100)) == 33
    # Outside office hours the duty's user tasks stand beside them.
    assert sum(row.element == "vurder" for row in flow.user_tasks.list()) == 33
    assert flow.incidents.list() == []


def test_the_same_file_again_adds_nothing(
    flowcase: CommandLine, tmp_path: Path, opened: Callable[[], Flowcase]
) -> None:
    file = tmp_path / "underretninger.jsonl"
    file.write_text("\n".join(json_line(notification(n, now=NOW)) for n in range(4)), "utf-8")
    first = flowcase.json("intake", file)
    length = len(list(opened().history.everything()))

    again = flowcase.json("intake", file)

    assert (first["taken"], first["known"]) == (4, 0)
    assert (again["taken"], again["known"], again["refused"]) == (0, 4, [])
    assert len(list(opened().history.everything())) == length


@pytest.mark.parametrize(("delimiter", "encoding"), [(";", "utf-8-sig"), (",", "utf-8"), ("\t", "utf-8")])
def test_csv_of_a_spreadsheet_is_read_with_danish_letters(
    flowcase: CommandLine,
    tmp_path: Path,
    opened: Callable[[], Flowcase],
    delimiter: str,
    encoding: str,
) -> None:
    changes = {"bekymring": 'To linjer;\nmed "citat", æøå ÆØÅ', "kanal": "brev"}
    rows = [notification(1, now=NOW, **changes), notification(2, now=NOW, kanal="røgsignal")]
    file = tmp_path / "underretninger.csv"
    file.write_text(csv_text(rows, delimiter=delimiter), encoding, newline="")

    report = flowcase.json("intake", file, expect=1)

    assert (report["taken"], [each["line"] for each in report["refused"]]) == (1, [4])
    (case,) = opened().cases.list(actor=SYSTEM)
    (child,) = opened().cases.records("Barn", case=case.code)
    assert child["navn"] == family(1)["navn"]


def test_a_broken_line_is_remembered_by_its_fields_only(
    flowcase: CommandLine, tmp_path: Path, opened: Callable[[], Flowcase]
) -> None:
    file = tmp_path / "underretninger.jsonl"
    file.write_text(json_line(notification(1, now=NOW, kanal="røgsignal")), "utf-8")

    flowcase("intake", file, expect=1)

    (refused,) = [row.event for row in opened().history.everything() if row.kind == "IntakeRefused"]
    assert (refused.line, refused.fields, refused.source) == (1, ("kanal",), "file")


def test_a_number_that_another_line_uses_is_refused(flowcase: CommandLine, tmp_path: Path) -> None:
    rows = [
        notification(1, now=NOW),
        notification(2, now=NOW, underretning_id="U-00001"),
        notification(1, now=NOW),
    ]
    file = tmp_path / "underretninger.jsonl"
    file.write_text("\n".join(map(json_line, rows)), "utf-8")

    report = flowcase.json("intake", file, expect=1)

    assert (report["taken"], report["known"]) == (1, 1)
    assert report["refused"] == [
        {"line": 2, "reason": "underretning_id: line 1 has the same one with other values."}
    ]


@pytest.mark.parametrize("kind", ["JSON lines", "CSV"])
def test_standard_input_is_taken_in_as_a_file_is(
    flowcase: CommandLine, opened: Callable[[], Flowcase], kind: str
) -> None:
    rows = [notification(1, now=NOW), notification(2, now=NOW, kanal="røgsignal"), notification(3, now=NOW)]
    text = csv_text(rows, delimiter=";") if kind == "CSV" else "\n".join(map(json_line, rows))

    said = flowcase("intake", "-", input=text, expect=1).stdout

    assert "3 lines: 2 taken in, 0 known already, 1 refused." in said
    assert re.search(rf"^Line {3 if kind == 'CSV' else 2}: kanal: ", said, re.MULTILINE)
    assert len(opened().cases.list(actor=SYSTEM)) == 2


def test_standard_input_that_broke_off_in_a_line_leaves_nothing_of_that_line(
    flowcase: CommandLine, opened: Callable[[], Flowcase]
) -> None:
    whole, half = json_line(notification(1, now=NOW)), json_line(notification(2, now=NOW))[:80]

    said = flowcase("intake", "-", input=f"{whole}\n{half}", expect=1).stdout

    assert "Line 2: It is no JSON" in said
    assert len(opened().cases.list(actor=SYSTEM)) == 1


@pytest.mark.parametrize("text", ["hemmeligt\nnavn\n", "navn;cpr\n1;2\n"])
def test_standard_input_of_another_kind_is_refused_whole_and_not_repeated(
    flowcase: CommandLine, text: str
) -> None:
    refused = flowcase("intake", "-", input=text, expect=1)

    assert "Expected standard input to be JSON lines or CSV" in refused.stderr
    assert "hemmeligt" not in refused.stderr and "cpr" not in refused.stderr


def test_nothing_on_standard_input_is_nothing(flowcase: CommandLine) -> None:
    assert flowcase("intake", "-").stdout.endswith("0 lines: 0 taken in, 0 known already, 0 refused.\n")


def test_a_file_that_is_not_utf_8_is_refused_whole(flowcase: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "underretninger.csv"
    file.write_bytes(csv_text([notification(1, now=NOW)]).replace("”", "").encode("latin-1"))

    refused = flowcase("intake", file, expect=1)

    assert "line 2 has bytes that are none. Save it as UTF-8." in refused.stderr


def test_an_installation_without_the_form_says_so_once(tmp_path: Path) -> None:
    flowcase = CommandLine(tmp_path / "empty")
    flowcase("db", "upgrade")
    file = tmp_path / "underretninger.jsonl"
    file.write_text(json_line(notification(1, now=NOW)), "utf-8")

    assert "form 'F-A1'" in flowcase("intake", file, expect=3).stderr


# --- reading files -------------------------------------------------------------------------------------


def problems(tmp_path: Path, name: str, text: str) -> list[tuple[int, str | None]]:
    file = tmp_path / name
    file.write_text(text, "utf-8", newline="")
    return [(line.number, line.problem) for line in read_notifications(file)]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("[1, 2]", "It is no JSON object."),
        ('{"a": NaN}', "It is no JSON: NaN is no number."),
        ('{"a": 1, "a": 2}', "A key is there twice."),
        ('{"a": ' + "[" * 100_000, "It is nested too deeply."),
        ('{"a": ' + "9" * 5000 + "}", "It has a number that is too long."),
        ('{"a": "\\ud800"}', "It has a character that is none."),
        ("hej", "It is no JSON: Expecting value at column 1."),
    ],
)
def test_a_json_line_that_cannot_be_used_says_why(tmp_path: Path, line: str, problem: str) -> None:
    assert problems(tmp_path, "n.jsonl", f'{{}}\n\n{line}\n{{"b": "\u2028"}}') == [
        (1, None),
        (3, problem),
        (4, None),
    ]


def test_csv_lines_that_cannot_be_used_say_why(tmp_path: Path) -> None:
    text = 'a;b\n1;2\n\n1;2;3\n1\n"x\ny";2\n"x"y;2\n1;"never closed\n1;2\n'

    assert problems(tmp_path, "n.csv", text) == [
        (2, None),
        (4, "It has more cells than the first line has names."),
        (5, "It has fewer cells than the first line has names."),
        (6, None),
        (8, "It is no CSV: a quotation mark is not closed or a cell is too long."),
        (9, "It is no CSV: a quotation mark is not closed or a cell is too long."),
    ]


@pytest.mark.parametrize("header", ["", "a;a\n1;2\n", "a;;b\n1;2;3\n"])
def test_csv_without_a_name_for_each_column_is_refused_whole(tmp_path: Path, header: str) -> None:
    with pytest.raises(FlowcaseError):
        problems(tmp_path, "n.csv", header)
