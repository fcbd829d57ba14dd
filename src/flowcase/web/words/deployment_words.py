"""What putting a file into force means for what runs, and why it may not be yet, in a reader's words."""

from __future__ import annotations

from dataclasses import replace
from typing import TypedDict

from flowcase.services.studio.deployment_effects import Effects
from flowcase.services.studio.file_versions import FileVersion
from flowcase.services.studio.reviews import NotApproved
from flowcase.web.language import gettext
from flowcase.web.words import presenting

AS_IT_WAS = "uaendret"  # in the address, for a deployment that brought nothing new


class EffectLine(TypedDict):
    words: str
    canMove: bool


def effects_in_words(effects: Effects) -> list[EffectLine]:
    """One line for each process and form; a process that nothing runs of has nothing to say."""
    lines: list[EffectLine] = []
    for process in effects.processes:
        if process.is_dropped:
            words = gettext(
                "Filen indeholder ikke længere »{name}«. Den udgave, der er i drift, bliver stående."
            )
            lines.append({"words": words.format(name=process.name), "canMove": False})
        if not process.total:
            continue
        words = gettext("Kørende forløb af »{name}«: {number}. De bliver i den udgave, de begyndte i.")
        lines.append(
            {
                "words": words.format(number=presenting.number(process.total), name=process.name),
                "canMove": True,
            }
        )
        for element, number in process.stranded.items():
            words = gettext(
                "{number} af dem venter i »{element}«, som intet afløser i den nye udgave. "
                "De kan ikke uden videre flyttes."
            )
            lines.append(
                {"words": words.format(number=presenting.number(number), element=element), "canMove": False}
            )
    for form in effects.forms:
        if form.open_tasks:
            words = gettext("Åbne opgaver, der viser formularen: {number}. De viser straks den nye.")
            lines.append({"words": words.format(number=presenting.number(form.open_tasks)), "canMove": False})
    if effects.pinned_cases is not None:
        words = gettext(
            "Nye sager følger denne udgave. Åbne sager, der bliver i den udgave, de begyndte med: {number}. "
            "En leder kan flytte en sag fra sagens side."
        )
        lines.append(
            {"words": words.format(number=presenting.number(effects.pinned_cases)), "canMove": False}
        )
    return lines


def left_in_words(effects: Effects) -> list[EffectLine]:
    """The same once the file is in force: what runs in an older version alone."""
    older = (
        replace(
            process,
            running={version: n for version, n in process.running.items() if version != process.version},
        )
        for process in effects.processes
    )
    return effects_in_words(replace(effects, processes=tuple(older)))


def in_force_in_words(path: str, version: FileVersion) -> str:
    """Which file went into force, as which version and from when."""
    return gettext("{file} er sat i drift som udgave {version}, fra {at}.").format(
        file=path, version=version.row.number, at=presenting.instant(version.row.deployment.at)
    )


def as_it_was_in_words(path: str) -> str:
    return gettext("{file} var i drift, som den er. Der er ingen ny udgave.").format(file=path)


def not_approved_in_words(refused: NotApproved) -> str:
    """Why the file may not go into force yet, and the way out."""
    return {
        "not_asked": gettext(
            "Ingen anden har set denne udgave. Bed en procesejer, der ikke har tegnet med, om gennemsyn."
        ),
        "asked": gettext("Kladden er til gennemsyn og er ikke godkendt endnu."),
        "sent_back": gettext("Gennemsynet sendte kladden tilbage. Ret den, og bed om gennemsyn igen."),
        "part": gettext(
            "Den er godkendt sammen med {files} og skal sættes i drift sammen med dem, fra gennemsynet."
        ).format(files=", ".join(refused.together)),
        "outdated": gettext(
            "En nyere udgave er sat i drift, efter at kladden blev godkendt. Bed om gennemsyn igen."
        ),
    }[refused.code]
