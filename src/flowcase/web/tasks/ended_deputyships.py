"""Why somebody who stood in for a colleague is refused now: their days in the case have ended.

Only who was the deputy reads it, and nothing that they did not know as deputy.
"""

from __future__ import annotations

from flask import request
from flask_login import current_user

from flowcase.web.language import gettext
from flowcase.web.session import actor, flow
from flowcase.web.words import presenting


def sentence() -> str:
    """Of the case or user task that the page asked for is about; empty for who never was its deputy."""
    asked = request.view_args or {}
    case = asked.get("code")
    user_task = asked.get("id") if request.blueprint == "user_tasks" else None
    if not current_user.is_authenticated or not (case or user_task):
        return ""
    ended = flow().absences.stood_in_before(case=case, user_task=user_task, actor=actor())
    if ended is None:
        return ""
    return gettext(
        "Du var stedfortræder for {name} i sagen til og med {day}. Spørg {name} eller din leder, "
        "hvis noget mangler at blive gjort."
    ).format(name=presenting.person(ended.person), day=presenting.date(ended.last))
