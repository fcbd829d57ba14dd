"""Files that others drew open in the studio's editors and are saved without saying anything else.

The files are Camunda Modeler's and bpmn.io's own and the BPMN interchange group's; they stand outside the
repository, `FLOWCASE_SUITES` says where (default ../shared/suites).
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.web.meaning import differences, meaning
from tests.web.test_browser import sign_in
from tests.web.waiting import editor_is_ready
from tests.web.world import World

SUITES = Path(os.environ.get("FLOWCASE_SUITES") or Path(__file__).parents[3] / "shared" / "suites") / "bpmn"
FOLDERS = {".bpmn": "", ".dmn": "decisions/", ".form": "forms/"}
FILES = sorted(path for path in SUITES.rglob("*") if path.suffix in FOLDERS) if SUITES.is_dir() else []

# Every one of them with FLOWCASE_FOREIGN=all (`make foreign-files`), else enough of each folder and kind.
SAMPLE = 56
STEP = 1 if os.environ.get("FLOWCASE_FOREIGN") == "all" else max(1, len(FILES) // SAMPLE)

# What the editors' own packages change in a file of these, whatever page they stand on. Each is met by name:
# a difference that is not told here fails, and so does one told here that no longer comes.
KNOWN = {
    "import-warnings.bpmn": "flows that lead to no element lose the dangling reference",
    "xss.bpmn": "a signal that nothing uses is dropped",
    "B.2.0.bpmn": "the data association's target is written out as a property of the task",
    "C.4.0.bpmn": "the data association's target is written out as a property of the event",
    "C.5.0.bpmn": "the data associations' targets are written out as properties of the activities",
    "C.6.0.bpmn": "the data association's target is written out as a property of the task",
    "C.7.0.bpmn": "the data association's target is written out as a property of the task",
    "C.8.0.bpmn": "the data association's target is written out as a property of the task",
    "C.8.1.bpmn": "operations lose outMessageRef, and formalExpression becomes expression with a type",
    "nested.form": "a text field without a label is given its kind's name as its label",
}

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not FILES, reason=f"the files of others are absent: nothing at {SUITES}"),
]


def touch(page: Page, kind: str) -> bool:
    """Change something in the drawing and take it back; False when there is nothing to change."""
    undo = page.get_by_role("button", name="Fortryd")
    for change in CHANGES[kind]:
        if change(page) and _is_enabled(page, undo):
            while undo.is_enabled():
                undo.click()
            return True
    return False


def _is_enabled(page: Page, button: Locator) -> bool:
    """Whether there is something to undo, once the page has done all that it had put off.

    Timers of a page come in the order of their instants, however busy the machine is; the editors put off
    nothing longer than 400 ms.
    """
    page.evaluate(
        "() => new Promise(done => setTimeout("
        "() => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))), 500))"
    )
    return button.is_enabled()


def _move_all(page: Page) -> bool:
    page.locator(".djs-container svg").first.focus()
    page.keyboard.press("Control+a")
    page.keyboard.press("ArrowRight")
    return True


def _move_one(page: Page) -> bool:
    for shape in page.locator(".djs-shape[data-element-id] > .djs-hit").all()[:40]:
        shape.click(force=True, position={"x": 3, "y": 3})
        page.keyboard.press("ArrowRight")
        if _is_enabled(page, page.get_by_role("button", name="Fortryd")):
            return True
    return False


def _type_in_a_cell(page: Page) -> bool:
    cell = page.locator(
        ".tjs-container td.input-cell, .tjs-container td.output-cell, .tjs-container td.add-rule"
    )
    if not cell.count():
        return False
    cell.first.click()
    page.keyboard.type("1")
    page.keyboard.press("Tab")
    return True


def _move_a_decision(page: Page) -> bool:
    drawing = page.locator(".dmn-drd-container .djs-container > svg")
    if not drawing.count():
        return False
    drawing.focus()
    page.keyboard.press("PageDown")
    page.keyboard.press("ArrowRight")
    return True


def _write_an_expression(page: Page) -> bool:
    text = page.locator(
        ".dmn-literal-expression-container .cm-content, .dmn-boxed-expression-container .cm-content"
    )
    if not text.count():
        return False
    text.first.click()
    page.keyboard.type("1")
    page.keyboard.press("Tab")
    return True


def _remove_a_field(page: Page) -> bool:
    field = page.locator(
        ".fjs-form-editor .fjs-children .fjs-element, .fjs-editor-container .fjs-children .fjs-element"
    )
    if not field.count():
        return False
    field.last.click(position={"x": 4, "y": 4})
    page.locator(".fjs-context-pad button").last.click()
    return True


CHANGES: dict[str, tuple[Callable[[Page], bool], ...]] = {
    ".bpmn": (_move_all, _move_one),
    ".dmn": (_type_in_a_cell, _move_a_decision, _write_an_expression),
    ".form": (_remove_a_field,),
}


@pytest.fixture
def studio(chromium: Browser, address: str, world: World) -> Iterator[Page]:
    """The studio; the editors' packages complain to the console about files that they cannot read."""
    context = chromium.new_context(base_url=address, viewport={"width": 1400, "height": 800}, locale="da-DK")
    page = context.new_page()
    page.set_default_timeout(30_000)
    sign_in(page, "jens.proces")
    yield page
    context.close()


def test_files_of_others_open_and_are_saved_with_nothing_said_otherwise(studio, world, capsys):
    jens = world.flow.people.actor("jens.proces")
    told: Counter[str] = Counter()
    wrong: list[str] = []
    kept: list[str] = []
    for number, file in list(enumerate(FILES))[::STEP]:
        path = f"{FOLDERS[file.suffix]}fremmed_{number}{file.suffix}"
        content = file.read_bytes()
        world.flow.kept_drafts.save(path, content, seen=None, based_on=None, actor=jens)

        studio.goto(f"/studie/{path}")
        editor_is_ready(studio)
        if studio.locator("#ikke-tegnet").is_visible():
            told["opened as text, with the reason"] += 1
            assert studio.locator("#hvorfor").inner_text().strip(), file.name
            assert studio.locator("#kilde").input_value(), file.name
            continue
        was_changed = touch(studio, file.suffix)
        studio.get_by_role("button", name="Gem kladde").click()
        expect(studio.locator("#gemt")).to_contain_text("Kladden er gemt")

        written = world.flow.studio.open(path, actor=jens).content
        found = list(differences(meaning(content, path), meaning(written, path)))
        known = next((name for name in KNOWN if file.name.endswith(name)), None)
        if not was_changed:
            assert written == content, file.name
            told["nothing in it to change, kept as it was"] += 1
            kept.append(f"{file.parent.name}/{file.name}")
        elif bool(found) != (known is not None):
            wrong.append(f"{file.parent.name}/{file.name}: {found[:4] or 'is now the same: ' + KNOWN[known]}")
        else:
            told["differ as is known of the package" if found else "changed, undone, saved, the same"] += 1

    with capsys.disabled():
        print("\n".join(kept))
        print(f"\n{len(FILES[::STEP])} files of others in the editors: {dict(told)}")
    assert wrong == []
    assert told["changed, undone, saved, the same"] >= 3 * len(FILES[::STEP]) // 5


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('<a id="1" name="x"/>', '<a id="1" name="y"/>'),
        ("<a><b/></a>", "<a/>"),
        ("<a><b>1</b></a>", "<a><b>2</b></a>"),
        ("<a><b>1</b><b>2</b></a>", "<a><b>2</b><b>1</b></a>"),
        ('<a xmlns:q="urn:one" t="q:x"/>', '<a xmlns:q="urn:two" t="q:x"/>'),
    ],
)
def test_a_file_that_says_something_else_is_seen(before, after):
    assert meaning(before.encode(), "x.dmn") != meaning(after.encode(), "x.dmn")
    assert list(differences(meaning(before.encode(), "x.dmn"), meaning(after.encode(), "x.dmn")))


def test_a_file_that_is_only_written_otherwise_is_the_same():
    one = b'<a xmlns:q="urn:one" t="q:x" hitPolicy="UNIQUE"><!-- why --><b/></a>'
    other = b'<a xmlns:r="urn:one" t="r:x">\n  <b></b>\n</a>'

    assert meaning(one, "x.dmn") == meaning(other, "x.dmn")
