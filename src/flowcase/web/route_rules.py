"""The rules that a route may have: what each asks of whoever opens it, in the words of its page.

What is asked is `access/permissions.py`; which route has which rule stands in `permission_matrix`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from flowcase.access import permissions
from flowcase.access.actor import Actor


class Answer(StrEnum):
    YES = "yes"
    NO = "no"
    OWN = "own"  # only where the actor is named, or one of their groups is


@dataclass(frozen=True)
class Rule:
    """What a route asks before it answers."""

    id: str
    text: str
    allows: Callable[[Actor], Answer]
    needs_sign_in: bool = True
    takes_token: bool = False  # of a program; the pages take cookies only


def _yes_or(predicate: Callable[[Actor], bool], otherwise: Answer) -> Callable[[Actor], Answer]:
    return lambda actor: Answer.YES if predicate(actor) else otherwise


def _leads(actor: Actor) -> Answer:
    """Team leaders lead the cases of their teams."""
    if permissions.may_lead(actor, leaders=()):
        return Answer.YES
    return Answer.OWN if permissions.is_team_leader(actor) else Answer.NO


def _own(actor: Actor) -> Answer:
    return Answer.OWN


def _is_named(actor: Actor) -> bool:
    """Whether an instance is seen without being named on its case."""
    return permissions.may_see_instance(actor, may_see_its_case=permissions.may_see_cases(actor))


EVERYBODY = Rule("everybody", "Nobody has to sign in.", lambda actor: Answer.YES, needs_sign_in=False)
SIGNED_IN = Rule("signed in", "Everybody with an account; what is listed is their own.", lambda a: Answer.YES)
CASES = Rule("cases", "`may_see_cases`.", _yes_or(permissions.may_see_cases, Answer.NO))
CASE = Rule(
    "case",
    "`may_see_case`; own: who is caseworker or deputy of the case, or in its team.",
    _yes_or(permissions.may_see_cases, Answer.OWN),
)
CLOSE_TO_CASE = Rule(
    "close to case",
    "`is_closest_to_case`; own: caseworker, deputy and team of the case, or the preventive workers while a "
    "case without a team is with them.",
    _own,
)
DOCUMENT = Rule(
    "document",
    "Classes K1 and K2: `is_closest_to_case`; class K0: as its case; own: who added it, who may work on a "
    "user task whose form names it, and for class K1 casework staff beside a user task of the case.",
    _own,
)
LEADING = Rule("leading", "`may_lead`; own: the leaders of the case's team.", _leads)
TEAM = Rule(
    "team", "`may_lead` of a team; own: its leaders, and what a person reports for themselves.", _leads
)
OWN_ABSENCE = Rule(
    "absence", "One's own; of others, who leads a team that they are in.", lambda actor: Answer.OWN
)
INSTANCE = Rule(
    "instance",
    "`may_see_instance`; own: who is named on its case. Outside of any case there is no own.",
    _yes_or(_is_named, Answer.OWN),
)
USER_TASK = Rule(
    "user task",
    "`may_work_on`; own: assignee, deputy, candidate by person or group. Suppliers: their contracts only. "
    "Leaders hand over what their team has.",
    _own,
)
MEETING = Rule(
    "meeting",
    "Own: who is invited to the meeting, named on it, convenes it, has a user task of it, or may see its "
    "case; what consent does not open to them is closed. Daily: whom its diagram offers the decisions to.",
    _own,
)
SECRET_ADDRESS = Rule(
    "secret address",
    "Who holds the address, as far as the person who made it may see the series at that moment. The address "
    "is 256 random bits, kept as a hash, and can be renewed; a wrong one is 404.",
    lambda actor: Answer.OWN,
    needs_sign_in=False,
)
GUEST = Rule(
    "guest link",
    "Who holds the address, which is 256 random bits kept as a hash, and has typed the code mailed to the "
    "guest: one item, while the consents that opened it cover it; anything else is 404.",
    lambda actor: Answer.OWN,
    needs_sign_in=False,
)
START = Rule("start", "`may_start`; own: the groups that the diagram's start event names.", _own)
START_IN_CASE = Rule("start in case", "`may_start` and `may_see_case`, both.", _own)
RETENTION = Rule(
    "retention",
    "`may_see_retention`; codes and days only.",
    _yes_or(permissions.may_see_retention, Answer.NO),
)
PROPOSING_ERASURE = Rule(
    "proposing erasure", "`may_propose_erasure`.", _yes_or(permissions.may_propose_erasure, Answer.NO)
)
APPROVING_ERASURE = Rule(
    "approving erasure",
    "`may_approve_erasure`, and never who proposed it.",
    _yes_or(permissions.may_approve_erasure, Answer.NO),
)
HOLDING = Rule("holding", "`may_hold_cases`.", _yes_or(permissions.may_hold_cases, Answer.NO))
FIGURES = Rule("figures", "`may_see_figures`.", _yes_or(permissions.may_see_figures, Answer.NO))
RECEIVING = Rule(
    "receiving", "`may_register_notifications`.", _yes_or(permissions.may_register_notifications, Answer.NO)
)
STUDIO = Rule("studio", "`may_edit_processes`.", _yes_or(permissions.may_edit_processes, Answer.NO))
MOVING = Rule("moving", "`may_migrate`.", _yes_or(permissions.may_migrate, Answer.NO))
MOVING_PROGRAM = Rule(
    "moving by token", "`may_migrate`.", _yes_or(permissions.may_migrate, Answer.NO), takes_token=True
)
OPERATING = Rule("operating", "`may_operate`.", _yes_or(permissions.may_operate, Answer.NO))
OPERATING_PROGRAM = Rule(
    "operating by token", "`may_operate`.", _yes_or(permissions.may_operate, Answer.NO), takes_token=True
)
DELIVERING = Rule(
    "delivering by token",
    "`may_deliver_notifications`.",
    _yes_or(permissions.may_deliver_notifications, Answer.NO),
    takes_token=True,
)
TOKEN = Rule(
    "signed in by token",
    "Everybody with a token; what is listed is their own.",
    lambda actor: Answer.YES,
    takes_token=True,
)
TOKEN_ABSENCE = Rule(
    "absence by token",
    "One's own; of others, who leads a team that they are in.",
    OWN_ABSENCE.allows,
    takes_token=True,
)
TOKEN_TASK = Rule("user task by token", "`may_work_on`; own: as for a user task.", _own, takes_token=True)

HANDING_OUT = Rule(
    "handing out",
    "`may_hand_out_case`; own: caseworker, deputy and team of the case.",
    _yes_or(permissions.may_export, Answer.OWN),
)
PREPARING_ACCESS = Rule(
    "preparing an access report",
    "`may_prepare_access_report`; own: caseworker, deputy and team of a case that knows the person.",
    _yes_or(permissions.may_approve_access_report, Answer.OWN),
)
APPROVING_ACCESS = Rule(
    "approving an access report",
    "`may_approve_access_report`, and never who asked for it or read it through.",
    _yes_or(permissions.may_approve_access_report, Answer.NO),
)
EMERGENCY = Rule(
    "emergency", "`may_open_in_emergency`.", _yes_or(permissions.may_open_in_emergency, Answer.NO)
)
EMERGENCIES = Rule(
    "emergencies",
    "`may_see_emergencies`; leaders see those of their teams.",
    _yes_or(permissions.may_see_emergencies, Answer.NO),
)
HEAT = Rule(
    "heat maps",
    "`may_audit`, `may_edit_processes` or `may_operate`.",
    _yes_or(
        lambda actor: (
            permissions.may_audit(actor)
            or permissions.may_edit_processes(actor)
            or permissions.may_operate(actor)
        ),
        Answer.NO,
    ),
)
AUDITING = Rule("auditing", "`may_audit`.", _yes_or(permissions.may_audit, Answer.NO))
TOKEN_CASE = Rule("case by token", "`may_see_case`; own: as for a case.", CASE.allows, takes_token=True)
TOKEN_INSTANCE = Rule(
    "instance by token", "`may_see_instance`; own: as for an instance.", INSTANCE.allows, takes_token=True
)
TOKEN_START = Rule(
    "start by token",
    "`may_start`, in a case `may_see_case` too; own: as for starting.",
    _own,
    takes_token=True,
)
DEPLOYMENTS = Rule(
    "deployments by token",
    "`may_see_deployments`.",
    _yes_or(permissions.may_see_deployments, Answer.NO),
    takes_token=True,
)
DEPLOYING = Rule(
    "deploying by token",
    "`may_edit_processes`.",
    _yes_or(permissions.may_edit_processes, Answer.NO),
    takes_token=True,
)
AUDITING_PROGRAM = Rule(
    "auditing by token",
    "`may_search_history`.",
    _yes_or(permissions.may_search_history, Answer.NO),
    takes_token=True,
)
