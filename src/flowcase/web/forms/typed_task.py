"""What was typed on the page of a user task: its form, and a comment that was not saved yet."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from werkzeug.datastructures import MultiDict

from flowcase.cases.civil_time import local_date
from flowcase.services.tasks.drafts import Begun, digest_of
from flowcase.web.forms import form_sent
from flowcase.web.session import flow

if TYPE_CHECKING:
    from flowcase.services.tasks.user_tasks import UserTask

COMMENT = "_kommentar"  # sent with the form, whose own fields never begin like that
BEGUN = "_begyndt"  # which page it is, and which draft it began from
ALREADY_TOLD = "_fortalt"  # the page says already that another one has saved
INSTEAD = "i_stedet"  # what `_gem` says when this is to stand in place of what another page has saved


def read(task: UserTask, sent: MultiDict[str, str]) -> dict[str, Any]:
    """What was typed, by the paths of the user task's form, and a comment that was not saved yet."""
    raw = form_sent.raw_of(task.form, sent, read_dates()) if task.form else {}
    return raw | ({COMMENT: sent[COMMENT]} if sent.get(COMMENT, "").strip() else {})


def read_dates() -> form_sent.Dates:
    """How dates are read today."""
    return form_sent.Dates(local_date(flow().clock.now()))


def begin(draft: Mapping[str, Any] | None) -> str:
    """The mark of a page that is opened now, sent with everything from it."""
    return f"{secrets.token_hex(8)}.{digest_of(draft)}"


def begun(sent: MultiDict[str, str]) -> Begun | None:
    """Where what was sent began from; None when it came from no page of ours, or is to stand instead."""
    page, _, draft = sent.get(BEGUN, "").partition(".")
    return Begun(page, draft) if page and sent.get("_gem") != INSTEAD else None
