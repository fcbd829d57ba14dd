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
    one, several = _SUBJECT[language]
    message = Message()
    message["Subject"] = one if len(told) == 1 else several.format(count=len(told))
    message["From"], message["To"] = sender, to
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{id}@{urlsplit(address).hostname or 'flowcase'}>"
    message["Auto-Submitted"] = "auto-generated"
    lines = [_line(each, address, language) for each in told]
    foot = _FOOT[language].format(link=f"{address}/beskeder/valg")
    message.set_content("\n\n".join([*lines, "-- \n" + foot]) + "\n")
    return message


def _line(told: Told, address: str, language: str) -> str:
    sentence = notices.words(told.text_code, language)
    moment = f"{told.at.astimezone(COPENHAGEN):%d.%m.%Y %H.%M}"
    case = f" ({told.case_code})" if told.case_code else ""
    link = f"{address}/sager/{told.case_code}" if told.case_code else f"{address}/beskeder"
    return f"{moment}: {sentence}{case}\n{link}"
