"""The story of a case as every page tells it: in the reader's language, causes of incidents among it."""

from __future__ import annotations

from flowcase.cases.entities import DataClass
from flowcase.history.story import Told
from flowcase.web.language import current
from flowcase.web.session import actor, flow
from flowcase.web.words.incidents_in_danish import cause


def story_of(code: str, *, everything: bool = False, up_to: DataClass = DataClass.K2) -> list[Told]:
    """Raises NotFound and Forbidden; see `History.story`."""
    return flow().history.story(
        code,
        actor=actor(),
        language=current(),
        everything=everything,
        up_to=up_to,
        cause=why,
    )


def why(message: str) -> str:
    return cause(message).sentence
