"""What the pages of a play say: acts in words, instants as typed, and the forms that are answered in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

import yaml
from flask import g, request
from werkzeug.datastructures import MultiDict

from flowcase.cases.civil_time import COPENHAGEN, local_date, possible_instants
from flowcase.cases.danish_dates import NoDate, read_date, read_time
from flowcase.cases.file_kinds import KINDS, fits_name
from flowcase.errors import Conflict, FlowcaseError
from flowcase.history import notices as sentences
from flowcase.modeling.drawn_names import Names
from flowcase.modeling.form import Form
from flowcase.services.case_files.documents import Given
from flowcase.services.studio import play_processes
from flowcase.services.studio.play_processes import Getting, Stopped
from flowcase.services.studio.plays import Lost, Played, Refusal
from flowcase.values import from_json
from flowcase.web.forms import form_files, form_page, form_sent
from flowcase.web.forms.form_files import Attached
from flowcase.web.language import current, gettext
from flowcase.web.session import flow
from flowcase.web.signing_in import kept_typing
from flowcase.web.studio.difference_words import why_not
from flowcase.web.words import presenting


class WrongTime(FlowcaseError):
    """What was typed cannot be read; the sentence says how to type it."""


class Sheet:
    """A form as it is answered in a play."""

    def __init__(self, played: Played, person: str, refusal: Refusal | None = None) -> None:
        assert played.page is not None
        self.form, self.refusal, self.person = played.form, refusal, person
        self.about = played.page
        self._now = dt.datetime.fromisoformat(played.look["now"])
        self._dates = form_sent.Dates(local_date(self._now))
        known = {name: from_json(value) for name, value in self.about["prefilled"].items()}
        facts = {name: from_json(value) for name, value in self.about["facts"].items()}
        self.page = form_page.Page(())
        self.problems: Mapping[str, list[str]] = {}  # by field, why a file was not taken
        if self.form is None:
            return
        self._sent, self.problems = _received(self.form)
        first = form_page.first_values(self.form, known)
        raw, focus = first, ""
        if (kept := kept_typing.shown_here()) is not None:
            raw = form_sent.raw_of(self.form, kept, self._dates)
        if request.method == "POST":
            raw = form_sent.raw_of(self.form, self._sent, self._dates)
            if self.only_shows():
                focus = form_sent.changed_rows(raw, self._sent)
            else:
                raw = form_sent.completing(self.form, self._sent, self._dates)
        # Of a field whose file was not taken that is what is wrong, not that it is empty.
        errors = {**(refusal.errors if refusal else {}), **self.problems}
        self.page = form_page.shown(
            self.form,
            raw,
            facts=facts,
            now=self._now,
            known=known,
            first=first,
            errors=errors,
            focus=focus,
            files=_files(self.form, raw),
        )

    def only_shows(self) -> bool:
        return request.method == "POST" and form_sent.only_shows(request.form)

    def sent(self) -> dict[str, Any]:
        """What was typed, as a scenario gives it."""
        return {} if self.form is None else form_sent.completing(self.form, self._sent, self._dates)


def _received(form: Form) -> tuple[MultiDict[str, str], Mapping[str, list[str]]]:
    """What was sent, each file by its name alone; by field, why one was not taken. Files are read once."""
    if "received" not in g:
        are_sent = request.method == "POST" and form_files.are_sent()
        g.received = form_files.received(form, request.form, _named) if are_sent else (request.form, {})
    found: tuple[MultiDict[str, str], Mapping[str, list[str]]] = g.received
    return found


def _named(file: Given, target: str, data_class: str) -> str:
    """Looked at as in a case, and kept nowhere: in a play the name stands for the file."""
    flow().documents.check(file)
    return PurePath(file.name).name[-200:]


def _files(form: Form, raw: Mapping[str, Any]) -> dict[str, Attached]:
    names = [name for name in form_files.ids_in(form, raw) if any(fits_name(kind, name) for kind in KINDS)]
    return {name: Attached(name, name, gettext("kun navnet huskes")) for name in names}


def instant_typed(date: str, clock: str, *, is_second: bool) -> str:
    """An instant of a local date and time, `is_second` where the clock shows it twice. Raises WrongTime."""
    try:
        local = dt.datetime.combine(read_date(date).day, read_time(clock or "8"))
    except NoDate:
        raise WrongTime(
            gettext("Skriv en dato, for eksempel 3.4.2026, og et klokkeslæt, for eksempel 14.05.")
        ) from None
    possible = possible_instants(local, COPENHAGEN)
    if not possible:
        raise WrongTime(gettext("Det klokkeslæt findes ikke den dag: uret stilles frem til sommertid."))
    return possible[-1 if is_second else 0].isoformat()


def moment(text: str) -> str:
    """An instant of the play with its weekday."""
    return presenting.instant(dt.datetime.fromisoformat(text))


def step(one: Mapping[str, Any], names: Names) -> str:
    """A step of a scenario: by its title, else as an act."""
    return str(one.get("title") or "") or act(one, names)


def act(done: Mapping[str, Any], names: Names) -> str:
    """An act in words; `names` are those of the diagrams."""
    what, case = done["do"], done.get("case")
    words = {
        "notify": gettext("Underretning {notification} kom ind"),
        "start": gettext("Startede »{process}«"),
        "complete": gettext("Gjorde »{element}« færdig"),
        "claim": gettext("Tog »{element}«"),
        "message": gettext("Beskeden {name}"),
        "signal": gettext("Signalet {name}"),
        "set case fact": gettext("Satte {fact}"),
        "choose rule sets": gettext("Valgte regelsæt"),
        "advance the clock": gettext("Stillede uret"),
        "answer jobs": gettext("Bestemte svaret på {type}"),
    }.get(str(what), str(what))
    plain = {name: value for name, value in done.items() if isinstance(value, str)}
    drawn = names.get(plain.get("process", ""), {})
    for name, id in (("element", plain.get("element", "")), ("process", "")):
        if called := drawn.get(id):
            plain[name] = called
    told = words.format_map(_Named(plain))
    if done.get("refused"):
        told += ", " + gettext("og blev afvist som ventet")
    return f"{told} ({case})" if case else told


class _Named(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "…"


def person(id: str | None, played: Played) -> str:
    """The name of a person of the play."""
    for each in played.scene["people"]:
        if each["id"] == id:
            return f"{each['name']} ({id})" if each.get("name", id) != id else str(id)
    return str(id or "")


def lines(values: Mapping[str, Any]) -> str:
    """Variables as they are typed."""
    return yaml.safe_dump(dict(values), allow_unicode=True, sort_keys=False, width=1000) if values else ""


def state(code: str) -> str:
    return presenting.deadline_state(code)


def trouble(error: Exception) -> str:
    """Why something could not be done in a play."""
    if isinstance(error, Stopped):
        return gettext(
            "Det tog for lang tid og blev stoppet. Løber noget i ring? Intet er gemt af det sidste trin."
        )
    if isinstance(error, Getting):
        return gettext("Gennemspillet gøres klar. Prøv igen om et øjeblik.")
    if isinstance(error, Conflict):
        return gettext(
            "Gennemspillet er gået videre i et andet vindue, eller serveren er optaget. "
            "Siden viser, hvordan det står nu."
        )
    if isinstance(error, Lost):
        return gettext("Trinene kan ikke alle spilles igen: {because}").format(because=error.because)
    known = {
        play_processes.ONLY_FORWARD: gettext(
            "Uret går kun fremad. Gå et trin tilbage, hvis det skal være tidligere."
        ),
        play_processes.NOT_OPEN: gettext("Opgaven er ikke åben længere."),
        play_processes.NOT_TOLD_APART: gettext(
            "Et scenarie kan ikke sige, hvilken af disse opgaver der er ment."
        ),
    }
    return known.get(str(error)) or why_not(str(error))


def notice(one: Mapping[str, Any]) -> str:
    """The fixed sentence of a notice."""
    return sentences.words(one["text"], current()) or str(one["kind"])


def recipient(code: str, played: Played) -> str:
    """A group or a person of the play."""
    is_person = any(each["id"] == code for each in played.scene["people"])
    return person(code, played) if is_person else presenting.group(code)
