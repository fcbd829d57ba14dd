"""The numbers of a simulated office as fields: what each is called, where it is from, and what was typed."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from flowcase.access.groups import group_name
from flowcase.modeling.names import code_name
from flowcase.modeling.yaml_places import Place
from flowcase.services.simulation import adjusting, reading, rules
from flowcase.services.simulation.adjusting import Setting
from flowcase.services.simulation.questions import BasisOffice, Variant, name_of
from flowcase.web.forms.form_page import instant_text
from flowcase.web.language import current, gettext
from flowcase.web.studio import typed_yaml, weekdays
from flowcase.web.studio.typed_yaml import NotTyped
from flowcase.web.words import presenting
from flowcase.web.words.danish_catalogue import DanishCatalogue

CATALOGUE = DanishCatalogue("simulations.da.po")
PREFIX = "p|"
REST = "oevrigt"  # parameters that have no field, as YAML
BEGUN_FROM = "udgangspunkt"  # the numbers that the fields were shown with

SECTIONS: Mapping[str, str] = {
    adjusting.WEEKS: "Antal uger",
    adjusting.ARRIVALS: "Underretninger",
    adjusting.STOCK: "Åbne sager fra begyndelsen",
    adjusting.WORK: "Arbejdstid og fravær",
    adjusting.STAFF: "Bemanding",
    adjusting.TASKS: "Tid til opgaverne",
    adjusting.SHARES: "Fordeling af beslutninger",
}
HINTS: Mapping[str, str] = {
    adjusting.WEEKS: "Kontoret åbner nogle uger, før der tælles, så det ikke begynder tomt.",
    adjusting.STOCK: "Sager, der er i gang, når kontoret åbner. "
    "De begynder jævnt fordelt over de første uger, eller alle på én gang, hvis der står et tidspunkt.",
    adjusting.STAFF: "Hvor mange der er ansat i hver gruppe, og hvilke ugedage den arbejder. "
    "Uden ugedage arbejder den, når kontoret gør.",
    adjusting.TASKS: "Arbejdstid er på kontoret; dage er ventetid på andre. Spredning er standardafvigelsen "
    "i procent af middelværdien; ved 0 tager det altid lige lang tid.",
    adjusting.SHARES: "Vægte: hvor ofte hvert svar gives i forhold til de andre.",
}
_AT_WORK = ("Ugedage på arbejde", "som man, ons, fre")
_WEIGHTS = "Vægte: hvor mange der kommer i forhold til de andre."
# last named part of a place -> (label, unit)
_WORDS: Mapping[Place, tuple[str, str]] = {
    ("arrivals", "per_year"): ("Underretninger om året", "om året"),
    ("arrivals", "again"): ("Om et barn med en åben sag", "%"),
    ("arrivals", "ages", 0): ("Yngste barn", "år"),
    ("arrivals", "ages", 1): ("Ældste barn", "år"),
    ("weeks",): ("Uger, der tælles", "uger"),
    ("warm_up_weeks",): ("Uger før, som ikke tælles", "uger"),
    ("work", "from"): ("Arbejdsdagen begynder", "klokken"),
    ("work", "until"): ("Arbejdsdagen slutter", "klokken"),
    ("work", "days"): _AT_WORK,
    ("work", "share"): ("Del af dagen, der går til sagerne", "%"),
    ("work", "per_case_minutes"): ("Kontakt, møder og journal for hver åben sag", "minutter om ugen"),
    ("work", "absence", "share"): ("Fravær", "%"),
    ("work", "absence", "spell_days"): ("Længden af et fravær", "dage"),
    ("work", "absence", "summer_weeks"): ("Sommerferie", "uger"),
}
_OF_TASKS: Mapping[str, tuple[str, str]] = {
    "minutes": ("Arbejdstid", "minutter"),
    "days": ("Før nogen kan begynde", "dage"),
    "before_due": ("Tages før fristen", "dage"),
}
_OF_STOCK: Mapping[str, tuple[str, str]] = {
    "cases": ("Sager", "antal"),
    "within_weeks": ("Begynder fordelt over", "uger"),
    adjusting.AT: ("Begynder alle på én gang", "dato og klokkeslæt"),
}
_TIMES = frozenset({("work", "from"), ("work", "until")})
_PERCENT = frozenset({("work", "share"), ("work", "absence", "share"), ("arrivals", "again")})
_SPREAD = ("spredning", "% af middel")
_MONDAY = dt.date(2026, 1, 5)


@dataclass(frozen=True)
class Shown:
    """One field."""

    name: str
    id: str
    label: str
    unit: str
    text: str
    source: str
    is_changed: bool
    problems: Sequence[str] = ()


@dataclass
class Group:
    """Fields under one heading; "" for those that stand alone."""

    heading: str
    hint: str = ""
    fields: list[Shown] = field(default_factory=list)


@dataclass(frozen=True)
class Section:
    id: str
    heading: str
    hint: str
    groups: Sequence[Group]

    @property
    def changed(self) -> int:
        return sum(each.is_changed for group in self.groups for each in group.fields)

    @property
    def is_faulty(self) -> bool:
        return any(each.problems for group in self.groups for each in group.fields)


@dataclass(frozen=True)
class Typed:
    """What was sent: values by place, the rest, every text as it was, and what cannot be read."""

    values: Mapping[Place, Any]
    rest: Mapping[str, Any]
    texts: Mapping[str, str]
    errors: Mapping[str, list[str]]


# --- drawing -----------------------------------------------------------------------------------------


def sections(
    office: BasisOffice,
    words: Mapping[str, str],
    changed: Mapping[str, Any],
    texts: Mapping[str, str],
    errors: Mapping[str, Sequence[str]],
    file: str = "",
) -> list[Section]:
    """Every field. `texts` are those that were typed, which stand as they were; `file` brought `changed`."""
    there = adjusting.evened(reading.join(office.data, changed))
    groups: dict[str, dict[str, Group]] = {section: {} for section in SECTIONS}
    for setting in adjusting.settings_of(office.data):
        if setting.place[0] == "stock" and adjusting.value_at(there, setting.place[:2]) is None:
            continue  # what was typed as YAML has fewer
        heading, hint = _group_of(setting.place, words, office.data)
        group = groups[setting.section].setdefault(heading, Group(heading, hint))
        group.fields.append(_shown(setting, office, words, there, texts, errors, file))
    return [
        Section(id, gettext(heading), gettext(HINTS[id]) if id in HINTS else "", [*groups[id].values()])
        for id, heading in SECTIONS.items()
    ]


def labels(shown: Sequence[Section]) -> dict[str, str]:
    """What each field is called, by its name."""
    return {
        each.name: f"{group.heading}: {each.label}" if group.heading else each.label
        for section in shown
        for group in section.groups
        for each in group.fields
    }


def _shown(
    setting: Setting,
    office: BasisOffice,
    words: Mapping[str, str],
    there: Mapping[str, Any],
    texts: Mapping[str, str],
    errors: Mapping[str, Sequence[str]],
    file: str,
) -> Shown:
    name = PREFIX + name_of(setting.place)
    before = written(setting.place, setting.value)
    value = adjusting.set_at(there, setting.place)
    text = texts.get(name, before if value is None else written(setting.place, value))
    label, unit = _words(setting.place, words)
    if text == before:
        source = _source(setting.place, office)
    elif file and name not in texts:
        source = gettext("Fra {file}; ellers {value}.").format(file=file, value=before or gettext("ingen"))
    else:
        source = gettext("Ændret af dig; ellers {value}.").format(value=before or gettext("ingen"))
    return Shown(name, id_of(name), label, unit, text, source, text != before, errors.get(name, ()))


def _source(place: Place, office: BasisOffice) -> str:
    """Where a number is from that nobody has changed."""
    if place[0] == "staff" and place[-1] == "days" and not adjusting.value_at(office.data, place):
        return gettext("Som kontoret.")
    if place[-1] == adjusting.AT and not adjusting.value_at(office.data, place):
        return gettext("Intet tidspunkt: de begynder fordelt.")
    observed = office.estimates.observed(place)
    if observed:
        return gettext("Fra historikken: {count} observationer.").format(count=presenting.number(observed))
    if not office.is_by_history:
        return gettext("Skøn, som følger med.")
    if office.estimates.is_too_little(place):
        return gettext("Skøn, som følger med; historikken har for få.")
    return gettext("Skøn, som følger med; historikken siger det ikke.")


def id_of(name: str) -> str:
    return "felt-" + re.sub(r"[^A-Za-z0-9_-]", "-", name)


def _group_of(place: Place, words: Mapping[str, str], data: Mapping[str, Any]) -> tuple[str, str]:
    match place:
        case ("arrivals", "siblings", _):
            return gettext("Børn i en underretning"), gettext(_WEIGHTS)
        case ("arrivals", "ages", _):
            return gettext("Børnenes alder"), ""
        case ("stock", int(number), _, name, "andele", _):
            return f"{_of_stock(number, data)} · {_called(str(name))}", gettext(_WEIGHTS)
        case ("stock", int(number), *_):
            return _of_stock(number, data), ""
        case ("arrivals", "weekdays", _):
            return gettext("Ugedage"), gettext(_WEIGHTS)
        case ("arrivals", "months", _):
            return gettext("Måneder"), gettext(_WEIGHTS)
        case ("arrivals", "hours", _):
            return gettext("Klokkeslæt"), gettext(_WEIGHTS)
        case ("staff", group, *_):
            return group_name(str(group), current()), ""
        case ("arrivals", "values", name, *_):
            return words.get(f"arrivals|values|{name}", str(name)), ""
        case ("tasks", key, "answers", name, *_):
            task = _task(str(key), words)
            return f"{task} · {words.get(f'tasks|{key}|answers|{name}', str(name))}", ""
        case ("tasks", key, *_):
            return _task(str(key), words), ""
        case _:
            return "", ""


def _of_stock(number: int, data: Mapping[str, Any]) -> str:
    """What begins these cases, with the numbers that they begin with: »Foranstaltning startet, trin 2«."""
    cases = data["stock"][number]
    told = [f"{name} {value}" for name, value in cases.get("values", {}).items() if _is_whole(value)]
    return ", ".join([f"{number + 1}. {_spoken(cases['message'])}", *told])


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _task(key: str, words: Mapping[str, str]) -> str:
    return gettext("Alle andre opgaver") if key == "*" else words.get(f"tasks|{key}", key)


def _words(place: Place, words: Mapping[str, str]) -> tuple[str, str]:
    match place:
        case ("arrivals", "weekdays", int(number)):
            day = presenting.weekday(_MONDAY + dt.timedelta(days=number))
            return day, ""
        case ("arrivals", "months", int(number)):
            return presenting.month_name(dt.date(2026, number + 1, 1)), ""
        case ("arrivals", "hours", int(number)):
            return f"{number:02}–{number + 1:02}", ""
        case ("arrivals", "siblings", str(children)):
            return gettext("1 barn") if children == "1" else gettext("{count} børn").format(
                count=children
            ), ""
        case ("stock", _, str(what)):
            label, unit = _OF_STOCK[what]
            return gettext(label), gettext(unit)
        case ("stock", _, _, name):
            return _called(str(name)), ""
        case ("staff", _, "days"):
            return gettext(_AT_WORK[0]), gettext(_AT_WORK[1])
        case ("staff", *_):
            return gettext("Ansatte"), ""
        case ("tasks", _, what, "cv"):
            return f"{gettext(_OF_TASKS[str(what)][0])}, {gettext(_SPREAD[0])}", gettext(_SPREAD[1])
        case (*_, "andele", choice):
            return words.get(name_of(place)) or _spoken(str(choice)), ""
        case ("tasks", _, what, *_):
            label, unit = _OF_TASKS[str(what)]
            return gettext(label), gettext(unit)
        case _:
            label, unit = _WORDS[place]
            return gettext(label), unit if unit == "%" else gettext(unit)


def _called(name: str) -> str:
    """A fact or a variable by its name, as a label."""
    said = code_name(name, current())
    return said[:1].upper() + said[1:]


def _spoken(code: str) -> str:
    known = {"true": "Ja", "false": "Nej", "null": "Intet svar"}
    return gettext(known[code]) if code in known else code.replace("_", " ").capitalize()


def written(place: Place, value: Any) -> str:
    """As it stands in its field."""
    if _is_of_weekdays(place):
        return ", ".join(weekdays.written(value, current()))
    if isinstance(value, list):
        return ", ".join(value)
    if place[-1] == adjusting.AT and value:
        return instant_text(dt.datetime.fromisoformat(value).astimezone(presenting.LOCAL))
    if place in _TIMES or not isinstance(value, (int, float)):
        return str(value)
    number = round(value * 100, 6) if _is_percent(place) else value
    text = f"{number:.6f}".rstrip("0").rstrip(".")
    return text if current() == "en" else text.replace(".", ",")


def rest_as_text(office: BasisOffice, changed: Mapping[str, Any]) -> str:
    """What was changed and has no field, as YAML."""
    rest = adjusting.beside_the_settings(office.data, changed)
    return as_yaml(rest) if rest else ""


def as_yaml(data: Mapping[str, Any]) -> str:
    return yaml.safe_dump(dict(data), allow_unicode=True, sort_keys=False)


# --- where numbers are from --------------------------------------------------------------------------


def sourced(
    data: Mapping[str, Any], sources: Mapping[str, Any], words: Mapping[str, str]
) -> Iterator[tuple[str, str, str]]:
    """(what, value, source) of every number of a question that is not the shipped file's."""
    estimated, changed = sources.get("estimated", {}), set(sources.get("changed", ()))
    data = adjusting.evened(data)
    for setting in adjusting.settings_of(data):
        name = name_of(setting.place)
        if name in changed:
            source = gettext("ændret")
        elif name in estimated:
            count = presenting.number(estimated[name])
            source = gettext("fra historikken, {count} observationer").format(count=count)
        else:
            continue
        heading, _ = _group_of(setting.place, words, data)
        label, unit = _words(setting.place, words)
        what = f"{heading}: {label}" if heading else label
        yield what, f"{written(setting.place, setting.value)} {unit}".strip(), source


def own(variant: Variant, words: Mapping[str, str]) -> Iterator[str]:
    """What a variant itself says of the numbers."""
    parameters = adjusting.evened(variant.parameters)
    for setting in adjusting.settings_of(parameters):
        if adjusting.value_at(parameters, setting.place) is not None:
            label, unit = _words(setting.place, words)
            heading, _ = _group_of(setting.place, words, parameters)
            what = f"{heading} {label[:1].lower()}{label[1:]}"
            yield f"{what} {written(setting.place, setting.value)} {unit}".strip()


def head(sources: Mapping[str, Any]) -> Iterator[str]:
    """What stands above a question that is taken away as a file."""
    yield "flowcase simulate FILE --processes FOLDER"
    for name, count in sources.get("estimated", {}).items():
        yield f"{name}: estimated from {count} observations"
    for name in sources.get("changed", ()):
        yield f"{name}: changed"


def spoken(sentence: str) -> str:
    """A mistake of a file, in the reader's language."""
    return (CATALOGUE.danish(sentence) if current() == "da" else None) or sentence


# --- reading what was typed --------------------------------------------------------------------------


def read(form: Mapping[str, str], shown: BasisOffice) -> Typed:
    """What differs from what the fields were shown with."""
    values: dict[Place, Any] = {}
    texts: dict[str, str] = {}
    errors: dict[str, list[str]] = {}
    for setting in adjusting.settings_of(shown.data):
        name = PREFIX + name_of(setting.place)
        text = form.get(name, "").strip()
        if name not in form or text == written(setting.place, setting.value):
            continue
        texts[name] = text
        try:
            values[setting.place] = _value(setting, text)
        except weekdays.NoWeekday as unknown:
            errors[name] = [
                gettext("{text} er ingen ugedag. Skriv for eksempel man, ons, fre.").format(text=unknown)
            ]
        except NotTyped as wrong:
            errors[name] = [str(wrong)]
        except ValueError:
            errors[name] = [gettext("Skriv et tal.")]
    rest: Mapping[str, Any] = {}
    texts[REST] = form.get(REST, "").replace("\r\n", "\n")
    try:
        rest = reading.typed(texts[REST], "YAML")
    except reading.SimulationError as refused:
        errors[REST] = [
            gettext("Linje {line}: {sentence}").format(line=line, sentence=spoken(sentence))
            for _, line, sentence in refused.problems
        ]
    left = len(rest.get("stock", shown.data.get("stock", ())))
    for place in [each for each in values if each[0] == "stock" and int(each[1]) >= left]:
        errors[PREFIX + name_of(place)] = [gettext("Sagerne er taget ud i YAML-feltet nedenfor.")]
    return Typed(values, rest, texts, errors)


def _is_of_weekdays(place: Place) -> bool:
    return place[-1] == "days" and place[0] in ("work", "staff")


def _is_percent(place: Place) -> bool:
    return place in _PERCENT or place[-1] == "cv"


def _value(setting: Setting, text: str) -> Any:
    place = setting.place
    if place[-1] == adjusting.AT:
        return _instant(text) if text else ""
    if place[0] == "stock" and isinstance(setting.value, (list, str)):
        words = [each.strip() for each in text.split(",") if each.strip()]
        if not words:
            raise NotTyped(gettext("Skriv en værdi."))
        return words if isinstance(setting.value, list) else text
    if _is_of_weekdays(place):
        return weekdays.read(text)
    if place in _TIMES:
        return f"0{text}" if re.fullmatch(r"\d:\d\d", text) else text
    number = float(text.replace(" ", "").replace(",", "."))
    if not math.isfinite(number):
        raise ValueError(text)
    if _is_percent(place):
        return round(number / 100, 8)
    return int(number) if number == int(number) else number


def _instant(text: str) -> str:
    """Of a date alone, 8 o'clock. Raises NotTyped."""
    read = typed_yaml.read_dated(text)
    return read if "T" in read else typed_yaml.read_moment(text, "8")


def changed_by(office: BasisOffice, typed: Typed) -> dict[str, Any]:
    """The parameters that were changed, in front of an office."""
    there = adjusting.put(adjusting.evened(reading.join(office.data, typed.rest)), typed.values)
    return reading.parameters_of(adjusting.beyond(office.data, there))


def told(faults: Sequence[rules.Fault], office: BasisOffice) -> Iterator[tuple[str, str]]:
    """(field, sentence) of each mistake: beside the field that it is about, else beside the rest."""
    names = [PREFIX + name_of(each.place) for each in adjusting.settings_of(office.data)]
    for fault in faults:
        where = PREFIX + name_of(fault.place)
        field_ = next((name for name in names if name == where or name.startswith(f"{where}|")), None)
        if field_ is None:
            field_ = next((name for name in names if where.startswith(f"{name}|")), None)
        yield (REST, spoken(fault.sentence)) if field_ is None else (field_, _sentence(fault))


def _sentence(fault: rules.Fault) -> str:
    limit = fault.limit
    if fault.rule in ("minimum", "maximum", "exclusiveMinimum"):
        shown = written(fault.place, limit)
        return {
            "minimum": gettext("Skriv et tal, der er mindst {limit}."),
            "maximum": gettext("Skriv et tal, der er højst {limit}."),
            "exclusiveMinimum": gettext("Skriv et tal, der er større end {limit}."),
        }[fault.rule].format(limit=shown)
    if fault.rule == "type":
        return gettext("Skriv et helt tal.") if limit == "integer" else gettext("Skriv et tal.")
    if fault.rule == "minItems":
        return gettext("Skriv mindst én ugedag.")
    if fault.rule == "expression":
        return gettext("Udtrykket kan ikke læses. Skriv for eksempel =date(nu).")
    if fault.rule == "pattern":
        return gettext("Skriv et klokkeslæt som 08:00.")
    if fault.rule == "later":
        return gettext("Arbejdsdagen skal slutte senere, end den begynder.")
    if fault.rule == "older":
        return gettext("Det ældste barn kan ikke være yngre end det yngste.")
    if fault.rule == "weights":
        return gettext("Mindst ét af tallene skal være større end nul.")
    return spoken(fault.sentence)
