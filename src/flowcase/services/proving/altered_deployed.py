"""Deployments, the files that they brought, and versions that say otherwise than the history.

Which version runs is looked up by its number, its status and its tag: who wrote a higher number beside an
older file, or took the newest version away, let another file run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping

from flowcase.errors import FlowcaseError
from flowcase.history.retold import Deployed
from flowcase.modeling import read_bpmn
from flowcase.services.proving.altered_row import AlteredRow
from flowcase.store import Tx
from flowcase.store.queries import as_kept
from flowcase.store.queries.as_kept import KeptVersion

_MAY_HAVE_TAGS = b"versionTag"


def find(tx: Tx, told: Mapping[str, Deployed]) -> Iterator[AlteredRow]:
    kept, files = as_kept.deployments(tx), as_kept.deployed_files(tx)
    for id in sorted(kept.keys() | files.keys() | told.keys()):
        if id not in told:
            yield AlteredRow("deployment", id, "no event made it")
        elif id not in kept:
            yield AlteredRow("deployment", id, "is gone")
        elif other := _other(kept[id], told[id]):
            yield AlteredRow("deployment", id, f"{other} is not what the history tells")
        if id in told:
            yield from _files(id, files.get(id, {}), told[id].made.files)
    versions = as_kept.versions(tx)
    yield from _versions(versions, told)
    tags = {each.name: each.version_tag for each in versions}
    of_content: dict[str, list[str]] = {}
    for each in versions:
        of_content.setdefault(each.hash, []).append(each.name)
    lacking = {digest for each in told.values() for digest in each.made.files.values()}
    for digest, content in as_kept.contents(tx):
        lacking.discard(digest)
        if hashlib.sha256(content).hexdigest() != digest:
            yield AlteredRow("file", digest, "its content was altered")
            continue
        names = of_content.get(digest, ())
        if any(tags[name] for name in names) or _MAY_HAVE_TAGS in content:
            drawn = _tags(content)
            for name in names:
                if tags[name] != drawn.get(name.rpartition(":")[0]):
                    yield AlteredRow("version", name, "has another tag than its file")
    for digest in sorted(lacking):
        yield AlteredRow("file", digest, "is gone")


def _other(kept: as_kept.KeptDeployment, told: Deployed) -> str:
    pairs = {
        "at": (kept.at, told.at),
        "actor": (kept.actor, told.actor),
        "note": (kept.note, told.made.note),
        "status": (kept.status, told.made.status),
    }
    return ", ".join(name for name, (one, other) in pairs.items() if one != other)


def _files(id: str, kept: Mapping[str, str], told: Mapping[str, str]) -> Iterator[AlteredRow]:
    for path in sorted(kept.keys() | told.keys()):
        if kept.get(path) != told.get(path):
            yield AlteredRow("deployment", id, f"{path} is not the file that was deployed")


def _versions(kept: list[KeptVersion], told: Mapping[str, Deployed]) -> Iterator[AlteredRow]:
    by_name = {
        name: id for id, each in told.items() for name in (*each.made.definitions, *each.made.resources)
    }
    for each in kept:
        made = told.get(each.deployment)
        if made is None or by_name.pop(each.name, None) != each.deployment:
            yield AlteredRow("version", each.name, "no deployment made it")
        elif made.made.files.get(each.path) != each.hash:
            yield AlteredRow("version", each.name, "is not of the file that was deployed")
        elif each.numbered != each.name:
            yield AlteredRow("version", each.name, f"is looked up as {each.numbered}")
        elif each.status != made.made.status:
            yield AlteredRow(
                "version", each.name, f"is {each.status}, and was deployed as {made.made.status}"
            )
    for name in sorted(by_name):
        yield AlteredRow("version", name, "is gone, so that an older one runs or none")


def _tags(content: bytes) -> dict[str, str | None]:
    """The tag of each process of a diagram; nothing else has one."""
    try:
        return {each.id: each.version_tag for each in read_bpmn(content, "").processes}
    except FlowcaseError:
        return {}
