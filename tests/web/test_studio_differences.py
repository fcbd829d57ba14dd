"""The page of what differs between a draft and the file in force."""

from __future__ import annotations

import pytest

TABLE = "decisions/D-02_opfoelgning_kadence.dmn"
DIAGRAM = "forebyggende_distrikt.bpmn"


@pytest.fixture
def jens(sign_in):
    return sign_in("jens.proces")


@pytest.fixture
def draft(world):
    """Keeps a draft of jens.proces and takes it away behind the test."""
    actor, kept = world.flow.people.actor("jens.proces"), []

    def keep(path, change):
        was = world.flow.studio.in_force(path, actor=actor)
        world.flow.kept_drafts.save(path, change(was), seen=None, based_on=None, actor=actor)
        kept.append(path)

    yield keep
    for path in kept:
        world.flow.kept_drafts.discard(path, actor=actor)


def five_weeks(content):
    at = content.index(b"<text>6</text>", content.index(b"raekke_6_ud_1"))
    return content[:at] + b"<text>5</text>" + content[at + 14 :]


def test_a_changed_cell_is_told_with_old_and_new_value(jens, draft):
    draft(TABLE, five_weeks)

    page = jens.get(f"/studie/forskelle/{TABLE}")

    (line,) = page.all("//ul[@class='fc-changes']/li")
    assert "Opfølgning, HERNING, anbringelse, opfølgning nr. fra 2: 6 uger → 5 uger" in "".join(
        line.itertext()
    )


def test_columns_are_called_in_the_readers_language(jens, draft):
    draft(TABLE, five_weeks)

    page = jens.get(f"/studie/forskelle/{TABLE}?sprog=en")
    jens.get("/opgaver?sprog=da")

    headings = [each.text for each in page.all("//table[contains(@class, 'fc-compared')]//th[@scope='col']")]
    assert {"Rule set", "Follow-up no.", "Number", "Unit"} <= set(headings)
    assert "follow-up no. from 2: 6 weeks → 5 weeks" in page.text


def test_a_changed_element_is_marked_on_both_drawings_and_linked_with_its_line(jens, draft):
    draft(
        DIAGRAM,
        lambda content: content.replace("»".encode(), b"").replace(b'name="Hvad nu?"', b'name="Og nu?"'),
    )

    page = jens.get(f"/studie/forskelle/{DIAGRAM}")

    line = next(li for li in page.all("//ul[@class='fc-changes']/li") if "Og nu?" in "".join(li.itertext()))
    element = line.get("id").removeprefix("aendring-")
    for side in ("foer", "efter"):
        mark = page.one(f"//*[@id='{side}-{element}']")
        assert mark.get("href") == f"#aendring-{element}"
        assert line.xpath(f".//a[@href='#{side}-{element}']")


def test_a_changed_setting_has_a_place_that_an_address_leads_to(jens, draft):
    draft("rulesets/HERNING.yaml", lambda content: content.replace(b"graense: 20", b"graense: 18"))

    page = jens.get("/studie/forskelle/rulesets/HERNING.yaml")

    (line,) = page.all("//ul[@class='fc-changes']/li")
    words = "Grænse for sagstal: 20 sager → 18 sager (sagstal_graense)"
    assert words in "".join(line.itertext())
    assert line.get("id") == "aendring-settings.sagstal_graense"
    (link,) = line.xpath(".//a[@class='fc-change-here']")
    assert (link.get("href"), words in link.get("aria-label")) == (f"#{line.get('id')}", True)


def test_a_broken_draft_is_told_so_and_not_compared(jens, draft):
    draft(DIAGRAM, lambda content: content[:300])

    page = jens.get(f"/studie/forskelle/{DIAGRAM}")

    assert page.status == 200
    assert "kan ikke sammenlignes" in page.source


def test_a_file_without_a_draft_does_not_differ(jens):
    page = jens.get(f"/studie/forskelle/{DIAGRAM}")

    assert "De to udgaver betyder det samme." in page.source


def test_differences_are_for_process_owners(sign_in):
    assert sign_in("karen.fp").get(f"/studie/forskelle/{DIAGRAM}").status == 403
