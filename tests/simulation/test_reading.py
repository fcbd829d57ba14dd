"""A simulation file with mistakes names each of them: file, line, field."""

from __future__ import annotations

from pathlib import Path

import pytest

from flowcase.services.simulation import reading


def _read(tmp_path: Path, text: str) -> reading.SimulationError:
    path = tmp_path / "fejl.yaml"
    path.write_text(text)
    with pytest.raises(reading.SimulationError) as refused:
        reading.read(path)
    return refused.value


def test_every_mistake_of_a_file_is_told_with_its_line_and_field(tmp_path: Path) -> None:
    text = "id: x\ntitle: X\nweeks: mange\nwork:\n  fra: '08:00'\ntasks:\n  '*': {minutes: {mean: -1}}\n"

    said = str(_read(tmp_path, text)).splitlines()

    assert [line.partition(": ")[0].rpartition(":")[2] for line in said] == ["3", "4", "7"]
    assert "weeks" in said[0] and "work has fra" in said[1] and "tasks.*" in said[2]


def test_a_file_that_is_based_on_itself_is_refused(tmp_path: Path) -> None:
    assert "based on itself" in str(_read(tmp_path, "id: x\ntitle: X\nbased_on: fejl.yaml\n"))


def test_a_file_that_is_no_yaml_is_refused_with_its_line(tmp_path: Path) -> None:
    assert "fejl.yaml:2: Expected YAML" in str(_read(tmp_path, "id: x\n\ttitle: X\n"))


def test_parameters_of_a_variant_are_joined_with_those_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(
        "id: a\ntitle: A\nstaff: {fronten: 3, skole: 1}\ncompare:\n"
        "  - {id: nu, title: Nu}\n  - {id: flere, title: Flere, parameters: {staff: {fronten: 5}}}\n"
    )

    now, more = reading.read(path).variants

    assert now.parameters.staff["fronten"].people == 3
    assert (more.parameters.staff["fronten"].people, more.parameters.staff["skole"].people) == (5, 1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("work: {from: '16:00', until: '08:00'}", "must end later"),
        ("arrivals: {per_year: 9, weekdays: [0, 0, 0, 0, 0, 0, 0]}", "every weight is zero"),
        ("tasks: {'a.b': {answers: {c: {andele: {ja: -1}}}}}", "andele.ja: expected a weight"),
        ("tasks: {'a.b': {answers: {c: {andele: {ja: 0}}}}}", "nothing could be chosen"),
        ("work: {days: []}", "work.days"),
    ],
)
def test_what_would_never_come_to_an_end_or_never_choose_is_refused(
    tmp_path: Path, text: str, said: str
) -> None:
    assert said in str(_read(tmp_path, f"id: x\ntitle: X\n{text}\n"))
