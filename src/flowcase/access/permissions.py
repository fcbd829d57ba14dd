"""Who may see and do what, by group; what no rule here allows is refused.

Domain specification, sections 1 (groups) and 5.3 (work need rules reading). Each predicate answers for
one actor; flowcase itself may do everything, programs only what their groups allow.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from flowcase.access.actor import Actor

ADMINISTRATOR = "administrator"
SUPPLIER = "leverandoer"  # a supplier's people: their own contracts only (5.3)
PROCESS_OWNER = "procesejer"

# The authority's casework lanes and its leaders (section 1.1), network workers (1.3) and auditors.
_CASEWORK = frozenset(
    {
        "fronten",
        "frontpersonale",
        "akutvagt",
        "vagtleder",
        "forebyggende_raadgiver",
        "handicapteam",
        "sverigesteam",
        "ungeafsnit",
        "socialafsnit",
        "netvaerksmedarbejder",
        "myndighedsansvarlig",
        "revisor",
    }
)
_TEAM_LEADERS = "teamleder_"  # how the groups of team leaders begin
_CASEWORK_FAMILIES = ("familieteam_", _TEAM_LEADERS)

# Who operates the installation, and who puts into force what everybody works by.
OVER_OTHERS = frozenset({ADMINISTRATOR, PROCESS_OWNER})
_OF_PROGRAMS = frozenset({"indtag", ADMINISTRATOR, PROCESS_OWNER})  # they open no case

# They look after the processes, the house or the books: no words about a family go to them as such.
_BEHIND_THE_WORK = _OF_PROGRAMS | {"revisor"}

_LEADERS = (_TEAM_LEADERS, "distriktsleder_")
_FIGURES = frozenset(
    {
        "myndighedsansvarlig",
        "vagtleder",
        "leverandoeransvarlig",
        "forvaltningsledelse",
        "politisk_myndighed",
        "strategi_sekretariat",
        "koordinationsgruppe_boern",
        "koordinationsgruppe_unge",
        "procesejer",
        "revisor",
    }
)

_RECEIVERS = frozenset({"fronten", "frontpersonale", "akutvagt", "forebyggende_raadgiver", "sverigesteam"})
_DELIVERERS = _RECEIVERS | {"indtag"}  # programs hand in notifications as members of `indtag`


def may_see_cases(actor: Actor) -> bool:
    """Whether the cases of the authority are this actor's work at all."""
    return (
        actor.kind == "system"
        or bool(actor.groups & _CASEWORK)
        or any(group.startswith(_CASEWORK_FAMILIES) for group in actor.groups)
    )


def is_behind_the_work(groups: frozenset[str]) -> bool:
    """Whether these are only groups to whom nothing of a family is passed on."""
    return bool(groups) and groups <= _BEHIND_THE_WORK


def may_see_case(
    actor: Actor, *, team: str | None, caseworkers: Iterable[str | None] = (), case: str | None = None
) -> bool:
    """Casework staff, the case's team, and who is named on the case; never suppliers, mentors, citizens."""
    return may_see_cases(actor) or is_closest_to_case(actor, team=team, caseworkers=caseworkers, case=case)


def is_closest_to_case(
    actor: Actor, *, team: str | None, caseworkers: Iterable[str | None] = (), case: str | None = None
) -> bool:
    """Whose work the family's confidential data are for: who is named on the case, and its team.

    With `case`, also who has opened that case in an emergency, while that lasts.
    """
    return (
        actor.kind == "system"
        or team in actor.groups
        or actor.id in set(caseworkers)
        or (case is not None and case in actor.opened_cases)
    )


def may_open_in_emergency(actor: Actor) -> bool:
    """Casework staff, where a child needs somebody whose case it is not; never auditors."""
    return actor.kind == "person" and is_casework_staff(actor.groups)


def groups_to_give_programs(actor: Actor) -> frozenset[str] | None:
    """The groups that this actor may put a program in; None: any, as at the terminal beside the key.

    Whoever operates the installation has no work need on a case, so no program of theirs gets one either.
    """
    return None if actor.kind in ("terminal", "system") else _OF_PROGRAMS


def is_casework_staff(groups: Iterable[str]) -> bool:
    """Whether these groups work with families: no auditors, districts, suppliers or process owners."""
    return any(group in _CASEWORK - {"revisor"} or group.startswith(_CASEWORK_FAMILIES) for group in groups)


def may_have_work(kind: str, groups: Iterable[str]) -> bool:
    """Whether somebody is offered where a person is chosen: to have work, to coordinate, to take part.

    A person in a group that does such work; no program, and nobody who only operates, draws or audits.
    """
    return kind == "person" and bool(set(groups) - _BEHIND_THE_WORK)


def may_see_emergencies(actor: Actor) -> bool:
    """Which cases were opened in an emergency: leaders those of their teams; authority and auditors all."""
    return "myndighedsansvarlig" in actor.groups or may_audit(actor) or is_team_leader(actor)


def is_team_leader(actor: Actor) -> bool:
    """Whether they lead a team; which group leads which is a setting (`cases.team_leaders`)."""
    return any(group.startswith(_TEAM_LEADERS) for group in actor.groups)


def may_lead(actor: Actor, *, leaders: Iterable[str]) -> bool:
    """Whose groups lead the case's team, and the head of authority; what leaders decide about a case."""
    return (
        actor.kind == "system" or "myndighedsansvarlig" in actor.groups or bool(actor.groups & set(leaders))
    )


def may_add_documents(actor: Actor) -> bool:
    """Of who may see the case: all but auditors, who only read."""
    return "revisor" not in actor.groups


def may_see_instance(actor: Actor, *, may_see_its_case: bool) -> bool:
    """A diagram with its tokens holds codes only: operations may see it too."""
    return may_see_its_case or may_operate(actor)


def may_work_on(
    actor: Actor,
    *,
    assignee: str | None,
    candidate_groups: Iterable[str],
    candidate_users: Iterable[str],
) -> bool:
    """Whether a user task, with the confidential values on its form, is this actor's to see or do."""
    groups, users = set(candidate_groups), set(candidate_users)
    if assignee == actor.id or actor.kind == "system":
        return True
    # Who operates the installation has no work need on a case, and their programs have none either. The
    # terminal beside the installation's key can open everything anyway, and the history says that it did.
    if actor.kind == "terminal":
        return True
    if not groups and not users:
        return assignee is None
    return actor.id in users or bool(actor.groups & groups)


def may_start(actor: Actor, *, starters: Iterable[str]) -> bool:
    """Whether a process whose start event names these groups is this actor's to start by hand."""
    return actor.kind == "system" or bool(actor.groups & set(starters))


def in_scope(actor: Actor, *, delivers_to_case: bool) -> Actor:
    """The actor in one case: group `leverandoer` counts only where their supplier delivers to the child."""
    return actor if delivers_to_case else replace(actor, groups=actor.groups - {SUPPLIER})


def may_register_notifications(actor: Actor) -> bool:
    """Staff who take notifications by telephone, letter or at the desk."""
    return bool(actor.groups & _RECEIVERS)


def may_deliver_notifications(actor: Actor) -> bool:
    """Who may hand in notifications through the API."""
    return bool(actor.groups & _DELIVERERS)


def may_edit_processes(actor: Actor) -> bool:
    """Who draws, checks and deploys diagrams, tables and forms in the studio."""
    return actor.kind == "system" or PROCESS_OWNER in actor.groups


def may_see_figures(actor: Actor) -> bool:
    """Indicators count cases and name nobody: for who leads, audits, decides or owns the processes."""
    return (
        actor.kind == "system"
        or bool(actor.groups & _FIGURES)
        or any(group.startswith(_LEADERS) for group in actor.groups)
        or actor.kind == "terminal"
    )


def may_choose_days(actor: Actor) -> bool:
    """Figures of any days: who may see the cases learns nothing from a difference. Others: whole periods."""
    return may_see_cases(actor) or may_erase(actor)


def may_erase(actor: Actor) -> bool:
    """The operator at the terminal beside the installation's key: no account of a person or program can."""
    return actor.kind == "terminal"


def may_see_retention(actor: Actor) -> bool:
    """What may be erased and what must not: codes and days only, for who decides and who audits."""
    return may_propose_erasure(actor) or "revisor" in actor.groups


def may_propose_erasure(actor: Actor) -> bool:
    """Team leaders and the head of authority; the terminal for who cannot reach the pages."""
    return "myndighedsansvarlig" in actor.groups or is_team_leader(actor) or may_erase(actor)


def may_hold_cases(actor: Actor) -> bool:
    """Legal holds: the head of authority, and the terminal."""
    return may_erase(actor) or may_approve_erasure(actor)


def may_rotate_keys(actor: Actor) -> bool:
    """The operator at the terminal: whoever is there can read the installation's key."""
    return may_erase(actor)


def may_approve_erasure(actor: Actor) -> bool:
    """The second person of an erasure answers for the authority's cases."""
    return actor.kind == "person" and "myndighedsansvarlig" in actor.groups


def may_export(actor: Actor) -> bool:
    """Auditors, and the operator at the terminal: whole histories leave the house."""
    return "revisor" in actor.groups or may_erase(actor)


def may_search_history(actor: Actor) -> bool:
    """The history of everything: for who audits, and the terminal."""
    return may_export(actor)


def may_audit(actor: Actor) -> bool:
    """The auditors' pages over everything; the pages about one case are for who may see the case."""
    return may_export(actor) or actor.kind == "system"


def may_hand_out_case(actor: Actor, *, team: str | None, caseworkers: Iterable[str | None] = ()) -> bool:
    """Who may take a case file out of the house: those whose work the case is, and auditors."""
    return may_export(actor) or is_closest_to_case(actor, team=team, caseworkers=caseworkers)


def may_prepare_access_report(
    actor: Actor, *, team: str | None, caseworkers: Iterable[str | None] = ()
) -> bool:
    """Who reads through what a case holds about a person: whose work it is, and the head of authority."""
    return actor.kind != "system" and (
        may_approve_access_report(actor) or is_closest_to_case(actor, team=team, caseworkers=caseworkers)
    )


def may_approve_access_report(actor: Actor) -> bool:
    """The second person of an access report answers for the authority's cases."""
    return actor.kind == "person" and "myndighedsansvarlig" in actor.groups


def may_see_deployments(actor: Actor) -> bool:
    """Which files are in force: for who draws them, audits them or keeps the installation running."""
    return may_edit_processes(actor) or may_operate(actor) or "revisor" in actor.groups


def may_operate(actor: Actor) -> bool:
    """Incidents, jobs, deployments: the installation itself."""
    return actor.kind == "system" or ADMINISTRATOR in actor.groups


def may_migrate(actor: Actor) -> bool:
    """Running instances moved to another version: by who draws the processes or keeps them running."""
    return may_edit_processes(actor) or may_operate(actor)
