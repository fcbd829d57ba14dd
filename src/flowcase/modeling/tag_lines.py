"""The line in which each element of a file begins.

libxml2 counts a start tag that runs over several lines by its last one; a reader looks for the first.
"""

from __future__ import annotations

from xml.parsers import expat

from lxml import etree

_MAX_LINE = 65_534  # beyond that the tree keeps lines in another way, which cannot be set


def correct_lines(root: etree._Element, content: bytes) -> None:
    """Set every element's `sourceline` to that of its `<`."""
    lines: list[int] = []
    parser = expat.ParserCreate()  # a document type declaration, the home of entities, is refused before
    parser.buffer_text = True

    def begin(_name: str, _attributes: object) -> None:
        lines.append(parser.CurrentLineNumber)

    parser.StartElementHandler = begin
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, ValueError, LookupError):
        return
    elements = list(root.iter())
    if len(elements) != len(lines):
        return
    for element, line in zip(elements, lines, strict=True):
        if element.sourceline != line and line < _MAX_LINE and (element.sourceline or 0) < _MAX_LINE:
            element.sourceline = line
