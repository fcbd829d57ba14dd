"""Where a sign-in leads back to: for who was signed in here before, and for nobody else.

The page that stood open when a session ended names a case. Its address goes by way of the browser sealed,
with the mark of whose page it was; somebody else who signs in there comes to their own first page. Where
nobody was signed in, as behind a link in a mail, the address is what the reader has brought themselves.
"""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from flask import request, url_for

from flowcase.web.session import flow
from flowcase.web.signing_in.new_sessions import own_page

_PLACE = "the page to go back to after a sign-in"
_WHOSE, _PAGE = "_hvem", "_side"
_LONGEST = 1500  # characters, sealed: it goes by way of an address and a cookie


def asked() -> str:
    """What this request says of it, as it is: an address, or one that is sealed."""
    return request.values.get("next") or ""


def only_for(mark: str, page: str) -> str:
    """A page, for whose mark it is alone; without a mark, or for too long an address, nothing."""
    if not mark:
        return ""
    said = urlencode([(_WHOSE, mark), (_PAGE, page)])
    sealed = flow().browser_seals.seal(said.encode(), _PLACE)
    return sealed if len(sealed) <= _LONGEST else ""


def is_open(said: str) -> bool:
    """Whether it can be read by whoever looks."""
    return said.startswith("/")


def back_for(person: str, said: str) -> str:
    """Where this person goes on."""
    if not said or is_open(said):
        return own_page(said)
    content = flow().browser_seals.open(said, _PLACE)
    fields = dict(parse_qsl(content.decode())) if content else {}
    if not flow().kept_typing.is_mark_of(fields.get(_WHOSE, ""), person):
        return url_for("inbox.mine")
    return own_page(fields.get(_PAGE))
