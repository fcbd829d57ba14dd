"""The words of a mail: fixed sentences, codes and links; nothing that tells of a person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from email.message import EmailMessage as Message
from email.utils import format_datetime
from urllib.parse import urlsplit

from flowcase.cases.civil_time import COPENHAGEN
from flowcase.history import notices
from flowcase.store.queries.mails import Told

_SUBJECT = {
    "da": ("flowcase: en besked", "flowcase: {count} beskeder"),
    "en": ("flowcase: a notice", "flowcase: {count} notices"),
}
_AMONG = {"da": "heriblandt", "en": "among them"}
_CHECKPOINT = {
    "da": (
        "flowcase: kontrolpunkt {number}",
        "Kontrolpunkt {number} af historikken, underskrevet {at} UTC. Gem denne mail uden for kommunens\n"
        "installation: med den kan det senere bevises, at historikken er hel. Den nævner ingen sag.",
    ),
    "en": (
        "flowcase: checkpoint {number}",
        "Checkpoint {number} of the history, signed {at} UTC. Keep this mail outside of the municipality's\n"
        "installation: it can prove later that the history is whole. It names no case.",
    ),
}
_FOOT = {
    "da": "Vælg selv, hvad du får som mail: {link}",
    "en": "Choose what you get by mail: {link}",
}


def write(
    told: Sequence[Told],
    *,
    id: str,
    to: str,
    sender: str,
    address: str,
    at: dt.datetime,
    language: str,
) -> Message:
    """One mail about one or several notices. Written again, it is the same to the letter."""
    language = language if language in _SUBJECT else "da"
    message = envelope(_subject(told, language), id=id, to=to, sender=sender, address=address, at=at)
    lines = [_line(each, address, language) for each in told]
    foot = _FOOT[language].format(link=f"{address}/beskeder/valg")
    message.set_content("\n\n".join([*lines, "-- \n" + foot]) + "\n")
    return message


def write_checkpoint(
    receipt: str,
    *,
    number: int,
    id: str,
    to: str,
    sender: str,
    address: str,
    at: dt.datetime,
    language: str,
) -> Message:
    """The receipt of a checkpoint, for whoever keeps it outside. Written again, it is the same."""
    subject, text = _CHECKPOINT[language if language in _CHECKPOINT else "da"]
    message = envelope(
        subject.format(number=number), id=f"checkpoint.{id}", to=to, sender=sender, address=address, at=at
    )
    moment = f"{at.astimezone(dt.UTC):%Y-%m-%d %H:%M}"
    parts = [text.format(number=number, at=moment), "    flowcase verify --checkpoints FILE", receipt]
    message.set_content("\n\n".join(parts) + "\n")
    return message


def envelope(subject: str, *, id: str, to: str, sender: str, address: str, at: dt.datetime) -> Message:
    """A mail without words yet: who tries again under the same id hands over the same mail."""
    message = Message()
    message["Subject"] = subject
    message["From"], message["To"] = sender, to
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{id}@{urlsplit(address).hostname or 'flowcase'}>"
    message["Auto-Submitted"] = "auto-generated"
    return message


def _subject(told: Sequence[Told], language: str) -> str:
    """How many notices there are, or the one of a deadline; of several the deadline that ends first."""
    one, several = _SUBJECT[language]
    of_deadlines = [each for each in told if notices.is_of_a_deadline(each.text_code)]
    if not of_deadlines:
        return one if len(told) == 1 else several.format(count=len(told))
    first = min(of_deadlines, key=lambda each: (each.due_at is None, each.due_at or each.at))
    said = _sentence(first, language)
    if first.case_code:
        said = f"{first.case_code}: {said}"
    return (
        f"flowcase: {said}"
        if len(told) == 1
        else f"{several.format(count=len(told))}, {_AMONG[language]} {said}"
    )


def _sentence(told: Told, language: str) -> str:
    return notices.words(told.text_code, language, due_at=told.due_at)


def _line(told: Told, address: str, language: str) -> str:
    sentence = _sentence(told, language)
    moment = f"{told.at.astimezone(COPENHAGEN):%d.%m.%Y %H.%M}"
    case = f" ({told.case_code})" if told.case_code else ""
    link = f"{address}/sager/{told.case_code}" if told.case_code else f"{address}/beskeder"
    return f"{moment}: {sentence}{case}\n{link}"
