"""Every kind of event has a name that people understand: in the search of the history and among webhooks."""

from __future__ import annotations

from flowcase.history.kind_names import KIND_NAMES
from flowcase.history.webhook_kinds import KINDS
from flowcase.store import codec


def test_every_kind_of_event_has_a_name_of_its_own_in_both_languages() -> None:
    assert sorted(KIND_NAMES) == sorted(codec.classes()), "add its name to history/kind_names.py"
    for language in (0, 1):
        names = [each[language] for each in KIND_NAMES.values()]
        assert len(set(names)) == len(names)


def test_webhooks_tell_of_kinds_that_there_are() -> None:
    assert set(KINDS) <= set(KIND_NAMES)
