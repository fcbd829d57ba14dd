"""The deploy check of rule sets: a manifest must mean something, and what it names must be there."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from flowcase.cases.rule_sets import Profile, RuleSet, read_manifest
from flowcase.errors import InvalidValues
from flowcase.modeling import Finding, Severity
from flowcase.modeling.check_bundle import kind_of

RULE = "rule-set-manifest"
NOT_READ = "fil"  # no YAML at all: the check of files has said so with the line


def check_manifests(files: Mapping[str, bytes], deployed: Collection[str]) -> list[Finding]:
    """Findings about the manifests of a bundle; `deployed` are the rule sets that are there already."""
    read: dict[str, RuleSet | Profile] = {}
    findings: list[Finding] = []
    for path, content in sorted(files.items()):
        if kind_of(path) not in {".yaml", ".yml"}:
            continue
        try:
            read[path] = read_manifest(content, path)
        except InvalidValues as error:
            findings += [
                _finding(path, field, f"'{field}': {' '.join(said)}")
                for field, said in sorted(error.errors.items())
                if field != NOT_READ
            ]
    known = {each.id for each in read.values() if isinstance(each, RuleSet)} | set(deployed)
    for path, manifest in read.items():
        for name in _named(manifest):
            if name not in known:
                findings.append(
                    _finding(path, manifest.id, f"It names the rule set '{name}', which does not exist.")
                )
    return findings


def _named(manifest: RuleSet | Profile) -> Iterator[str]:
    if isinstance(manifest, Profile):
        yield from (member.rule_set for member in manifest.members)
        yield from (name for names in manifest.teams.values() for name in names)


def _finding(file: str, element: str, message: str) -> Finding:
    return Finding(
        rule=RULE,
        severity=Severity.ERROR,
        file=file,
        element=element,
        element_name=None,
        line=None,
        message=message,
        remedy="Correct the manifest; those in processes/rulesets/ are examples.",
    )
