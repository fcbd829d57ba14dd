"""What a colleague would tell of a case in a minute: the acts of its story, without the fields they filled.

The words are those of the whole story (`story`), which stays complete. Each sentence says itself whether it
is among them (`sentences.Telling`); of a record that was written or added to, what was decided, answered or
held with it is (`outcomes`).
"""

from __future__ import annotations

from collections.abc import Iterable

from flowcase.history.sentences import Telling
from flowcase.history.story import Told


def shortened(story: Iterable[Told]) -> list[Told]:
    return [told for told in story if told.telling is Telling.IN_SHORT]
