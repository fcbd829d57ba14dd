"""The deploy check of files and folders on disk, as `flowcase check` runs it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from flowcase.finding import Finding, Severity
from flowcase.modeling.catalogue import Catalogue
from flowcase.modeling.check_bpmn import sort_findings
from flowcase.modeling.check_bundle import DEPLOYED, catalogue_of, check_bundle, kind_of

MAX_BYTES = 256 * 1024 * 1024  # what is larger is refused by its beginning; no reader takes a tenth of it
_LEADING_OUT = frozenset({"form-reference", "decision-reference", "called-process", "rule-set-table"})


def check_paths(paths: Iterable[str | Path], known: Catalogue | None = None) -> list[Finding]:
    """All findings in files and folders; a path that cannot be read is one.

    A folder is one bundle: its files may refer to each other and to what is `known`. Files that are named
    one by one may be strangers to each other: the same id in two of them is no clash, and a reference that
    none of them answers only warns, since what it leads to may be deployed already.
    """
    findings: list[Finding] = []
    single: dict[str, bytes] = {}
    for path in map(Path, paths):
        try:
            if path.is_dir():
                findings += _check_folder(path, known)
            else:
                single[str(path)] = _content(path)
        except OSError:
            findings.append(_finding(path, "The file cannot be read.", Severity.ERROR))
    nothing = Catalogue(forms=(), decisions=(), processes=())
    beside = nothing.joined_with(catalogue_of(single)).joined_with(known or Catalogue())
    for name, content in single.items():
        findings += [_softened(finding) for finding in check_bundle({name: content}, beside)]
    return sort_findings(findings)


def folder_files(folder: Path) -> dict[str, bytes]:
    """What a deployment takes of a folder, by path relative to it; scenarios and other files stay out."""
    return {
        file.relative_to(folder).as_posix(): _content(file)
        for file in sorted(folder.rglob("*"))
        if file.is_file() and kind_of(file.as_posix()) in DEPLOYED
    }


def _check_folder(folder: Path, known: Catalogue | None) -> list[Finding]:
    files = {str(folder / name): content for name, content in folder_files(folder).items()}
    return check_bundle(files, known) if files else [_finding(folder, "The folder holds nothing to deploy.")]


def _softened(finding: Finding) -> Finding:
    return replace(finding, severity=Severity.WARNING) if finding.rule in _LEADING_OUT else finding


def _content(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAX_BYTES)


def _finding(path: Path, message: str, severity: Severity = Severity.WARNING) -> Finding:
    return Finding(
        rule="file-kind",
        severity=severity,
        file=str(path),
        element=None,
        element_name=None,
        line=None,
        message=message,
        remedy="Name .bpmn, .dmn or .form files, or a folder of them.",
    )
