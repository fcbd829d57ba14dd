"""The studio's list of files: kind by kind, with what they are called, narrowed by what is looked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flowcase.services.studio.studio import StudioFile
from flowcase.web.language import gettext


@dataclass(frozen=True)
class Listed:
    """A file of the list."""

    file: StudioFile
    titles: tuple[str, ...]  # what its processes and tables are called
    words: str  # what is looked through, in small letters
    is_found: bool


@dataclass(frozen=True)
class Section:
    """The files of one kind."""

    id: str
    heading: str
    rows: tuple[Listed, ...]
    is_open: bool

    @property
    def found(self) -> int:
        return sum(row.is_found for row in self.rows)


def sections(files: Sequence[StudioFile], called: Mapping[str, str], asked: str) -> list[Section]:
    """`called`: processes and tables by id. All rows are there: the page narrows them as one types."""
    kinds = (
        ("bpmn", ".bpmn", gettext("Procesdiagrammer")),
        ("dmn", ".dmn", gettext("Tabeller")),
        ("form", ".form", gettext("Formularer")),
        ("rulesets", "rulesets/", gettext("Regelsæt")),
        ("scenarios", "scenarios/", gettext("Scenarier")),
    )
    wanted = asked.lower().split()
    made = []
    for id, mark, heading in kinds:
        those = [file for file in files if file.path.endswith(mark) or file.path.startswith(mark)]
        rows = tuple(_listed(file, called, wanted) for file in those)
        is_open = any(row.is_found for row in rows) if wanted else id == "bpmn"
        made.append(Section(id, heading, rows, is_open))
    return [section for section in made if section.rows]


def _listed(file: StudioFile, called: Mapping[str, str], wanted: Sequence[str]) -> Listed:
    names = file.in_force.names if file.in_force else ()  # of a diagram's processes what they are called
    ids = [id for id, title in called.items() if title in names]
    titles = tuple(
        dict.fromkeys(title for name in names if (title := called.get(name) or name) not in file.path)
    )
    words = " ".join((file.path, *names, *ids, *titles)).lower()
    return Listed(file, titles, words, all(word in words for word in wanted))
