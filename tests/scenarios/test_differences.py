"""What came otherwise is said exactly: file, line, expected, came; and the exit codes of the command.

The stories are copies of the beginning of S-01 with one thing changed.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from flowcase.cli import cli
from flowcase.scenarios import Difference, VariantReport, read, report, run

PROCESSES = Path(__file__).parents[2] / "processes"
S_01 = PROCESSES / "scenarios" / "S-01_akut_underretning.yaml"

ASSESS = {"process": "underretning", "element": "vurder", "case": "SAG-2601"}
Story = dict[str, Any]


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes a copy of S-01 with its first `steps` steps and no variants, changed by `change`."""

    def written(change: Callable[[Story], object] = lambda story: None, steps: int = 1) -> Path:
        story = yaml.safe_load(S_01.read_text("utf-8"))
        story["steps"] = story["steps"][:steps]
        del story["variants"]
        change(story)
        file = tmp_path / "copy.yaml"
        file.write_text(yaml.safe_dump(story, sort_keys=False, allow_unicode=True), "utf-8")
        return file

    return written


def play(file: Path) -> VariantReport:
    [variant] = run(read(file), processes=PROCESSES)
    return variant


def differences(file: Path) -> list[Difference]:
    return [one for step in play(file).steps for one in step.differences]


def also_expect(story: Story, **more: Any) -> None:
    """Replaces what the last step expects."""
    story["steps"][-1]["expect"] = more
    story["steps"][-1].pop("expect_not", None)


def not_expect(story: Story, **more: Any) -> None:
    story["steps"][-1].pop("expect", None)
    story["steps"][-1]["expect_not"] = more


def then(story: Story, **step: Any) -> None:
    story["steps"].append(step)


# --- what a difference says ------------------------------------------------------------------------


def test_one_changed_expectation_fails_and_says_where(write):
    file = write(
        lambda story: story["steps"][0]["expect"]["deadlines"][0].update(due="2026-03-28T17:40+01:00")
    )

    variant = play(file)

    assert not variant.passed
    [step] = variant.steps
    [difference] = step.differences
    assert difference.kind == "deadlines"
    assert 'timer "T01", case "SAG-2601", due "2026-03-28T17:40+01:00"' in difference.expected
    assert difference.came.startswith("T01 (SAG-2601) due 2026-03-28T16:40:00+01:00, open")
    text = "\n".join(report.lines(read(file), [variant]))
    at = 1 + next(n for n, line in enumerate(file.read_text("utf-8").splitlines()) if "id: modtaget" in line)
    assert f"{file}:{at}: deadlines: expected timer" in text
    assert "but came: T01 (SAG-2601) due 2026-03-28T16:40:00+01:00" in text


@pytest.mark.parametrize(
    ("kind", "item", "came"),
    [
        ("tasks", {**ASSESS, "count": 2}, "1 of them"),
        ("tasks", {**ASSESS, "groups": ["vagtleder"]}, "underretning.vurder (SAG-2601, frontpersonale"),
        ("tasks", {**ASSESS, "shows": {"mistanke_overgreb": False}}, 'shows {"mistanke_overgreb": true}'),
        ("deadlines", {"timer": "T04"}, "nothing of the kind"),
        ("deadlines", {"timer": "T01", "state": "met"}, "open"),
        (
            "deadlines",
            {"timer": "T01", "reminders": ["2026-03-28T04:40+01:00"]},
            "reminders 2026-03-28T04:40",
        ),
        ("facts", {"case": "SAG-2601", "fact": "distrikt", "value": "D9"}, "SAG-2601.distrikt = 'D2'"),
        ("records", {"entity": "Underretning", "values": {"kanal": "brev"}}, "'kanal': 'telefon'"),
        ("messages", {"name": "kvittering_sendt", "count": 2}, "1 of them"),
        ("notes", {"case": "SAG-2601", "type": "videregivelse"}, ""),
        ("notices", {"kind": "opgave", "to": ["nobody"]}, ""),
        ("escalations", {"name": "frist_overskredet"}, "nothing of the kind"),
        ("decisions", {"decision": "team_tildeling"}, "nothing of the kind"),
        ("ends", {"process": "underretning", "end": "til_fronten"}, "nothing of the kind"),
        ("incidents", {"process": "underretning"}, "nothing of the kind"),
        ("jobs", {"type": "journal.eksporter"}, "nothing of the kind"),
        ("refusals", {"rule": "R-001"}, "nothing of the kind"),
    ],
)
def test_each_kind_of_expectation_can_fail(write, kind: str, item: dict[str, Any], came: str):
    [difference] = differences(write(lambda story: also_expect(story, **{kind: [item]})))

    assert difference.kind == kind
    assert came in difference.came


@pytest.mark.parametrize(
    ("kind", "item"),
    [
        ("tasks", ASSESS),
        ("deadlines", {"timer": "T01", "state": "open"}),
        ("facts", {"case": "SAG-2601", "fact": "distrikt", "value": "D2"}),
        ("records", {"entity": "Underretning"}),
        ("messages", {"name": "kvittering_sendt"}),
    ],
)
def test_what_must_not_be_but_is_is_a_difference(write, kind: str, item: dict[str, Any]):
    [difference] = differences(write(lambda story: not_expect(story, **{kind: [item]})))

    assert difference.kind == kind
    assert difference.expected.startswith("not ")


# --- steps that cannot be carried out --------------------------------------------------------------


def assess(story: Story, **step: Any) -> None:
    then(story, **{"at": "2026-03-27T17:00+01:00", "as": "FP-1", "do": "complete", **ASSESS, **step})


def test_a_refusal_that_nobody_expects_is_a_difference_with_its_fields(write):
    [difference] = differences(write(lambda story: assess(story, values={"akut": "ja"})))

    assert (difference.kind, difference.expected) == ("refusals", "the step is carried out")
    assert "begrundelse" in difference.came


def test_an_expected_refusal_is_none(write):
    expected = {"refusals": [{"field": "begrundelse"}, {"field": "vurderet_af"}], "tasks": [ASSESS]}
    file = write(lambda story: assess(story, values={"akut": "ja"}, expect=expected))

    assert differences(file) == []


def test_an_expected_refusal_that_does_not_come_is_a_difference(write):
    file = write(lambda story: story["steps"][1].update(expect={"refusals": [{"field": "akut"}]}), steps=2)

    assert [one.kind for one in differences(file)] == ["refusals"]


def test_a_user_task_that_is_not_there_is_named_with_those_that_are(write):
    [difference] = differences(write(lambda story: assess(story, element="akut_handling", values={})))

    assert difference.kind == "step"
    assert "element 'akut_handling', case 'SAG-2601', but there is none" in difference.came
    assert "underretning.vurder (SAG-2601)" in difference.came


def test_somebody_who_may_not_is_refused(write):
    [difference] = differences(write(lambda story: assess(story, **{"as": "CW-07"}, values={})))

    assert difference.kind == "refusals"


def test_an_instance_that_stands_still_is_a_difference_unless_it_is_expected(write):
    step = {
        "at": "2026-03-27T17:00+01:00",
        "do": "message",
        "name": "foranstaltning_startet",
        "key": "M-1",
        "values": {"sag_id": "SAG-NONE", "start": "2026-03-27", "trin": 2},
    }

    [difference] = differences(write(lambda story: then(story, **step)))
    assert difference.kind == "incidents"
    assert difference.came.startswith("opfoelgning.")

    expected = {"incidents": [{"process": "opfoelgning", "count": 1}]}
    assert differences(write(lambda story: then(story, **step, expect=expected))) == []


def test_a_message_about_a_record_that_is_not_there_is_a_difference(write):
    step = {"at": "2026-03-27T17:00+01:00", "do": "message", "name": "kontakt", "case": "SAG-2601"}

    file = write(lambda story: then(story, **step, key={"record": "Foranstaltning"}))

    [difference] = differences(file)
    assert difference.came == "Expected a record Foranstaltning of case 'SAG-2601', but there is none."


def test_a_rule_set_that_is_not_deployed_cannot_be_chosen(write):
    step = {"at": "2026-03-27T17:00+01:00", "do": "choose rule sets", "rule_sets": ["NO-SUCH"]}

    [difference] = differences(write(lambda story: then(story, **step)))

    assert (difference.kind, "NO-SUCH" in difference.came) == ("step", True)


# --- the command -----------------------------------------------------------------------------------


def command(*arguments: str) -> Any:
    return CliRunner().invoke(cli, ["scenario", *arguments])


def test_the_command_ends_with_0_when_everything_came_true(write):
    result = command(str(write()))

    assert result.exit_code == 0
    assert "PASS  S-01" in result.output
    assert result.output.rstrip().endswith("1 passed, 0 failed")


def test_the_command_ends_with_1_and_tells_programs_what_came_otherwise(write):
    file = write(lambda story: also_expect(story, deadlines=[{"timer": "T01", "state": "met"}]))

    result = command("--json", str(file))

    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert (told["passed"], told["failed"], told["unusable"]) == (0, 1, [])
    [variant] = told["variants"]
    assert (variant["scenario"], variant["file"], variant["passed"]) == ("S-01", str(file), False)
    [step] = variant["steps"]
    assert [(one["kind"], one["expected"]) for one in step["differences"]] == [
        ("deadlines", 'timer "T01", state "met"')
    ]
    assert "vurder" in variant["elements"]["underretning"]


def test_the_command_ends_with_2_when_a_file_cannot_be_used(write, tmp_path: Path):
    broken = tmp_path / "broken.yaml"
    broken.write_text("id: X\n", "utf-8")

    result = command("--json", str(broken))

    assert result.exit_code == 2
    told = json.loads(result.stdout)
    assert [(one["file"], one["line"]) for one in told["unusable"]] == [(str(broken), 1)]
    assert command(str(broken)).exit_code == 2


def test_another_folder_of_processes_can_be_played(write, tmp_path: Path):
    folder = tmp_path / "empty"
    folder.mkdir()

    result = command("--json", "--processes", str(folder), str(write()))

    assert result.exit_code == 1
    assert not json.loads(result.stdout)["variants"][0]["elements"]
