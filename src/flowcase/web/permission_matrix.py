"""Who may open each route: one rule per route, answered by `access/permissions.py` for each kind of group.

A route without a rule here is nobody's: a test refuses the build. `docs/permissions.md` is written from this
table, and another test opens every page as everybody and compares.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from flask import Flask

from flowcase.access import permissions
from flowcase.access.actor import Actor
from flowcase.access.groups import NAMES
from flowcase.access.kinds import Kind


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
    """Team leaders lead the cases of their teams; which group leads which team is a setting."""
    if permissions.may_lead(actor, leaders=()):
        return Answer.YES
    return Answer.OWN if any(group.startswith("teamleder_") for group in actor.groups) else Answer.NO


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
    "close to case", "`is_closest_to_case`; own: caseworker, deputy and team of the case.", _own
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

# endpoint -> its rule, for every method that it takes
RULES: Mapping[str, Rule] = {
    "static": EVERYBODY,
    "account.sign_in": EVERYBODY,
    "single_sign_on.begin": EVERYBODY,
    "single_sign_on.come_back": EVERYBODY,
    "single_sign_on.signed_out": EVERYBODY,
    "emergencies.open_case": EMERGENCY,
    "emergencies.index": EMERGENCIES,
    "emergencies.review": LEADING,
    "single_sign_on.signed_out_there": EVERYBODY,
    "new_password.first": EVERYBODY,
    "new_password.own": SIGNED_IN,
    "new_password.strength": EVERYBODY,
    "second_step.code": EVERYBODY,
    "second_step.enrol": EVERYBODY,
    "own_account.index": SIGNED_IN,
    "own_account.end_session": SIGNED_IN,
    "own_account.end_others": SIGNED_IN,
    "own_account.renew_codes": SIGNED_IN,
    "own_account.end_second_factor": SIGNED_IN,
    "sign_in_care.index": OPERATING,
    "sign_in_care.sign_out": OPERATING,
    "sign_in_care.disable": OPERATING,
    "reading.date": EVERYBODY,
    "account.sign_out": SIGNED_IN,
    "inbox.home": SIGNED_IN,
    "inbox.mine": SIGNED_IN,
    "inbox.now": SIGNED_IN,
    "inbox.values_of_fact": SIGNED_IN,
    "inbox.save": SIGNED_IN,
    "inbox.forget": SIGNED_IN,
    "inbox.move": USER_TASK,
    "list_shares.index": SIGNED_IN,
    "list_shares.share": SIGNED_IN,
    "list_shares.end": SIGNED_IN,
    "team.index": TEAM,
    "team.overdue": TEAM,
    "team.alternatives": TEAM,
    "team.hand_over": TEAM,
    "team.absence": OWN_ABSENCE,
    "team.deputies": SIGNED_IN,
    "team.end_absence": OWN_ABSENCE,
    "user_tasks.show": USER_TASK,
    "user_tasks.claim": USER_TASK,
    "user_tasks.unclaim": USER_TASK,
    "user_tasks.move": USER_TASK,
    "user_tasks.save_draft": USER_TASK,
    "user_tasks.send": USER_TASK,
    "user_tasks.forget_draft": USER_TASK,
    "user_tasks.presence": USER_TASK,
    "user_tasks.comment": USER_TASK,
    "documents.show": DOCUMENT,
    "documents.view": DOCUMENT,
    "documents.download": DOCUMENT,
    "documents.add": CASE,
    "cases.comment": CLOSE_TO_CASE,
    "cases.index": CASES,
    "cases.show": CASE,
    "meetings.week": SIGNED_IN,
    "meetings.show": MEETING,
    "meetings.agenda": MEETING,
    "meetings.minutes": MEETING,
    "meeting_calendars.meeting": MEETING,
    "meeting_calendars.index": SIGNED_IN,
    "meeting_calendars.change": SIGNED_IN,
    "meeting_calendars.read": SECRET_ADDRESS,
    "guest_links.show": GUEST,
    "guest_links.send_code": GUEST,
    "guest_links.confirm": GUEST,
    "guest_links.leave": GUEST,
    "guest_links.make": CLOSE_TO_CASE,
    "guest_links.end": CLOSE_TO_CASE,
    "help.index": EVERYBODY,
    "help.show": EVERYBODY,
    "help.rule": EVERYBODY,
    "notices.index": SIGNED_IN,
    "notices.count": SIGNED_IN,
    "notices.open_notice": SIGNED_IN,
    "notices.read_all": SIGNED_IN,
    "notices.choices": SIGNED_IN,
    "notices.new_feed": SIGNED_IN,
    "notices.end_feed": SIGNED_IN,
    "notices.feed": SECRET_ADDRESS,
    "operations.mails": OPERATING,
    "operations.mail_again": OPERATING,
    "operations.deliver_again": OPERATING,
    "daily_meetings.newest": SIGNED_IN,
    "daily_meetings.show": MEETING,
    "daily_meetings.state": MEETING,
    "daily_meetings.document": MEETING,
    "daily_meetings.begin": MEETING,
    "daily_meetings.take_chair": MEETING,
    "daily_meetings.note": MEETING,
    "daily_meetings.undo": MEETING,
    "daily_meetings.close": MEETING,
    "flows.index": SIGNED_IN,
    "flows.new": START,
    "flows.new_in_case": START_IN_CASE,
    "indicators.index": FIGURES,
    "indicators.show": FIGURES,
    "indicators.sheet": FIGURES,
    "instances.picture": INSTANCE,
    "instances.show": INSTANCE,
    "instances.diagram": INSTANCE,
    "instances.earlier": OPERATING,
    "instances.go_back": OPERATING,
    "rule_set_move.move": LEADING,
    "notifications.new": RECEIVING,
    "public.notify": EVERYBODY,
    "public.receipt": EVERYBODY,
    "operations.alive": EVERYBODY,
    "operations.metrics": OPERATING_PROGRAM,
    "operations.overview": OPERATING,
    "incidents.show": OPERATING,
    "incidents.edit": OPERATING,
    "incidents.resolve": OPERATING,
    "incidents.retry_all": OPERATING,
    "timers.index": OPERATING,
    "timers.show": OPERATING,
    "timers.move": OPERATING,
    "timers.fire": OPERATING,
    "jobs.index": OPERATING,
    "jobs.show": OPERATING,
    "jobs.attend": OPERATING,
    "suspensions.index": MOVING,
    "suspensions.show": MOVING,
    "suspensions.act": OPERATING,
    "suspensions.drop": OPERATING,
    "batches.index": OPERATING,
    "batches.new": OPERATING,
    "batches.show": OPERATING,
    "batches.mapping": OPERATING,
    "batches.act": OPERATING,
    "interventions.show": OPERATING,
    "interventions.ending": OPERATING,
    "interventions.whole": OPERATING,
    "interventions.token": OPERATING,
    "retention.index": RETENTION,
    "retention.propose": PROPOSING_ERASURE,
    "retention.decide": APPROVING_ERASURE,
    "retention.propose_document": PROPOSING_ERASURE,
    "retention.decide_document": APPROVING_ERASURE,
    "retention.hold": HOLDING,
    "revision.index": AUDITING,
    "history_exports.ask": AUDITING,
    "history_exports.make": AUDITING,
    "revision_cases.show": CASE,
    "revision_cases.then": CASE,
    "revision_cases.looks": CASE,
    "revision_cases.deadlines": CASE,
    "revision_cases.decisions": CASE,
    "revision_cases.decision": CASE,
    "revision.compliance": AUDITING,
    "revision.late": AUDITING,
    "revision.strayed": AUDITING,
    "revision.replayed": AUDITING,
    "revision.processes": AUDITING,
    "revision.versions": AUDITING,
    "revision.difference": AUDITING,
    "heat_maps.index": HEAT,
    "heat_maps.show": HEAT,
    "case_dossier.ask": HANDING_OUT,
    "case_dossier.make": HANDING_OUT,
    "access_reports.index": APPROVING_ACCESS,
    "access_reports.ask": PREPARING_ACCESS,
    "access_reports.begin": PREPARING_ACCESS,
    "access_reports.show": PREPARING_ACCESS,
    "access_reports.read": PREPARING_ACCESS,
    "access_reports.answer": APPROVING_ACCESS,
    "access_reports.hand_out": PREPARING_ACCESS,
    "service_accounts.index": OPERATING,
    "service_accounts.make": OPERATING,
    "service_accounts.end": OPERATING,
    "webhooks.index": OPERATING,
    "webhooks.make": OPERATING,
    "webhooks.end": OPERATING,
    "webhooks.show": OPERATING,
    "webhooks.resend": OPERATING,
    "migrations.index": MOVING,
    "migrations.plan": MOVING,
    "migrations.show": MOVING,
    "migrations.act": MOVING,
    "simulations.index": STUDIO,
    "simulations.ask": STUDIO,
    "simulations.take_in": STUDIO,
    "simulations.question": STUDIO,
    "simulations.show": STUDIO,
    "simulations.stop": STUDIO,
    "simulations.result": STUDIO,
    "studio.index": STUDIO,
    "studio.begin": STUDIO,
    "studio.edit": STUDIO,
    "studio.in_force": STUDIO,
    "studio.rule": STUDIO,
    "studio_differences.show": STUDIO,
    "studio_maps.uses": STUDIO,
    "studio_maps.of_file": STUDIO,
    "studio_maps.landscape": STUDIO,
    "studio_versions.show": STUDIO,
    "studio_versions.download": STUDIO,
    "studio_versions.restore": STUDIO,
    "studio_reviews.index": STUDIO,
    "studio_reviews.ask": STUDIO,
    "studio_reviews.show": STUDIO,
    "studio_reviews.comment": STUDIO,
    "studio_reviews.mark": STUDIO,
    "studio_reviews.answer": STUDIO,
    "studio_trials.show": STUDIO,
    "studio_trials.play": STUDIO,
    "studio_plays.index": STUDIO,
    "studio_plays.new": STUDIO,
    "studio_plays.ready": STUDIO,
    "studio_plays.show": STUDIO,
    "studio_plays.act": STUDIO,
    "studio_plays.form": STUDIO,
    "studio_plays.back": STUDIO,
    "studio_plays.renew": STUDIO,
    "studio_plays.save": STUDIO,
    "studio_plays.delete": STUDIO,
    "studio_api.check": STUDIO,
    "studio_api.effects": STUDIO,
    "studio_api.presence": STUDIO,
    "studio_drafts.compare": STUDIO,
    "studio_drafts.choose": STUDIO,
    "studio_folders.index": STUDIO,
    "studio_folders.fetch": STUDIO,
    "studio_folders.take_in": STUDIO,
    "studio_api.save": STUDIO,
    "studio_api.draw_table": STUDIO,
    "studio_api.trial": STUDIO,
    "studio_tables.show": STUDIO,
    "studio_tables.change": STUDIO,
    "studio_api.discard": STUDIO,
    "studio_api.deploy": STUDIO,
    "api.receive": DELIVERING,
    "api.user_tasks": TOKEN,
    "api.user_task": TOKEN_TASK,
    "api.claim": TOKEN_TASK,
    "api.unclaim": TOKEN_TASK,
    "api.delegate": TOKEN_TASK,
    "api.give_back": TOKEN_TASK,
    "api.take_back": TOKEN_TASK,
    "api.prioritise": TOKEN_TASK,
    "api.complete": TOKEN_TASK,
    "api.saved_lists": TOKEN,
    "api.save_list": TOKEN,
    "api.delete_list": TOKEN,
    "api.share_list": TOKEN,
    "api.end_list_share": TOKEN,
    "api.cases": TOKEN,
    "api.case": TOKEN_CASE,
    "api.deadlines": TOKEN_CASE,
    "api.case_history": TOKEN_CASE,
    "api.instances": TOKEN,
    "api.instance": TOKEN_INSTANCE,
    "api.start": TOKEN_START,
    "api.suspend": OPERATING_PROGRAM,
    "api.resume": OPERATING_PROGRAM,
    "api.cancel": OPERATING_PROGRAM,
    "api.publish": OPERATING_PROGRAM,
    "api.deployments": DEPLOYMENTS,
    "api.deploy": DEPLOYING,
    "api.definitions": DEPLOYMENTS,
    "api.source": DEPLOYMENTS,
    "api.history": AUDITING_PROGRAM,
    "api.export": AUDITING_PROGRAM,
    "api.webhooks": OPERATING_PROGRAM,
    "api.make_webhook": OPERATING_PROGRAM,
    "api.webhook": OPERATING_PROGRAM,
    "api.end_webhook": OPERATING_PROGRAM,
    "api.webhook_deliveries": OPERATING_PROGRAM,
    "api.resend_delivery": OPERATING_PROGRAM,
    "api.tokens": OPERATING_PROGRAM,
    "api.preview_token": OPERATING_PROGRAM,
    "api.skip_token": OPERATING_PROGRAM,
    "api.move_token": OPERATING_PROGRAM,
    "api.cancel_token": OPERATING_PROGRAM,
    "api.timers": OPERATING_PROGRAM,
    "api.timer": OPERATING_PROGRAM,
    "api.move_timer": OPERATING_PROGRAM,
    "api.fire_timer": OPERATING_PROGRAM,
    "api.jobs": OPERATING_PROGRAM,
    "api.job": OPERATING_PROGRAM,
    "api.retry_job": OPERATING_PROGRAM,
    "api.set_job_priority": OPERATING_PROGRAM,
    "api.give_back_job": OPERATING_PROGRAM,
    "api.batches": OPERATING_PROGRAM,
    "api.preview_batch": OPERATING_PROGRAM,
    "api.plan_batch": OPERATING_PROGRAM,
    "api.batch": OPERATING_PROGRAM,
    "api.batch_items": OPERATING_PROGRAM,
    "api.map_batch": OPERATING_PROGRAM,
    "api.start_batch": OPERATING_PROGRAM,
    "api.pause_batch": OPERATING_PROGRAM,
    "api.resume_batch": OPERATING_PROGRAM,
    "api.stop_batch": OPERATING_PROGRAM,
    "api.undo_batch": OPERATING_PROGRAM,
    "api.suspension": MOVING_PROGRAM,
    "api.suspend_process": OPERATING_PROGRAM,
    "api.resume_process": OPERATING_PROGRAM,
    "api.held_starts": MOVING_PROGRAM,
    "api.drop_held_starts": OPERATING_PROGRAM,
    "api.earlier_steps": OPERATING_PROGRAM,
    "api.preview_of_going_back": OPERATING_PROGRAM,
    "api.go_back": OPERATING_PROGRAM,
    "api-docs.openapi_json": EVERYBODY,
}


@dataclass(frozen=True)
class Route:
    """One method of one address."""

    method: str
    path: str
    endpoint: str


def routes(app: Flask) -> Iterator[Route]:
    """Every method of every address, in the order of the addresses."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint)):
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield Route(method, rule.rule, rule.endpoint)


def answer(rule: Rule, kind: Kind) -> Answer:
    """What the rule answers to somebody of this kind. Raises ValueError where its groups differ."""
    if kind.is_program and rule.needs_sign_in and not rule.takes_token:
        return Answer.NO
    found = {rule.allows(kind.actor(group)) for group in NAMES if kind.holds(group)}
    if len(found) != 1:
        raise ValueError(f"Expected one answer of rule '{rule.id}' for {kind.name}, but got {sorted(found)}.")
    return found.pop()
