"""The files that plays and trials run: those in force, with somebody's drafts over them.

A draft of another file that could not be deployed would hinder all of it: half drawn, it stays out as long as
the file that is looked at does not use it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from flowcase.access.actor import Actor
from flowcase.modeling import Severity, catalogue_of
from flowcase.modeling.check_bundle import kind_of
from flowcase.services.deploying.deployments import Deployments
from flowcase.store import Tx
from flowcase.store.queries import drafts, resources


@dataclass(frozen=True)
class PlayedFiles:
    """Stories are not among them: nothing that runs reads one."""

    files: Mapping[str, bytes]
    drafts: tuple[str, ...]  # which of them are this person's
    left_out: tuple[str, ...]  # further drafts of this person, in whose place what is in force is played

    @property
    def digest(self) -> str:
        return digest_of(self.files)


def played_files(
    tx: Tx, deployments: Deployments, path: str, *, about: bytes | None = None, actor: Actor
) -> PlayedFiles:
    """What is played for a file: everything in force, and this person's first drafts over it.

    `about` is the file where it is not among them, as a story that is being written.
    """
    deployed = dict(_in_force(tx))
    own = {
        draft.file_name: drafts.content(tx, draft)
        for draft in drafts.drafts(tx)
        if draft.owner == actor.id and draft.copy == 0 and kind_of(draft.file_name) != "scenario"
    }
    looked_at = about if about is not None else own.get(path, deployed.get(path, b""))
    left_out = _left_out(tx, deployments, path, looked_at, deployed, own)
    drawn = {name: content for name, content in own.items() if name not in left_out}
    return PlayedFiles(deployed | drawn, tuple(drawn), tuple(sorted(left_out)))


def digest_of(files: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for path, content in sorted(files.items()):
        digest.update(f"{path}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _in_force(tx: Tx) -> Iterator[tuple[str, bytes]]:
    for row in resources.files_in_force(tx):
        content = None if kind_of(row.path) == "scenario" else resources.content(tx, row.hash)
        if content is not None:
            yield row.path, content


def _left_out(
    tx: Tx,
    deployments: Deployments,
    path: str,
    looked_at: bytes,
    deployed: Mapping[str, bytes],
    own: Mapping[str, bytes],
) -> list[str]:
    """Without one another may miss what it needs: they are checked until what is left can be deployed."""
    used = _used(path, looked_at, own)
    left_out: list[str] = []
    while others := own.keys() - used - set(left_out):
        drawn = {name: content for name, content in own.items() if name not in left_out}
        wrong = {each.file for each in deployments.findings(tx, drawn) if _hinders(each.severity, each.rule)}
        wrong |= {name for name in others if _takes_away(name, {**deployed, **drawn}, deployed)}
        if not others & wrong:
            break
        left_out += sorted(others & wrong)
    return left_out


def _hinders(severity: Severity, rule: str) -> bool:
    """Two files that define the same cannot both be played, whoever may replace one with the other."""
    return severity is Severity.ERROR or rule == "bundle-name"


def _used(path: str, looked_at: bytes, own: Mapping[str, bytes]) -> set[str]:
    """The drafts that a file names, and those that these name."""
    used, waiting = {path}, [looked_at]
    while waiting:
        content = waiting.pop()
        more = {name for name in own.keys() - used if _is_named(_ids(name, own[name]), content)}
        used |= more
        waiting += [own[name] for name in more]
    return used


def _takes_away(name: str, files: Mapping[str, bytes], deployed: Mapping[str, bytes]) -> bool:
    """Whether a draft no longer defines what another file needs."""
    gone = _ids(name, deployed[name]) - _ids(name, files[name]) if name in deployed else set()
    return bool(gone) and any(_is_named(gone, content) for other, content in files.items() if other != name)


def _ids(path: str, content: bytes) -> set[str]:
    defined = catalogue_of({path: content})
    return {*(defined.forms or ()), *(defined.decisions or ()), *(defined.processes or ())}


def _is_named(ids: Collection[str], content: bytes) -> bool:
    """As a whole word: a diagram has them in quotes, a story has not."""
    words = "|".join(re.escape(id) for id in ids)
    return bool(ids) and re.search(rf"(?<![\w-])(?:{words})(?![\w-])".encode(), content) is not None
