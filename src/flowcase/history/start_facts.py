"""The facts from which deadlines are counted, in words: what the tables call `kendskabsdato`."""

from __future__ import annotations

# name in the tables -> (Danish, English)
_WORDS = {
    "afgoerelse": ("afgørelsen", "the decision"),
    "aftale": ("aftalen", "the agreement"),
    "anbringelsesdato": ("anbringelsen", "the placement"),
    "foedselsdag": ("fødselsdagen", "the birthday"),
    "foranstaltning_startet": ("foranstaltningens start", "the start of the measure"),
    "forrige_afholdt": ("den forrige, da den blev holdt", "the previous one, when it was held"),
    "forrige_frist": ("den forrige frist", "the previous deadline"),
    "forrige_status": ("den forrige status", "the previous status report"),
    "godkendelse": ("godkendelsen", "the approval"),
    "indsats_startet": ("indsatsens start", "the start of the effort"),
    "kendskabsdato": ("kendskabsdatoen", "the date of knowledge"),
    "kontrakt": ("kontrakten", "the contract"),
    "modtaget": ("modtagelsen", "the receipt"),
    "ny_kendskabsdato": ("den nye kendskabsdato", "the new date of knowledge"),
    "serie_start": ("seriens start", "the start of the series"),
    "uddannet": ("uddannelsen", "the training"),
}


def start_fact(name: str, language: str) -> str:
    """A name that has no words of its own is written as readably as it goes."""
    danish, english = _WORDS.get(name, (name.replace("_", " "),) * 2)
    return english if language == "en" else danish
