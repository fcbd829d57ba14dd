"""`flowcase folder`: out into files and git, and in as drafts."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from flowcase import bootstrap, config
from flowcase.access.actor import SYSTEM
from tests.cli.conftest import PROCESSES, CommandLine

FILE = "forebyggende_distrikt.bpmn"


def git(place: Path, *arguments: str) -> str:
    environment = {"PATH": os.defpath, "HOME": str(place), "GIT_CONFIG_NOSYSTEM": "1"}
    return subprocess.run(
        ["git", *arguments], cwd=place, env=environment, capture_output=True, text=True, check=True
    ).stdout


def changed(home: Path) -> bytes:
    """A second deployment, by jens with a note; its content."""
    flow = bootstrap.open(config.load(home=home))
    flow.people.add("jens", name="Jens Olrik", groups=["procesejer"], actor=SYSTEM)
    content = (PROCESSES / FILE).read_bytes() + b"\n"
    flow.deployments.deploy({FILE: content}, actor=flow.people.actor("jens"), note="En linje mere")
    flow.close()
    return content


def test_the_files_in_force_come_out_as_they_went_in(flowcase: CommandLine, tmp_path: Path) -> None:
    flowcase("folder", "export", tmp_path / "ud")
    flowcase("folder", "export", tmp_path / "en.zip")
    flowcase("folder", "export", tmp_path / "to.zip")

    assert (tmp_path / "ud" / FILE).read_bytes() == (PROCESSES / FILE).read_bytes()
    assert (tmp_path / "ud/decisions/D-11_fristpolitik.dmn").exists()
    assert (tmp_path / "en.zip").read_bytes() == (tmp_path / "to.zip").read_bytes()


def test_each_deployment_is_one_commit_with_its_author_and_note(
    flowcase: CommandLine, tmp_path: Path
) -> None:
    content = changed(flowcase.home)
    first, second = tmp_path / "en", tmp_path / "to"

    made = flowcase.json("folder", "git", first)["commits"]
    again = flowcase.json("folder", "git", first)["commits"]
    flowcase("folder", "git", second, "--under", "processer")

    assert (len(made), again) == (2, [])
    assert git(first, "log", "--format=%an|%s").splitlines() == [
        "Jens Olrik|En linje mere",
        f"{git(first, 'log', '--format=%an').splitlines()[-1]}|Shipped processes",
    ]
    assert git(first, "show", "--name-only", "--format=", "HEAD").split() == [FILE]
    assert (first / FILE).read_bytes() == content
    assert (second / "processer" / FILE).read_bytes() == content
    third = tmp_path / "tre"
    flowcase("folder", "git", third)
    assert git(first, "rev-parse", "HEAD") == git(third, "rev-parse", "HEAD")
    (first / FILE).write_bytes(b"<mere/>")
    assert "not committed" in flowcase("folder", "git", first, expect=4).output


def test_what_a_folder_holds_beside_and_what_it_lacks_is_told(flowcase: CommandLine, tmp_path: Path) -> None:
    changed(flowcase.home)
    flowcase("folder", "export", tmp_path / "ud")
    (tmp_path / "ud" / FILE).unlink()
    (tmp_path / "ud" / "noter.docx").write_bytes(b"n")
    (tmp_path / "ud" / ".git").mkdir()
    (tmp_path / "ud" / ".git" / "HEAD").write_text("n")

    said = flowcase("folder", "import", tmp_path / "ud", "--owner", "jens").output

    assert "left out: noter.docx" in said
    assert "HEAD" not in said
    assert said.startswith("0 drafts, ")
    assert "1 file is in force and not in" in said
    assert f"not there: {FILE}" in said


def test_a_folder_comes_in_as_drafts_of_a_process_owner(flowcase: CommandLine, tmp_path: Path) -> None:
    content = changed(flowcase.home)
    flowcase("folder", "export", tmp_path / "ud")
    (tmp_path / "ud" / FILE).write_bytes(content + b"\n")
    (tmp_path / "ud" / "README.md").write_text("n")

    taken = flowcase.json("folder", "import", tmp_path / "ud", "--owner", "jens")

    assert taken["drafts"] == [FILE]
    assert len(taken["unchanged"]) > 100
    flow = bootstrap.open(config.load(home=flowcase.home))
    assert flow.studio.open(FILE, actor=flow.people.actor("jens")).content == content + b"\n"
    assert flow.deployments.source("forebyggende_distrikt") == content
    flow.close()
    flowcase("folder", "import", tmp_path / "ud", "--owner", "karen", expect=5)
    flowcase("folder", "import", tmp_path / "ud" / FILE, "--owner", "jens", expect=1)
