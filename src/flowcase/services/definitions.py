"""Deployed files as objects, read once per process: a definition never changes once it is deployed."""

from __future__ import annotations

from collections.abc import Mapping

from flowcase.errors import InvalidDefinition, NotFound
from flowcase.modeling import read_bpmn, read_form
from flowcase.modeling.definition import ProcessDefinition
from flowcase.modeling.form import Form
from flowcase.modeling.option_labels import OptionLabels, option_labels
from flowcase.modeling.table_labels import TableLabels, labels_of
from flowcase.store import Tx
from flowcase.store.queries import resources
from flowcase.store.queries.user_tasks import FormFile

Newest = resources.NamedResourceRow | FormFile


class Definitions:
    """Process definitions, forms, labels of tables. Thread-safe: at worst two threads read a file twice."""

    def __init__(self) -> None:
        self._processes: dict[tuple[str, str], ProcessDefinition] = {}
        self._forms: dict[str, Form] = {}
        self._labels: dict[str, Mapping[str, TableLabels]] = {}
        self._options: tuple[frozenset[str], OptionLabels] = (frozenset(), {})
        self._former_options: dict[str, OptionLabels] = {}  # of versions that are in force no more

    def process(self, tx: Tx, definition: str) -> ProcessDefinition:
        """The process definition with this id. Raises NotFound."""
        row = self.row(tx, definition)
        found = self._processes.get((row.hash, row.process))
        if found is None:
            for process in read_bpmn(self._content(tx, row.hash), row.path).processes:
                self._processes[(row.hash, process.id)] = process
            found = self._processes[(row.hash, row.process)]
        return found

    def row(self, tx: Tx, definition: str) -> resources.ProcessDefinitionRow:
        """Its id, version, path and deployment. Raises NotFound."""
        known: dict[str, resources.ProcessDefinitionRow] = tx.written.definitions
        row = known.get(definition)
        if row is None:
            row = resources.definition(tx, definition)
            if row is None:
                raise NotFound("process definition", definition)
            if row.status == "active":  # a draft may still be deleted and its number used again
                known[definition] = row
        return row

    def form(self, tx: Tx, form: str) -> Form:
        """The newest version of a form, as Camunda 8's default binding has it. Raises NotFound."""
        return self.form_in(tx, form, resources.named(tx, "form", form))

    def form_in(self, tx: Tx, form: str, newest: Newest | None) -> Form:
        """The form as its newest version has it, which was looked up before. Raises NotFound for none."""
        if newest is None:
            raise NotFound("form", form)
        return self._form(tx, newest)

    def option_labels(self, tx: Tx) -> OptionLabels:
        """What answers are called: as the forms in force say it, else as the last version that had them did.

        Gathered anew once a form has changed.
        """
        rows = [row for row in resources.all_named(tx, "form") if row.status == "active"]
        contents = frozenset(row.hash for row in rows)
        if self._options[0] != contents:
            newest: dict[str, resources.NamedResourceRow] = {}
            for row in rows:
                newest.setdefault(row.name, row)
            now = option_labels(self._form(tx, row) for row in newest.values())
            former = [row for row in reversed(rows) if newest[row.name] is not row]  # the oldest first
            found = {place: words for row in former for place, words in self._former(tx, row).items()}
            self._options = (contents, {**found, **now})
        return self._options[1]

    def _former(self, tx: Tx, row: resources.NamedResourceRow) -> OptionLabels:
        """The answers of a form that is in force no more; none where it cannot be read any more either."""
        if row.hash not in self._former_options:
            try:
                form = read_form(self._content(tx, row.hash), row.path)
            except InvalidDefinition:
                self._former_options[row.hash] = {}
            else:
                self._former_options[row.hash] = option_labels([form])
        return self._former_options[row.hash]

    def table_labels(self, tx: Tx, content_hash: str, decision: str) -> TableLabels | None:
        """How a table is headed in one file of tables; None where the file does not have it."""
        found = self._labels.get(content_hash)
        if found is None:
            path = resources.path_of(tx, content_hash) or "tabel.dmn"
            found = self._labels[content_hash] = labels_of(self._content(tx, content_hash), path)
        return found.get(decision)

    def _form(self, tx: Tx, row: Newest) -> Form:
        if row.hash not in self._forms:
            self._forms[row.hash] = read_form(self._content(tx, row.hash), row.path)
        return self._forms[row.hash]

    def _content(self, tx: Tx, content_hash: str) -> bytes:
        content = resources.content(tx, content_hash)
        if content is None:
            raise NotFound("file", content_hash)
        return content
