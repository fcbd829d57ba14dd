"""What an element of a diagram can name: forms, decisions, processes, groups, and the variables of FEEL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flowcase.access.actor import Actor
from flowcase.access.permissions import may_edit_processes
from flowcase.errors import Forbidden, InvalidDefinition
from flowcase.modeling import Field, VariableTarget, read_form
from flowcase.modeling.document import local
from flowcase.modeling.safe_xml import parse_xml
from flowcase.modeling.variables import FACTS
from flowcase.services.studio import Studio
from flowcase.services.transactions import Transactions
from flowcase.store import Tx
from flowcase.store.queries import drafts, resources

_NAMED = {".bpmn": "process", ".dmn": "decision"}  # ending -> the elements that can be named from elsewhere


@dataclass(frozen=True)
class ElementChoices:
    """By id with the name; what is in force and, over it, what one's own drafts define."""

    processes: Mapping[str, str]
    decisions: Mapping[str, str]
    forms: Mapping[str, tuple[str, ...]]  # with the process variables that their fields set
    facts: Mapping[str, tuple[str, ...]]  # what every expression can read, with its members where known


@dataclass(frozen=True)
class _Defined:
    """What one file defines."""

    names: Mapping[str, str]
    variables: Mapping[str, tuple[str, ...]]


class ElementChoicesOf:
    """Each content is read once: what it defines is kept by its hash."""

    def __init__(self, transactions: Transactions, studio: Studio) -> None:
        self._transactions, self._studio = transactions, studio
        self._read: dict[str, _Defined] = {}

    def of(self, actor: Actor) -> ElementChoices:
        """Raises Forbidden for who is no process owner."""
        if not may_edit_processes(actor):
            raise Forbidden("open the studio", "only process owners may")
        found: dict[str, dict[str, str]] = {ending: {} for ending in (*_NAMED, ".form")}
        variables: dict[str, tuple[str, ...]] = {}
        with_drafts: set[str] = set()
        for path, hash, content in self._files(actor):
            with_drafts.add(hash)
            if hash not in self._read:
                self._read[hash] = _defined(content, path)
            ending = path[path.rfind(".") :]
            found[ending].update(self._read[hash].names)
            variables.update(self._read[hash].variables)
        self._read = {hash: defined for hash, defined in self._read.items() if hash in with_drafts}
        settings = tuple(sorted(self._studio.setting_uses(actor=actor)))
        return ElementChoices(
            processes=_sorted(found[".bpmn"]),
            decisions=_sorted(found[".dmn"]),
            forms={name: variables.get(name, ()) for name in _sorted(found[".form"])},
            facts={name: settings if name == "indstilling" else () for name in sorted(FACTS)},
        )

    def _files(self, actor: Actor) -> list[tuple[str, str, bytes]]:
        """Path, hash and content, the actor's drafts last; without content where that was read before."""

        def work(tx: Tx) -> list[tuple[str, str, bytes]]:
            rows = [
                (
                    row.path,
                    row.hash,
                    b"" if row.hash in self._read else resources.content(tx, row.hash) or b"",
                )
                for row in resources.files_in_force(tx)
            ]
            own = [
                (row.file_name, row.hash, b"" if row.hash in self._read else drafts.content(tx, row))
                for row in sorted(drafts.drafts(tx), key=lambda each: -each.copy)
                if row.owner == actor.id
            ]
            return [each for each in (*rows, *own) if each[0].endswith((*_NAMED, ".form"))]

        return self._transactions.read(work)


def _defined(content: bytes, path: str) -> _Defined:
    """Nothing of a file that cannot be read: the check tells why it cannot."""
    try:
        if path.endswith(".form"):
            form = read_form(content, path)
            return _Defined({form.id: ""}, {form.id: tuple(dict.fromkeys(_variables(form.fields)))})
        root = parse_xml(content, path)
    except InvalidDefinition:
        return _Defined({}, {})
    wanted = _NAMED[path[path.rfind(".") :]]
    names = {
        item.get("id", ""): item.get("name", "")
        for item in root.iter("{*}" + wanted)
        if local(item) == wanted
    }
    return _Defined({id: name for id, name in names.items() if id}, {})


def _variables(fields: tuple[Field, ...]) -> Iterator[str]:
    for field in fields:
        yield from (target.name for target in field.targets if isinstance(target, VariableTarget))
        yield from _variables(field.children)


def _sorted(names: Mapping[str, str]) -> dict[str, str]:
    return dict(sorted(names.items(), key=lambda item: item[0].casefold()))
