"""The mail that confirms who holds a guest link: a code, and nothing that tells of a person."""

from __future__ import annotations

import datetime as dt

from flowcase.services.sending.mail_words import Message, envelope
from flowcase.store import Tx
from flowcase.store.queries import case_files, guest_links
from flowcase.store.queries.mails import MailRow

WAY = "gaest"  # of a mail in the outbox; its person is the link
CODE_LASTS = dt.timedelta(minutes=10)
_SUBJECT = {"da": "flowcase: din engangskode", "en": "flowcase: your one-time code"}
_TEXT = {
    "da": """Din engangskode er {code}

Den gælder i {minutes} minutter og kun på den side, hvor du bad om den. Har du ikke bedt om en kode, så se
bort fra denne mail.
""",
    "en": """Your one-time code is {code}

It holds for {minutes} minutes and only on the page where you asked for it. If you did not ask for a code,
ignore this mail.
""",
}


def id_of(link: str, number: int) -> str:
    """The id of the mail with a link's code of this number."""
    return f"gaest.{link}.{number}"


def write(tx: Tx, row: MailRow, *, sender: str, address: str) -> Message | None:
    """None once the code is used, replaced or too old, and when the case was erased."""
    link = guest_links.link(tx, row.person)
    case = case_files.case(tx, link.case_code) if link is not None else None
    if link is None or case is None or link.sealed_code is None or link.code_at is None:
        return None
    if row.id != id_of(link.id, link.codes) or tx.now - link.code_at >= CODE_LASTS:
        return None
    code = tx.open(case.stream, f"guest code|{link.id}|{link.codes}", link.sealed_code)
    to = tx.open(case.stream, f"guest address|{link.id}", link.sealed_address)
    if code is None or to is None:
        return None
    language = link.language if link.language in _SUBJECT else "da"
    subject = _SUBJECT[language]
    message = envelope(subject, id=row.id, to=to.decode(), sender=sender, address=address, at=row.created_at)
    minutes = int(CODE_LASTS.total_seconds() // 60)
    message.set_content(_TEXT[language].format(code=code.decode(), minutes=minutes))
    return message
