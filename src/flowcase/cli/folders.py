"""`flowcase folder`: the processes in force as plain files or a git history, and files taken in as drafts."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from flowcase.cli.output import counted, json_option, say, say_json
from flowcase.cli.settings import opened, operator
from flowcase.errors import Conflict, FlowcaseError

_TRAILER = "Deployment"
_NAMED = 10  # files that are left out or missing, at the most; the rest are counted
_WE = {"NAME": "flowcase", "EMAIL": "flowcase@localhost"}


@click.group()
def folder() -> None:
    """Processes as plain files: write them out, follow them in git, take them in as drafts."""


@folder.command("export")
@click.argument("target", type=click.Path())
@json_option
def export(target: str, as_json: bool) -> None:
    """Write every file in force into a folder, or into one zip when TARGET ends with .zip.

    The same processes give the same bytes. Other files of the folder are left alone.
    """
    from flowcase.modeling import process_archive

    with opened() as flow:
        files = flow.process_folders.files(actor=operator())
    place = Path(target)
    if place.suffix == ".zip":
        place.write_bytes(process_archive.pack(files))
    else:
        _write(place, files)
    say(
        {"files": sorted(files), "target": target},
        f"Wrote {counted(len(files), 'file')} to {target}.",
        as_json=as_json,
    )


@folder.command("import")
@click.argument("source", type=click.Path(exists=True))
@click.option("--owner", required=True, help="The process owner whose drafts they become.")
@json_option
def take_in(source: str, owner: str, as_json: bool) -> None:
    """Take a folder or a zip in: what differs from what is in force becomes drafts in the studio.

    Nothing goes into force. A zip is checked before anything of it is kept.
    """
    from flowcase.modeling import process_archive

    place = Path(source)
    left_out: tuple[str, ...] = ()
    if place.is_dir():
        files = _read(place)
        left_out = _not_taken(place, files)
    else:
        found = process_archive.unpack(place.read_bytes())
        files, left_out = dict(found.files), found.left_out
    with opened() as flow:
        taken = flow.process_folders.take_in(files, actor=flow.people.actor(owner))
        missing = sorted(flow.process_folders.files(actor=operator()).keys() - files.keys())
    if as_json:
        say_json(taken)
        return
    unchanged = counted(len(taken.unchanged), "file as it is", "files as they are")
    click.echo(f"{counted(len(taken.drafts), 'draft')}, {unchanged} in force.")
    for path in taken.drafts:
        click.echo(f"  {path}")
    passed_by = (*taken.left_out, *left_out)
    for path in passed_by[:_NAMED]:
        click.echo(f"  left out: {path}")
    if len(passed_by) > _NAMED:
        click.echo(f"  and {len(passed_by) - _NAMED} more left out")
    if missing:
        are = counted(len(missing), "file is", "files are")
        stay = "it stays" if len(missing) == 1 else "they stay"
        click.echo(f"{are} in force and not in {source}; {stay} in force.")
    for path in missing[:_NAMED]:
        click.echo(f"  not there: {path}")
    errors = sum(finding.severity.value == "error" for finding in taken.findings)
    if errors:
        keep = counted(errors, "error keeps", "errors keep")
        shows = "it" if errors == 1 else "them"
        click.echo(f"{keep} drafts from being deployed; the studio shows {shows}.")


@folder.command("git")
@click.argument("repository", type=click.Path(file_okay=False))
@click.option("--under", default="", help="A folder inside the repository that the files go into.")
@json_option
def follow(repository: str, under: str, as_json: bool) -> None:
    """Write deployments into a git working tree: one commit each, with author, note and who approved.

    The repository is made where there is none. Deployments that it has already are passed by, so the command
    can run again and again. The same deployments give the same commits.
    """
    place = Path(repository)
    place.mkdir(parents=True, exist_ok=True)
    if not (place / ".git").exists():
        _git(place, "init", "--quiet", "--initial-branch=main")
    if _git(place, "status", "--porcelain", "--untracked-files=no").strip():
        raise Conflict(f"write into {repository}", "its working tree has changes that are not committed")
    inside = _inside(place, under)
    has_commits = _succeeds(place, "rev-parse", "--verify", "--quiet", "HEAD")
    told = f"--format=%(trailers:key={_TRAILER},valueonly)"
    known = set(_git(place, "log", told).split()) if has_commits else set()
    made = []
    with opened() as flow:
        for row in flow.process_folders.deployments(actor=operator()):
            if row.id not in known:
                _commit(place, inside, flow.process_folders.revision(row, actor=operator()), flow.people)
                made.append(row.id)
    say(
        {"commits": made, "repository": repository},
        f"{counted(len(made), 'commit')} written to {repository}.",
        as_json=as_json,
    )


def _not_taken(place: Path, files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Files of a folder that nothing here reads, by path; what is hidden, as a git history, is not told."""
    found = (file.relative_to(place) for file in place.rglob("*") if file.is_file())
    seen = (path for path in found if not any(part.startswith(".") for part in path.parts))
    return tuple(sorted(path.as_posix() for path in seen if path.as_posix() not in files))


def _commit(place: Path, inside: Path, revision: Any, people: Any) -> None:
    row = revision.deployment
    _write(inside, revision.files)
    _git(place, "add", "--", *(str((inside / path).relative_to(place)) for path in sorted(revision.files)))
    trailers = [f"{_TRAILER}: {row.id}"]
    trailers += [f"Approved-by: {_called(people, each.decided_by)}" for each in revision.reviews]
    note = " ".join(row.note.split()) or "Deployment without a note"
    at = row.at.isoformat(timespec="seconds")
    environment = {f"GIT_COMMITTER_{key}": value for key, value in _WE.items()}
    environment |= {"GIT_COMMITTER_DATE": at, "GIT_AUTHOR_DATE": at}
    message = f"{note}\n\n" + "\n".join(trailers)
    author = _called(people, row.actor)
    _git(
        place,
        *("commit", "--quiet", "--allow-empty", "--no-verify", "--no-gpg-sign", "--cleanup=verbatim"),
        *(f"--author={author}", "-m", message),
        **environment,
    )


def _called(people: Any, id: str) -> str:
    found = people.find(id)
    name = (found.name if found is not None else "") or id
    return f"{name.translate({60: None, 62: None, 10: None})} <{id.replace(' ', '.')}@flowcase>"


def _inside(place: Path, under: str) -> Path:
    inside = (place / under).resolve()
    if inside != place.resolve() and place.resolve() not in inside.parents:
        raise FlowcaseError(f"Expected a folder inside {place}, but '{under}' leads out of it.")
    return place / under


def _write(place: Path, files: Any) -> None:
    """Never through a link: what it leads to is not ours."""
    from flowcase.modeling.process_archive import check_place

    for path, content in sorted(files.items()):
        check_place(path)
        target = place / path
        if any(
            each.is_symlink() for each in (target, *target.parents) if each != place and place in each.parents
        ):
            raise Conflict(f"write {path}", "a link stands in its way")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def _read(place: Path) -> dict[str, bytes]:
    from flowcase.modeling.process_archive import (
        ENDINGS,
        MOST_BYTES_OF_A_FILE,
        BadArchive,
        Wrong,
        check_place,
    )

    found = {}
    for each in sorted(place.rglob("*")):
        if each.suffix not in ENDINGS or not each.is_file() or each.is_symlink():
            continue
        path = each.relative_to(place).as_posix()
        if path.startswith((".git/", "scenarios/", "rules/")):
            continue
        check_place(path)
        if each.stat().st_size > MOST_BYTES_OF_A_FILE:
            raise BadArchive(Wrong.LARGE, name=path)
        found[path] = each.read_bytes()
    return found


def _git(place: Path, *arguments: str, **environment: str) -> str:
    done = _run(place, arguments, environment)
    if done.returncode:
        raise FlowcaseError(f"Expected git {arguments[0]} to work, but it said: {done.stderr.strip()[:300]}")
    return done.stdout


def _succeeds(place: Path, *arguments: str) -> bool:
    return _run(place, arguments, {}).returncode == 0


def _run(
    place: Path, arguments: tuple[str, ...], environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    # Neither hooks nor settings of the machine have a say in what is written.
    quiet = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0"}
    known = {"PATH": os.defpath}
    command = ["git", "-c", "core.hooksPath=/dev/null", "-c", "core.autocrlf=false", *arguments]
    try:
        return subprocess.run(  # a fixed program; names were checked
            command,
            cwd=place,
            env={**known, "HOME": str(place), **quiet, **environment},
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        raise FlowcaseError("Expected git to be installed, but there is none.") from None


COMMANDS = (folder,)
