"""docs/permissions.md: the matrix of routes and kinds of groups, and what takes two people."""

from __future__ import annotations

from flask import Flask

from flowcase.access.groups import NAMES
from flowcase.access.kinds import KINDS
from flowcase.web.permission_matrix import RULES, answer, routes
from flowcase.web.route_rules import Answer

# What takes two people: (what, who the second is, the test that tries it alone)
FOUR_EYES: tuple[tuple[str, str, str], ...] = (
    (
        "Erasing a case from the terminal",
        "the head of authority, signed in to the pages",
        "tests/cli/test_privacy.py::test_the_terminal_alone_erases_nothing_however_often_it_asks",
    ),
    (
        "Keeping one document longer or shorter than its case",
        "the head of authority, and never who proposed it",
        "tests/services/test_document_periods.py::test_a_document_goes_alone_when_its_own_day_has_passed",
    ),
    (
        "Giving a person what is held about them",
        "the head of authority, and never who asked for it or read it through",
        "tests/services/test_access_reports.py::test_nobody_approves_what_they_asked_for_or_read_through",
    ),
    (
        "Erasing cases whose time is over",
        "the head of authority, and never who proposed it",
        "tests/services/test_retention.py::test_nobody_approves_their_own_proposal_and_nobody_else_may",
    ),
    (
        "Putting diagrams, tables and forms into force",
        "another process owner, and never who drew it or what it began from",
        "tests/services/test_reviews.py::test_the_author_cannot_approve_nor_can_who_drew_what_it_began_from",
    ),
    (
        "The same by a program's token",
        "as in the studio",
        "tests/services/test_reviews.py::test_a_program_cannot_pass_by_the_second_person",
    ),
    (
        "Opening a case in an emergency",
        "afterwards a leader of the case's team, and never who opened it",
        "tests/web/test_emergencies.py::test_a_leader_does_not_review_their_own_opening",
    ),
    (
        "Taking away a second factor that was lost",
        "an operator, and never the person",
        "tests/web/test_second_step.py::test_an_operator_does_not_take_their_own_away_without_a_code",
    ),
)


def page(app: Flask) -> str:
    """The matrix in Markdown."""
    known = list(dict.fromkeys((rule.id, rule.text) for rule in RULES.values()))
    rows = []
    for route in routes(app):
        rule = RULES[route.endpoint]
        stranger = Answer.NO if rule.needs_sign_in else Answer.YES
        cells = " | ".join([stranger, *(answer(rule, kind) for kind in KINDS.values())])
        rows.append(f"| {route.method} `{route.path}` | {rule.id} | {cells} |")
    return "\n".join(
        [
            "<!-- Generated from the rules in src/flowcase/web/permission_matrix.py by `make docs`. -->",
            "",
            "# Who may do what",
            "",
            "One row for each method of each address, one column for each kind of group. Who is in several "
            "groups may what any of them may. `own` means: only where the person, or one of their groups, "
            "is named. The rules are functions of `src/flowcase/access/permissions.py`. A route without a "
            "rule is refused by a test; another test opens every page as everybody and compares the answers "
            "with this table. What a person is shown on a user task may be less: see "
            "[consent](architecture.md#consent).",
            "",
            "Rules *by token* take `Authorization: Bearer`, as programs send it; all others the cookie of "
            "who signed in. The command line is the operator's: who holds the installation's key can read "
            "everything, and is named in the history as `terminal:<user>`.",
            "",
            "| Route | Rule | Nobody signed in | " + " | ".join(kind.name for kind in KINDS.values()) + " |",
            "|---|---|" + "---|" * (len(KINDS) + 1),
            *rows,
            "",
            "## Rules",
            "",
            "| Rule | Who passes |",
            "|---|---|",
            *(f"| {id} | {text} |" for id, text in known),
            "",
            "## What takes two people",
            "",
            "| What | The second person | Tried alone by |",
            "|---|---|---|",
            *(f"| {what} | {second} | `{test}` |" for what, second, test in FOUR_EYES),
            "",
            "## Kinds of groups",
            "",
            "| Kind | Groups |",
            "|---|---|",
            *(
                f"| {kind.name} | {', '.join(f'`{group}`' for group in NAMES if kind.holds(group))} |"
                for kind in KINDS.values()
            ),
            "",
        ]
    )
