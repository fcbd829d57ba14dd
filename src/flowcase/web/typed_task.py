"""What was typed on the page of a user task: its form, and a comment that was not saved yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from werkzeug.datastructures import MultiDict

from flowcase.cases.civil_time import local_date
from flowcase.web import form_sent
from flowcase.web.session import flow

if TYPE_CHECKING:
    from flowcase.services.user_tasks import UserTask

COMMENT = "_kommentar"  # sent with the form, whose own fields never begin like that


def read(task: UserTask, sent: MultiDict[str, str]) -> dict[str, Any]:
    """What was typed, by the paths of the user task's form, and a comment that was not saved yet."""
    raw = form_sent.raw_of(task.form, sent, read_dates()) if task.form else {}
    return raw | ({COMMENT: sent[COMMENT]} if sent.get(COMMENT, "").strip() else {})


def read_dates() -> form_sent.Dates:
    """How dates are read today."""
    return form_sent.Dates(local_date(flow().clock.now()))
