"""Rule sets, scenarios and plays are YAML that somebody wrote: it never unfolds without end."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from flowcase import bounded_yaml
from flowcase.cases.rule_sets import read_manifest
from flowcase.errors import InvalidValues
from flowcase.services.deploying.scenario_files import ScenarioError, read_text
from flowcase.services.studio.play_scenes import _data

SECONDS = 5.0  # of computing
RULE_SET = "id: x\nversion: '1'\ntitle: t\nin_force_from: 2024-01-01\nsettings:\n"
STEP = "  - at: 2026-01-01 09:00\n    do: complete\n    values:\n"
STORY = f"id: S-1\ntitle: t\npeople: {{a: [fronten]}}\nsteps:\n{STEP}"
LEVELS = range(1, 12)
ATTACKS = {
    "a billion laughs": [
        "l0: &l0 [ha, ha, ha, ha, ha, ha, ha, ha, ha, ha]",
        *(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in LEVELS),
    ],
    "a list that holds itself": ["s: &s [*s]"],
    "a mapping that holds itself": ["s: &s {s: *s}"],
    "three thousand levels": ["d: " + "[" * 3000 + "]" * 3000],
    "levels by indentation": ["d:", *(" " * n + "d:" for n in range(1, 300)), " " * 300 + "x"],
    "a number of five thousand digits": ["n: " + "9" * 5000],
    "a number of four thousand digits to base sixty": ["n: " + "1:" * 4000 + "1"],
    "a number that is none": ["n: .nan"],
    "a number without end": ["n: -.inf"],
    "bytes": ["n: !!binary AAAA"],
    "a tag that calls": ["n: !!python/object/apply:os.system [id]"],
    "a tag that names a function": ["n: !!python/name:os.system"],
    "a tag of its own": ["n: !x y"],
    "an alias of nothing": ["n: *nothing"],
    "merging what is no mapping": ["n: {<<: [1]}"],
}
ONLY_OF_DATES = {"a day that there is not": ["n: 2024-99-99"], "a set": ["n: !!set {a, b}"]}


def _written(head: str, lines: list[str]) -> str:
    indentation = " " * (len(head.splitlines()[-1]) - len(head.splitlines()[-1].lstrip()) + 2)
    return head + "".join(f"{indentation}{line}\n" for line in lines)


def _in_time(read: Callable[[], object]) -> object:
    begun = time.process_time()
    try:
        return read()
    finally:
        assert time.process_time() - begun < SECONDS


@pytest.mark.parametrize(
    "lines", [*ATTACKS.values(), *ONLY_OF_DATES.values()], ids=[*ATTACKS, *ONLY_OF_DATES]
)
def test_a_hostile_rule_set_is_refused_as_a_file_that_cannot_be_read(lines):
    content = _written(RULE_SET, lines).encode()

    with pytest.raises(InvalidValues) as refused:
        _in_time(lambda: read_manifest(content, "x.yaml"))

    assert set(refused.value.errors) == {"fil"}


@pytest.mark.parametrize("lines", ATTACKS.values(), ids=list(ATTACKS))
def test_a_hostile_scenario_is_refused_and_begins_no_play(lines):
    text = _written(STORY, lines)

    with pytest.raises(ScenarioError) as refused:
        _in_time(lambda: read_text(text.encode(), "x.yaml"))

    assert "x.yaml:" in str(refused.value)
    _in_time(lambda: _data(text))


def test_what_is_written_once_and_used_twice_is_still_read():
    text = "a: &a {x: 1}\nb: *a\nc: {<<: *a, y: 2}\n"

    assert bounded_yaml.load(text) == {"a": {"x": 1}, "b": {"x": 1}, "c": {"x": 1, "y": 2}}
