"""Rule set files: which tables a version of a rule set is made of."""

from __future__ import annotations

import functools
import posixpath
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import yaml

from flowcase import yaml_nodes
from flowcase.errors import InvalidDefinition
from flowcase.finding import Finding, Severity

MAX_BYTES = 512 * 1024
_FILES_KEPT = 64  # a deployment asks each file three times what it is


@dataclass(frozen=True)
class RuleSetFile:
    """What the deploy check needs of a rule set; `cases` gives it its meaning."""

    id: str
    version: str
    tables: tuple[str, ...]  # paths of DMN files, from the folder above `rulesets/`
    settings: Mapping[str, object] = field(default_factory=dict)  # as YAML gives them


@functools.lru_cache(maxsize=_FILES_KEPT)
def read_rule_set(content: bytes, file: str) -> RuleSetFile:
    """The same content is read once. Raises InvalidDefinition when the file is no rule set."""
    if len(content) > MAX_BYTES:
        raise InvalidDefinition(
            [_finding(file, None, f"The file has {len(content)} bytes, too many to be read.")]
        )
    try:
        text = content.decode("utf-8")
        if any(token in text for token in ("&", "*", "!!")):
            _refuse_aliases(text, file)
        data = yaml_nodes.safe_load(text)
    except UnicodeDecodeError:
        raise InvalidDefinition([_finding(file, None, "The file is not UTF-8.")]) from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        raise InvalidDefinition(
            [_finding(file, mark.line + 1 if mark else None, "The file is no YAML that can be read.")]
        ) from None
    if not isinstance(data, dict) or not isinstance(data.get("id"), str) or not data["id"].strip():
        raise InvalidDefinition([_finding(file, 1, "The file has no rule set id.")])
    tables = data.get("tables") or []
    if not isinstance(tables, list) or not all(isinstance(table, str) for table in tables):
        raise InvalidDefinition([_finding(file, 1, "The tables of this rule set are no list of paths.")])
    settings = data.get("settings")
    return RuleSetFile(
        data["id"],
        str(data.get("version") or ""),
        tuple(tables),
        settings if isinstance(settings, dict) else {},
    )


def check_rule_set(content: bytes, file: str, files: Collection[str]) -> list[Finding]:
    """Problems of the file itself, and tables that are not in the bundle."""
    try:
        rule_set = read_rule_set(content, file)
    except InvalidDefinition as refusal:
        return list(refusal.findings)
    found = []
    if not rule_set.version:
        found.append(_finding(file, 1, f"The rule set '{rule_set.id}' has no version."))
    root = posixpath.dirname(posixpath.dirname(file))
    paths = {posixpath.normpath(path) for path in files}
    for table in rule_set.tables:
        if posixpath.normpath(posixpath.join(root, table)) not in paths:
            line = next((n for n, t in enumerate(content.decode().splitlines(), 1) if table in t), None)
            found.append(
                _finding(
                    file,
                    line,
                    f"The table '{table}' of the rule set '{rule_set.id}' is not among the files.",
                    rule="rule-set-table",
                    remedy="Deploy the table together with the rule set, or correct its path.",
                    element=rule_set.id,
                )
            )
    return found


def _refuse_aliases(text: str, file: str) -> None:
    """Anchors could unfold into gigabytes."""
    for token in yaml.scan(text):
        if isinstance(token, (yaml.AnchorToken, yaml.AliasToken, yaml.TagToken)):
            line = token.start_mark.line + 1
            raise InvalidDefinition(
                [_finding(file, line, "The file uses YAML anchors or tags, which are not read.")]
            )


def _finding(
    file: str,
    line: int | None,
    message: str,
    *,
    rule: str = "rule-set-file",
    remedy: str = "Write it as docs/rules/rule-set-file.md shows.",
    element: str | None = None,
) -> Finding:
    return Finding(
        rule=rule,
        severity=Severity.ERROR,
        file=file,
        element=element,
        element_name=None,
        line=line,
        message=message,
        remedy=remedy,
    )
