"""What diagrams and tables can name: forms, decisions, processes, groups, and the variables of FEEL."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flowcase.access.actor import Actor
from flowcase.access.permissions import may_edit_processes
from flowcase.errors import Forbidden, InvalidDefinition
from flowcase.modeling import Field, VariableTarget, read_form
from flowcase.modeling.asked_tables import Asking, asked_in
from flowcase.modeling.document import local, read_document
from flowcase.modeling.safe_xml import parse_xml
from flowcase.modeling.variables import FACTS
from flowcase.services.studio.studio import Studio
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
class TableNames:
    """What the cells of tables can read."""

    tables: Mapping[str, tuple[str, ...]]  # by decision: what the diagrams that ask it hand in
    facts: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class _Defined:
    """What one file defines."""

    names: Mapping[str, str] = dataclasses.field(default_factory=dict)
    variables: tuple[str, ...] = ()  # that the fields of a form set
    fields: tuple[str, ...] = ()  # of a form
    asked: Mapping[str, Asking] = dataclasses.field(default_factory=dict)  # tables, by a diagram


class ElementChoicesOf:
    """Each content is read once: what it defines is kept by its hash."""

    def __init__(self, transactions: Transactions, studio: Studio) -> None:
        self._transactions, self._studio = transactions, studio
        self._read: dict[str, _Defined] = {}

    def of(self, actor: Actor) -> ElementChoices:
        """Raises Forbidden for who is no process owner."""
        found: dict[str, dict[str, str]] = {ending: {} for ending in (*_NAMED, ".form")}
        variables: dict[str, tuple[str, ...]] = {}
        for ending, each in self._defined(actor):
            found[ending].update(each.names)
            variables.update(dict.fromkeys(each.names, each.variables) if ending == ".form" else {})
        return ElementChoices(
            processes=_sorted(found[".bpmn"]),
            decisions=_sorted(found[".dmn"]),
            forms={name: variables[name] for name in _sorted(found[".form"])},
            facts=self._facts(actor),
        )

    def in_tables(self, actor: Actor) -> TableNames:
        """Raises Forbidden for who is no process owner."""
        found = self._defined(actor)
        forms = {form: each for ending, each in found if ending == ".form" for form in each.names}
        tables: dict[str, set[str]] = {}
        for _, diagram in found:
            for decision, asking in diagram.asked.items():
                names = tables.setdefault(decision, set())
                names |= asking.variables
                names.update(*(forms[form].variables for form in asking.forms if form in forms))
                names.update(*(forms[form].fields for form in asking.gated if form in forms))
        handed_in = {decision: tuple(sorted(names)) for decision, names in tables.items()}
        return TableNames(handed_in, self._facts(actor))

    def _facts(self, actor: Actor) -> dict[str, tuple[str, ...]]:
        settings = tuple(sorted(self._studio.setting_uses(actor=actor)))
        return {name: settings if name == "indstilling" else () for name in sorted(FACTS)}

    def _defined(self, actor: Actor) -> list[tuple[str, _Defined]]:
        """(ending of the file, what it defines), the actor's own drafts last."""
        if not may_edit_processes(actor):
            raise Forbidden("open the studio", "only process owners may")
        read: dict[str, _Defined] = {}
        found: list[tuple[str, _Defined]] = []
        for path, hash, content in self._files(actor):
            read[hash] = self._read.get(hash) or _defined(content, path)
            found.append((path[path.rfind(".") :], read[hash]))
        self._read = read
        return found

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
            variables = tuple(dict.fromkeys(_variables(form.fields)))
            return _Defined({form.id: ""}, variables, tuple(dict.fromkeys(_keys(form.fields))))
        root = parse_xml(content, path)
        asked = asked_in(read_document(content, path)) if path.endswith(".bpmn") else {}
    except InvalidDefinition:
        return _Defined()
    wanted = _NAMED[path[path.rfind(".") :]]
    names = {
        item.get("id", ""): item.get("name", "")
        for item in root.iter("{*}" + wanted)
        if local(item) == wanted
    }
    return _Defined({id: name for id, name in names.items() if id}, asked=asked)


def _variables(fields: tuple[Field, ...]) -> Iterator[str]:
    for field in fields:
        yield from (target.name for target in field.targets if isinstance(target, VariableTarget))
        yield from _variables(field.children)


def _keys(fields: tuple[Field, ...]) -> Iterator[str]:
    """First segments of the values' names; what lies in a row of a list is its row's."""
    for each in fields:
        if each.path:
            yield each.path[0]
        elif each.key:
            yield each.key
        else:
            yield from _keys(each.children)


def _sorted(names: Mapping[str, str]) -> dict[str, str]:
    return dict(sorted(names.items(), key=lambda item: item[0].casefold()))
