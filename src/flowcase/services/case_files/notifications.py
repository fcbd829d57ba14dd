"""Notifications (*underretninger*) come in: validated, stored under their own key, and handed to the process.

Each source has its form. Whole or not at all: a notification with a wrong value is refused with all its
fields, and one whose id is known already adds nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flowcase.access.actor import Actor
from flowcase.cases import events
from flowcase.cases.entities import entity
from flowcase.errors import InvalidValues
from flowcase.modeling.form import Form
from flowcase.services.casework.case_work import OpenWork
from flowcase.services.forms import form_sentences, form_values
from flowcase.services.requests import Publish
from flowcase.services.running.advancing import Advancing
from flowcase.services.transactions import Transactions
from flowcase.store import INSTALLATION, Tx
from flowcase.store.queries import records as record_rows
from flowcase.values import Value

MESSAGE = "underretning_modtaget"
ENTITY = "Underretning"
ID = "underretning_id"
FILES = "bilag"

# The public form asks what a citizen can know; staff, files and programs give form F-A1.
FORMS = {"public": "F-A1-offentlig"}
STAFF_FORM = "F-A1"
_CHANNELS = {"public": "offentlig_formular"}  # the channel of a form that does not ask for one

_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,63}")


@dataclass(frozen=True)
class Received:
    """The answer to who notified."""

    underretning_id: str
    is_new: bool  # False: it was known already, nothing was added


class Notifications:
    """One transaction per method."""

    def __init__(
        self,
        transactions: Transactions,
        advancing: Advancing,
        open_work: OpenWork,
        form: Callable[[Tx, str], Form],
        adopt: Callable[[Tx, str, str, Sequence[str], str], None],
    ) -> None:
        """`form` finds the newest deployed form of that id; `adopt` makes documents of its page's files."""
        self._adopt = adopt
        self._transactions, self._advancing = transactions, advancing
        self._open_work, self._form = open_work, form

    def receive(
        self,
        values: Mapping[str, Any],
        *,
        source: str,
        actor: Actor,
        id: str | None = None,
        page: str | None = None,
    ) -> Received:
        """Take in one notification by the keys of its form, and `underretning_id` for its number.

        `source` is form, api, file or public; `page` is the number of the page whose files come with it.
        A notification without `modtaget` was received now, where the form does not ask for it. Raises
        InvalidValues with every wrong field, and then nothing is stored.
        """
        raw = dict(values)
        number = str(raw.pop(ID, None) or id or "").strip() or None
        if number is not None and not _ID.fullmatch(number):
            raise InvalidValues(
                "notification", {ID: ["Brug bogstaver, tal, punktum, bindestreg og understreg."]}
            )
        return self._transactions.run(actor, lambda tx: self._receive(tx, raw, number, source, page))

    def errors_of(self, values: Mapping[str, Any], *, source: str) -> Mapping[str, Sequence[str]]:
        """What `receive` would refuse these values for, by field; nothing is stored."""

        def work(tx: Tx) -> Mapping[str, Sequence[str]]:
            try:
                self._validated(tx, self._form(tx, FORMS.get(source, STAFF_FORM)), values, source)
            except InvalidValues as error:
                return error.errors
            return {}

        return self._transactions.read(work)

    def _receive(
        self, tx: Tx, raw: Mapping[str, Any], number: str | None, source: str, page: str | None = None
    ) -> Received:
        number = number or tx.new_id()
        stream = f"notification:{number}"
        if record_rows.record(tx, number) is not None:
            return Received(number, is_new=False)
        form = self._form(tx, FORMS.get(source, STAFF_FORM))
        accepted = self._validated(tx, form, raw, source)
        tx.stream(stream)  # who delivers the same number at the same time waits here
        if record_rows.record(tx, number) is not None:
            return Received(number, is_new=False)
        work = self._open_work(tx, stream=stream)
        work.create(ENTITY, accepted, id=number)
        if page is not None and accepted.get(FILES):
            kept: Any = accepted[FILES]
            data_class = str(entity(ENTITY).attribute(FILES).data_class)
            self._adopt(tx, page, stream, [str(each) for each in kept], data_class)
        tx.append(
            stream,
            events.NotificationReceived(notification=number, received_at=accepted["modtaget"], source=source),
        )
        message = Publish(name=MESSAGE, key=number, variables={ID: number}, message_id=number, stream=stream)
        self._advancing.request(tx, *work.requests, message)
        return Received(number, is_new=True)

    def _validated(self, tx: Tx, form: Form, raw: Mapping[str, Any], source: str) -> dict[str, Value]:
        accepted = form_values.validate(form, raw, facts={}, now=tx.now).values
        known = {attribute.name for attribute in entity(ENTITY).attributes}
        kept = {name: value for name, value in accepted.items() if name in known}
        kept.setdefault("modtaget", tx.now)
        if "kanal" not in kept and source in _CHANNELS:
            kept["kanal"] = _CHANNELS[source]
        if kept["modtaget"] > tx.now:
            raise InvalidValues(f"form {form.id}", {"modtaget": [form_sentences.IN_THE_FUTURE]})
        return {**kept, "registreret": tx.now, "status": "modtaget", "kilde": source}

    def refuse(self, *, source: str, line: int | None, error: InvalidValues, actor: Actor) -> None:
        """Remember that something could not be taken in: which fields were wrong, never what they said."""
        fields = tuple(sorted(error.errors))

        def work(tx: Tx) -> None:
            tx.append(INSTALLATION, events.IntakeRefused(source=source, line=line, fields=fields))

        self._transactions.run(actor, work)
