"""What a person is given about themselves, and above all what is not: siblings, parents, notifiers."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flowcase import bootstrap
from flowcase.access.actor import SYSTEM, Actor
from flowcase.cases.events import CaseClosed, RecordUpdated
from flowcase.errors import Conflict, Erased, Forbidden, InvalidValues, NotFound, Refused
from flowcase.services.auditing.access_reports import AccessReport, ContentChanged
from tests.services.conftest import OPERATOR
from tests.web import world as worlds
from tests.web.world import World, at

CASE, SIBLING = "SAG-2901", "SAG-2902"
CHILD, BROTHER, STRANGER = "Ida Solbakke", "Emil Solbakke", "Oskar Fremmed"
CPR, BROTHERS_CPR = "010115-1236", "020317-2345"
MOTHER, FATHER, AUNT = "Rikke Solbakke", "Torben Vestergaard", "Gerda Mikkelsen"
MOTHERS_PHONE, FATHERS_PHONE = "21 21 21 21", "32 32 32 32"
NOTIFIER, NEIGHBOUR = "Pia Holm, pia@skole.example", "Hr. Krag i nummer syv"
NAMED = "Ida fortæller, at hendes far Torben råber. Pia Holm har hørt det."
ANONYMOUS = "Fra mit køkkenvindue ser jeg Ida alene hver aften."
OF_FATHER = "Torben ønsker, at Rikke ikke får hans nye adresse på Havnevej 4."
OF_MOTHER = "Rikke er bange for Torben og bor hemmeligt."
OF_BROTHER = "Emil tisser i sengen."


def _update(flow: Any, id: str, **secret: Any) -> None:
    row = next(each for each in flow.cases.records("Familie") if each.id == id)
    with flow.store.begin(SYSTEM, flow.clock.now()) as tx:
        from flowcase.store.queries import records

        stream = records.record(tx, row.id).stream
        tx.append(
            stream, RecordUpdated(record=id, entity="Familie", case=CASE, open={}, secret=secret, search={})
        )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two siblings with a case each; parents in conflict; a known notifier and an anonymous one."""
    home = tmp_path_factory.mktemp("access")
    bootstrap.upgrade(worlds._config(home))
    world = worlds.open_world(home, now=at(24, 8))
    worlds._populate(world)
    flow = world.flow
    children = [
        {"navn": CHILD, "cpr": CPR, "adresse": "Skovstien 9", "sag": CASE},
        {"navn": BROTHER, "cpr": BROTHERS_CPR, "sag": SIBLING},
    ]
    world.notify("U-91", CASE, boern=children, bekymring=NAMED, underretter_kontakt=NOTIFIER)
    world.notify(
        "U-92", CASE, CHILD, bekymring=ANONYMOUS, underretter_anonym=True, underretter_kontakt=NEIGHBOUR
    )
    for code in (CASE, SIBLING):
        flow.cases.set_fact(code, "team", "familieteam_syd", reason="prøve", actor=SYSTEM)
    family = str(flow.cases.get(CASE, actor=SYSTEM).facts["familie_id"])
    if not any(each.id == family for each in flow.cases.records("Familie")):
        flow.cases.add_record("Familie", {"boern": [CASE, SIBLING]}, case=CASE, id=family, actor=SYSTEM)
    _update(
        flow,
        family,
        medlemmer=[
            {"rolle": "mor", "navn": MOTHER, "kontakt": MOTHERS_PHONE},
            {"rolle": "far", "navn": FATHER, "kontakt": FATHERS_PHONE},
        ],
        foraeldremyndighed="mor",
    )

    def add(entity: str, case: str = CASE, **values: Any) -> str:
        return flow.cases.add_record(entity, values, case=case, actor=SYSTEM)

    add("Netvaerksperson", navn=AUNT, relation="moster", kontakt="43 43 43 43")
    request = add("Samtykkeanmodning", formaal_kode="udtalelse", oplysninger_om_far=["helbred"])
    for who, answer in (("mor", "ja"), ("far", "nej")):
        add("Samtykke", anmodning_id=request, afgiver=who, svar=answer, form="skriftligt")
    add("Videregivelse", til=["skole"], grundlag=request, oplysningstyper=["helbred"], status="videregivet")
    add("Boernesamtale", barnets_ord="Jeg vil helst bo hos min moster.", deltagere="Camilla")
    add("Undersoegelse", foraeldres_syn=OF_FATHER, analyse=OF_MOTHER)
    add("Undersoegelse", SIBLING, analyse=OF_BROTHER)
    world.flow.close()
    return home


@pytest.fixture
def world(made: Path, tmp_path: Path) -> Iterator[World]:
    shutil.copytree(made, tmp_path / "home")
    opened = worlds.open_world(tmp_path / "home", now=at(24, 9))
    yield opened
    opened.flow.close()


def _actor(world: World, id: str) -> Actor:
    return world.flow.people.actor(id)


def _ask(world: World, name: str, case: str = CASE, recipient: str = "selv") -> str:
    reports, camilla = world.flow.access_reports, _actor(world, "camilla.syd")
    [place] = [each.place for each in reports.people(case, actor=camilla) if each.name == name]
    return reports.ask(case, place=place, recipient=recipient, actor=camilla)


def _seen(world: World, id: str, by: str = "camilla.syd") -> AccessReport:
    return world.flow.access_reports.show(id, actor=_actor(world, by))


def _handed_out(world: World, id: str) -> str:
    """Approved by the head of authority, and what then leaves the house."""
    reports, head = world.flow.access_reports, _actor(world, "anders.myn")
    seen = reports.show(id, actor=head)
    reports.answer(id, is_approved=True, content=seen.content, actor=head)
    made = reports.hand_out(id, actor=_actor(world, "camilla.syd"))
    return json.dumps(json.loads(made.machine), ensure_ascii=False)


def _part(report: AccessReport, attribute: str, said: str) -> str:
    [found] = [
        each.part
        for case in report.cases
        for each in case.held
        if each.attribute == attribute and said in str(each.value)
    ]
    return found


def _everybody_else(who: str) -> list[str]:
    return [each for each in (CHILD, BROTHER, MOTHER, FATHER, AUNT, STRANGER) if each != who] + [
        *("Pia Holm", "Krag", "køkkenvindue", BROTHERS_CPR, "Havnevej", "råber", "tisser")
    ]


def test_a_child_gets_its_own_data_and_nobody_elses_while_nothing_was_read(world: World) -> None:
    id = _ask(world, CHILD)

    given = _handed_out(world, id)

    for own in (CHILD, CPR, "Skovstien 9", "Jeg vil helst bo hos min moster."):
        assert own in given
    assert [each for each in _everybody_else(CHILD) if each in given] == []


@pytest.mark.parametrize(
    ("name", "own", "of_others"),
    [
        (MOTHER, [MOTHER, MOTHERS_PHONE, '"ja"'], [FATHERS_PHONE, '"nej"', "Skovstien", CPR, "helst bo"]),
        (FATHER, [FATHER, FATHERS_PHONE, '"nej"'], [MOTHERS_PHONE, '"ja"', "Skovstien", CPR, "helst bo"]),
        (AUNT, [AUNT, "43 43 43 43"], [MOTHERS_PHONE, FATHERS_PHONE, "Skovstien", CPR, '"ja"', '"nej"']),
    ],
)
def test_a_grown_up_gets_their_own_answers_and_never_the_other_parents(
    world: World, name: str, own: list[str], of_others: list[str]
) -> None:
    id = _ask(world, name)

    given = _handed_out(world, id)

    assert [each for each in own if each not in given] == []
    assert [each for each in [*of_others, *_everybody_else(name)] if each in given] == []


def test_a_siblings_case_gives_what_is_about_the_sibling_who_asks_alone(world: World) -> None:
    id = _ask(world, BROTHER, SIBLING)
    seen = _seen(world, id)

    given = _handed_out(world, id)

    assert {case.code: case.role for case in seen.cases} == {SIBLING: "barn", CASE: "soeskende"}
    assert BROTHER in given and BROTHERS_CPR in given
    assert [each for each in (CHILD, CPR, "Skovstien", "helst bo", "råber") if each in given] == []
    [own_case] = [case for case in seen.cases if case.code == CASE]
    assert [each for each in own_case.held if CHILD in str(each.value)] == []


def test_an_anonymous_notification_is_kept_back_whole_and_the_rule_is_told(world: World) -> None:
    seen = _seen(world, _ask(world, CHILD))
    [case] = [each for each in seen.cases if each.code == CASE]

    kept = case.kept_back(seen.chosen)

    assert kept["anonym_underretter"] > 1
    assert kept["underretter"] >= 2
    assert [each for each in case.held if ANONYMOUS in str(each.value) or "Krag" in str(each.value)] == []
    laws = {each["value"]: each["hjemmel"] for each in seen.texts["grunde"]}
    assert all(laws[ground] for ground in kept)


def test_words_are_given_only_when_they_were_read_and_even_then_without_strangers(world: World) -> None:
    reports, camilla = world.flow.access_reports, _actor(world, "camilla.syd")
    id = _ask(world, CHILD)
    seen = _seen(world, id)
    words = _part(seen, "bekymring", "råber")

    reports.read(id, [words], actor=camilla)

    given = _handed_out(world, id)
    assert "hendes far Torben råber" in given
    assert "Pia" not in given and "Holm" not in given
    assert "[udeladt]" in given
    assert OF_MOTHER not in given


def test_what_must_never_be_given_cannot_be_chosen(world: World) -> None:
    reports, camilla = world.flow.access_reports, _actor(world, "camilla.syd")
    id = _ask(world, FATHER)
    every = {f"{row.id}.{name}" for row in world.flow.cases.records("Underretning") for name in row.values}

    reports.read(id, every, actor=camilla)

    given = _handed_out(world, id)
    assert [each for each in ("Pia", "Holm", "Krag", "køkkenvindue", CPR, "Skovstien") if each in given] == []


def test_who_asks_for_the_child_gets_what_is_the_childs_alone_only_when_it_was_read(world: World) -> None:
    given = _handed_out(world, _ask(world, CHILD, recipient="indehaver"))

    assert CHILD in given and CPR in given
    assert "helst bo" not in given and "Skovstien" not in given


def test_recipients_of_what_is_about_a_parent_are_told_to_that_parent(world: World) -> None:
    of_father, of_mother = _seen(world, _ask(world, FATHER)), _seen(world, _ask(world, MOTHER))

    told = [one.who for case in of_father.cases for one in case.received]

    assert told == [("skole",)]
    assert [one for case in of_mother.cases for one in case.received] == []


def test_who_looked_is_told_by_unit_and_never_by_name(world: World) -> None:
    world.flow.reading_log.note(CASE, page="case", actor=_actor(world, "karen.fp"))

    given = _handed_out(world, _ask(world, CHILD))

    assert "frontpersonale" in given
    assert [each for each in ("karen.fp", "Karen Bilde", "camilla.syd", "anders.myn") if each in given] == []


def test_nobody_approves_what_they_asked_for_or_read_through(world: World) -> None:
    reports, head, camilla = (
        world.flow.access_reports,
        _actor(world, "anders.myn"),
        _actor(world, "camilla.syd"),
    )
    own = reports.ask(CASE, place="barn", recipient="selv", actor=head)
    read = _ask(world, CHILD)
    reports.read(read, [_part(_seen(world, read), "bekymring", "råber")], actor=head)

    for id, actor in ((own, head), (read, head), (own, camilla), (read, _actor(world, "else.syd"))):
        with pytest.raises(Forbidden):
            content = _seen(world, id).content
            reports.answer(id, is_approved=True, content=content, actor=actor)
    with pytest.raises(Conflict):
        reports.hand_out(own, actor=camilla)


def test_a_yes_is_to_what_was_seen_and_only_that_leaves_the_house(world: World) -> None:
    reports, head, camilla = (
        world.flow.access_reports,
        _actor(world, "anders.myn"),
        _actor(world, "camilla.syd"),
    )
    id = _ask(world, CHILD)
    before = reports.show(id, actor=head)
    reports.read(id, [_part(before, "bekymring", "råber")], actor=camilla)

    with pytest.raises(ContentChanged):
        reports.answer(id, is_approved=True, content=before.content, actor=head)

    given = _handed_out(world, id)
    world.flow.clock.set(at(26, 9).astimezone(dt.UTC))
    world.flow.cases.add_record("Boernesamtale", {"barnets_ord": "Senere."}, case=CASE, actor=SYSTEM)
    again = json.loads(reports.hand_out(id, actor=camilla).machine)
    assert "Senere." not in json.dumps(again)
    assert [case["held"] for case in again["cases"]] == [case["held"] for case in json.loads(given)["cases"]]
    with pytest.raises(Conflict):
        reports.read(id, [], actor=camilla)
    assert world.flow.altered_rows.find(casework=True) == []


def test_a_family_that_is_written_anew_never_makes_it_another_person(world: World) -> None:
    id = _ask(world, MOTHER)
    family = str(world.flow.cases.get(CASE, actor=SYSTEM).facts["familie_id"])
    _update(world.flow, family, medlemmer=[{"rolle": "far", "navn": FATHER, "kontakt": FATHERS_PHONE}])
    world.flow.clock.set(at(24, 10).astimezone(dt.UTC))

    with pytest.raises(Refused, match="ikke længere"):
        _seen(world, id)


def test_others_do_not_see_a_report_and_bad_input_is_refused(world: World) -> None:
    reports, camilla = world.flow.access_reports, _actor(world, "camilla.syd")
    id = _ask(world, CHILD)

    for person in ("peter.nord", "karen.fp", "else.syd", "vera.revisor", "granly", "drift"):
        with pytest.raises(Forbidden):
            _seen(world, id, person)
        with pytest.raises(Forbidden):
            reports.people(CASE, actor=_actor(world, person))
    with pytest.raises(NotFound):
        _seen(world, "findes-ikke")
    with pytest.raises(InvalidValues) as refused:
        reports.ask(CASE, place="familie:x:99", recipient="alle", actor=camilla)
    assert refused.value.errors.keys() == {"person", "modtager"}


def test_every_step_is_an_event_without_a_word_about_anybody(world: World) -> None:
    _handed_out(world, _ask(world, MOTHER))

    own = world.flow.history.of_stream(f"case:{CASE}")
    told = [row for row in own if row.kind.startswith("AccessReport")]
    [export] = [row for row in world.flow.history.of_stream("installation") if row.kind == "ExportMade"]
    assert [(row.kind, row.actor) for row in told] == [
        ("AccessReportAsked", "camilla.syd"),
        ("AccessReportAnswered", "anders.myn"),
    ]
    assert "Rikke" not in repr(told) + repr(export)
    assert (export.event.format, export.actor) == ("pdf:indsigt", "camilla.syd")  # type: ignore[union-attr]
    reads = [row.event.page for row in own if row.kind == "CaseRead"]  # type: ignore[union-attr]
    assert "access_report" in reads


def test_after_the_erasure_nothing_of_it_is_left(world: World) -> None:
    flow = world.flow
    id, of_brother = _ask(world, CHILD), _ask(world, BROTHER, SIBLING)
    before = {case.code for case in _seen(world, of_brother).cases}
    with flow.store.begin(SYSTEM, flow.clock.now()) as tx:
        tx.append(f"case:{CASE}", CaseClosed(case=CASE, outcome="lukket"))
    for row in flow.instances.list(limit=None):
        if row.ended_at is None:
            flow.instances.cancel(row.id, reason="prøve", actor=SYSTEM)

    flow.erasure.erase(CASE, reason="udloebet", approved_by="anders.myn", actor=OPERATOR)

    with pytest.raises(NotFound):
        _seen(world, id)
    with pytest.raises(Erased):
        flow.access_reports.people(CASE, actor=_actor(world, "anders.myn"))
    assert before == {CASE, SIBLING}
    assert [case.code for case in _seen(world, of_brother).cases] == [SIBLING]
    given = _handed_out(world, of_brother)
    assert [each for each in (CASE, CHILD, CPR, "råber") if each in given] == []
    assert world.flow.altered_rows.find(casework=True) == []


def _siblings_of_the_house(world: World, **member: str) -> str:
    """A case of another family that has a member of these values."""
    flow, code = world.flow, "SAG-2977"
    facts = {"team": "familieteam_syd"}
    flow.cases.open(code, child={"navn": "Halfdan Nord"}, facts=facts, actor=SYSTEM)
    known = {"boern": [code], "medlemmer": [{"rolle": "far", **member}]}
    flow.cases.add_record("Familie", known, case=code, actor=SYSTEM)
    return code


@pytest.mark.parametrize(
    ("member", "is_found"),
    [
        ({"navn": "torben  VESTERGAARD", "kontakt": FATHERS_PHONE}, True),
        ({"navn": FATHER, "kontakt": "99 99 99 99"}, False),
        ({"navn": FATHER}, False),
        ({"navn": "Oluf Krog", "kontakt": FATHERS_PHONE}, False),
    ],
)
def test_a_grown_up_is_found_elsewhere_by_name_with_contact_and_by_neither_alone(
    world: World, member: dict[str, str], is_found: bool
) -> None:
    other = _siblings_of_the_house(world, **member)

    report = _seen(world, _ask(world, FATHER))

    assert (other in report.row.cases) is is_found


def test_looking_for_a_grown_up_opens_only_the_records_that_know_them(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flowcase.store.queries import known_people, records

    flow = world.flow
    for number in range(20):
        member = {"rolle": "mor", "navn": f"Fru Nummer {number}", "kontakt": f"70 10 20 {number:02}"}
        flow.cases.add_record("Familie", {"boern": [], "medlemmer": [member]}, case=CASE, actor=SYSTEM)
    opened: list[str] = []
    one = records.record
    monkeypatch.setattr(records, "record", lambda tx, id: opened.append(id) or one(tx, id))

    with flow.store.reading(flow.clock.now()) as tx:
        found = known_people.knowing(tx, {"fru nummer 7|70 10 20 07"})
        waiting = known_people.without_hashes(tx)

    assert [row.values["medlemmer"][0]["navn"] for row in found] == ["Fru Nummer 7"]
    assert (len(opened), waiting) == (1, [])


def test_families_from_before_there_were_hashes_are_found_at_once_and_hashed_by_an_upgrade(
    world: World,
) -> None:
    from sqlalchemy import delete

    from flowcase.store import known_people as hashes
    from flowcase.store import tables
    from flowcase.store.queries import known_people

    flow = world.flow
    other = _siblings_of_the_house(world, navn=FATHER, kontakt=FATHERS_PHONE)
    with flow.store.begin(SYSTEM, flow.clock.now()) as tx:
        tx.execute(delete(tables.search_key).where(tables.search_key.c.attribute == known_people.ATTRIBUTE))

    before = _seen(world, _ask(world, FATHER)).row.cases
    filled = hashes.fill(flow.store, flow.clock.now())
    after = _seen(world, _ask(world, FATHER)).row.cases

    assert other in before
    assert after == before
    assert filled > 0
    assert hashes.fill(flow.store, flow.clock.now()) == 0


def test_whoever_changed_their_contact_is_found_by_the_new_one_only(world: World) -> None:
    other = _siblings_of_the_house(world, navn=FATHER, kontakt="99 99 99 99")
    [family] = [each for each in world.flow.cases.records("Familie") if other in each.values["boern"]]

    _update(world.flow, family.id, medlemmer=[{"rolle": "far", "navn": FATHER, "kontakt": FATHERS_PHONE}])

    assert other in _seen(world, _ask(world, FATHER)).row.cases
