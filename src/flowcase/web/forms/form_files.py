"""Files of a form: kept as soon as they arrive, whatever else the form lacks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import Flask, request, url_for
from werkzeug.datastructures import MultiDict

from flowcase.cases.entities import DataClass, entity
from flowcase.cases.file_kinds import KINDS
from flowcase.cases.written_numbers import written
from flowcase.errors import NotFound
from flowcase.modeling.form import CaseTarget, Field, FieldType, Form
from flowcase.services.case_files.documents import Given, UnusableFile
from flowcase.services.forms import nested
from flowcase.web.forms import form_sent
from flowcase.web.language import current, gettext
from flowcase.web.session import flow
from flowcase.web.words import presenting

if TYPE_CHECKING:
    from flowcase.services.case_files.documents import Document

FILE, REMOVE = "_fil.", "_fjern"  # names of the inputs that bring a file, and of those that take one away

Keep = Callable[[Given, str, str], str]  # (file, target, class) -> id of the document


@dataclass(frozen=True)
class Attached:
    """A file that a form names, as its page shows it."""

    id: str
    name: str
    words: str  # size, and whether it waits for its scan
    address: str = ""


def has_files(form: Form | None) -> bool:
    return form is not None and any(asked.type is FieldType.FILE for asked in form.walk())


def attach(form: Form | None, raw: dict[str, Any], keep: Keep) -> dict[str, list[str]]:
    """Keep the files of this request and name them in `raw`; by field, why one was not taken."""
    problems: dict[str, list[str]] = {}
    removed = set(request.form.getlist(REMOVE))
    for name, asked, place in _places(form.fields if form else (), raw, ()):
        ids = [id for id in _list(nested.at(place, asked.path)) if id not in removed]
        for sent in request.files.getlist(FILE + name):
            if not sent.filename:
                continue
            target, data_class = _target(asked)
            try:
                ids.append(keep(Given(sent.filename, sent.read()), target, data_class))
            except UnusableFile as error:
                problems.setdefault(name, []).append(f"{sent.filename}: {why_not(error)}")
        if ids or nested.at(place, asked.path):
            nested.put(place, asked.path, list(dict.fromkeys(ids)))
    return problems


def are_sent() -> bool:
    """Whether this request brings files, or takes some away."""
    files = request.files.items(multi=True)
    return REMOVE in request.form or any(name.startswith(FILE) and each.filename for name, each in files)


def received(
    form: Form, sent: MultiDict[str, str], keep: Keep
) -> tuple[MultiDict[str, str], dict[str, list[str]]]:
    """What was sent with its kept files named in their fields; by field, why one was not taken."""
    raw = form_sent.raw_of(form, sent)
    problems = attach(form, raw, keep)
    named = MultiDict(sent)
    for name, asked, place in _places(form.fields, raw, ()):
        named.setlist(name, _list(nested.at(place, asked.path)))
    return named, problems


def ids_in(form: Form | None, raw: Mapping[str, Any]) -> list[str]:
    """What the file fields of a form name: documents here, and numbers in the journal."""
    places = _places(form.fields if form else (), raw, (), with_shown=True)
    return [id for _, asked, place in places for id in _list(nested.at(place, asked.path))]


def attached(documents: Sequence[Document], *, user_task: str | None = None) -> dict[str, Attached]:
    return {
        each.id: Attached(
            each.id,
            each.name,
            ", ".join(filter(None, (size(each.size), state(each.status)))),
            url_for("documents.show", id=each.id, opgave=user_task) if user_task else "",
        )
        for each in documents
    }


def why_not(error: UnusableFile) -> str:
    """What a person reads about a file that was refused."""
    limits = flow().documents.limits
    return {
        "empty": gettext("Filen er tom."),
        "too_large": gettext("Filen er for stor. Den må højst fylde {most} MB."),
        "of_another_kind": gettext("Filens indhold kan ikke modtages. Det kan være: {kinds}."),
        "wrongly_named": gettext(
            "Filens navn passer ikke til indholdet ({kind}). Gem den igen, og send den."
        ),
        "one_too_many": gettext("Der kan ikke modtages flere filer lige nu. Send færre, eller vent lidt."),
    }.get(error.because, gettext("Filen kan ikke modtages.")).format(
        most=limits.megabytes, kinds=", ".join(limits.kinds), kind=error.details.get("kind", "")
    )


def accepted() -> str:
    """For the browser's own file chooser."""
    return ",".join(ending for kind in flow().documents.limits.kinds for ending in KINDS[kind].endings)


def size(count: int) -> str:
    if count < 1024 * 1024:
        return f"{presenting.number(max(1, round(count / 1024)))} kB"
    return f"{written(count / 1024 / 1024, current(), places=1)} MB"


def state(status: str) -> str:
    return {
        "karantaene": gettext("venter på virusscanning"),
        "afvist": gettext("afvist af virusscanningen"),
        "slettet": gettext("slettet"),
        "erstattet": gettext("erstattet af en nyere version"),
    }.get(status, "")


def _target(asked: Field) -> tuple[str, str]:
    for target in asked.targets:
        if isinstance(target, CaseTarget):
            try:
                found = entity(target.entity).attribute(target.attribute)
            except NotFound:
                continue
            # What is on its way to an open attribute is a file of a case all the same.
            shut = found.data_class if found.data_class is not DataClass.K0 else DataClass.K1
            return f"{target.entity}.{target.attribute}", str(shut)
    return asked.key, str(DataClass.K1)


def _places(
    fields: Sequence[Field], raw: Any, prefix: tuple[str, ...], *, with_shown: bool = False
) -> Iterator[tuple[str, Field, dict[str, Any]]]:
    for asked in fields:
        if asked.type is FieldType.GROUP:
            yield from _places(asked.children, raw, prefix, with_shown=with_shown)
        elif asked.type is FieldType.LIST:
            rows = nested.at(raw, asked.path)
            for number, row in enumerate(rows if isinstance(rows, list) else []):
                if isinstance(row, dict):
                    row_prefix = (*prefix, *asked.path, str(number))
                    yield from _places(asked.children, row, row_prefix, with_shown=with_shown)
        elif asked.type is FieldType.FILE and (with_shown or not asked.readonly):
            yield ".".join((*prefix, *asked.path)), asked, raw


def _list(value: Any) -> list[str]:
    if isinstance(value, (list, tuple)):
        return [str(item) for item in value if item]
    return [str(value)] if value else []


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(
        accepted_files=accepted,
        most_megabytes=lambda: flow().documents.limits.megabytes,
        file_size=size,
        file_state=state,
    )
