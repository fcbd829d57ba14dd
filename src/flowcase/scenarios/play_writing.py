"""A play as a scenario file: what was done, and what came, as what is expected from now on."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import yaml

from flowcase.scenarios import ScenarioError, read, run
from flowcase.scenarios.differences import Difference, Said, plain
from flowcase.scenarios.playing import Play

_HEAD = ("settings", "rule_sets", "people", "cases", "records")


def written(play: Play, *, id: str, title: str, source: str) -> str:
    """The text of the scenario file."""
    data: dict[str, Any] = {"id": id, "title": title, "source": source}
    data |= {key: play.scene[key] for key in _HEAD if play.scene.get(key)}
    if answers := {type: [*each] for type, each in play.replies.answers.items() if each}:
        data["jobs"] = answers
    data["start"] = play.scene["start"]
    data["steps"] = [{**step, **({"expect": changed} if changed else {})} for step, changed in play.steps()]
    return yaml.dump(plain(data), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100)


def tried(text: str, processes: Path) -> dict[str, Any]:
    """Whether the scenario comes as it says, played from the beginning."""
    with tempfile.TemporaryDirectory(prefix="flowcase-scenario-") as folder:
        file = Path(folder) / "spillet.yaml"
        file.write_text(text, "utf-8")
        try:
            [report] = run(read(file), processes=processes)
        except ScenarioError as error:
            wrong = [Said("error", {"sentence": f"{line}: {said}"}) for line, said in error.problems]
            unread = Difference("step", Said("carried_out"), wrong)
            return {"passed": False, "differences": [{"number": 1, **unread.data}]}
    found = [{"number": step.number, **one.data} for step in report.steps for one in step.differences]
    return {"passed": report.passed, "differences": found[:20]}


class _Dumper(yaml.SafeDumper):
    """Without anchors: the same list twice is written twice."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.Node:
    """What a scenario would read as a date or a number stands in quotes; long texts in a block."""
    if "\n" in value:
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|")
    return dumper.represent_scalar("tag:yaml.org,2002:str", value)


_Dumper.add_representer(str, _text)
