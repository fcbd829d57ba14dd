"""Whom the meeting's record names as not invited: by a name or by what they are, never by an id."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from flowcase.handlers.meeting_invitations import name_of

CASE = SimpleNamespace(groups_of=lambda id: ["ppr"] if id == "psykolog" else [])


@pytest.mark.parametrize(
    ("recipient", "role", "name", "said"),
    [
        ("psykolog", "person", "Pia Holm", "Pia Holm"),
        ("psykolog", "person", None, "En medarbejder (PPR)"),
        ("0195f", "person", None, "En medarbejder"),
        ("sundhedspleje", "gruppe", None, "Sundhedspleje"),
        ("0195f", "netvaerksperson", None, "En fra familiens netværk"),
        ("0195f", "udefra", None, "En uden for kommunen"),
        ("foraelder", "familie", None, "En fra familien"),
        ("0195f", None, None, "En deltager"),
    ],
)
def test_a_participant_is_told_by_name_or_by_what_they_are(recipient, role, name, said):
    assert name_of(CASE, {"modtager": recipient, "art": role, "navn": name}) == said
