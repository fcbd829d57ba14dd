"""One hardened way from bytes to an XML tree, for every reader of diagrams and decisions.

Nothing that the file says can reach the network, another file or an entity: a document type
declaration is refused before libxml2 sees it, and so is what would cost unreasonable memory. lxml's
`sourceline` of the elements is exact for files of any allowed length.
"""

from __future__ import annotations

import codecs
import re

from lxml import etree

from flowcase.errors import InvalidDefinition
from flowcase.finding import Finding, Severity

MAX_BYTES = 10 * 1024 * 1024
MAX_DEPTH = 256
MAX_TAGS = 400_000  # an element costs some hundred bytes in the tree; this keeps one file below 200 MB

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Encodings whose decoders are total and unambiguous. UTF-7, EBCDIC and the like hide markup from scanners.
_ENCODINGS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "ascii",
    "ascii": "ascii",
    "iso-8859-1": "latin-1",
    "latin1": "latin-1",
    "iso-8859-15": "iso-8859-15",
    "windows-1252": "cp1252",
    "cp1252": "cp1252",
    "utf-16": "utf-16",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
}
_DECLARATION = re.compile(rb"""\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_DECLARATION_TEXT = re.compile(r"<\?xml\s[^>]{0,300}\?>")
_NOT_LINE_ENDS = re.compile(r"[^\n]")
# What may stand before the root element: white space, comments, processing instructions.
_PROLOG_ITEM = re.compile(r"\s+|<!--.*?-->|<\?.*?\?>", re.DOTALL)


def parse_xml(content: bytes, file: str) -> etree._Element:
    """The root element of a well-formed file; comments and processing instructions are left out.

    Raises InvalidDefinition with one finding when the file is empty, too large, too deep, wrongly
    encoded, not well-formed, or carries a document type declaration (the home of entities).
    """
    if len(content) > MAX_BYTES:
        raise _refusal(
            "xml-too-large",
            file,
            f"The file has {len(content)} bytes, more than the {MAX_BYTES} that are read.",
            "Split it into several files.",
        )
    if not content.strip(b" \t\r\n\0\xef\xbb\xbf\xff\xfe"):
        raise _refusal(
            "xml-empty", file, "The file is empty.", "Save the diagram again and upload that file."
        )
    text = _decode(content, file)
    _refuse_document_type(text, file)
    if text.count("<") > 2 * MAX_TAGS:
        raise _refusal(
            "xml-too-large",
            file,
            f"The file has more than {MAX_TAGS} elements.",
            "Split it into several files.",
        )
    root = _parse(text, file)
    _refuse_depth(root, file)
    return root


def _decode(content: bytes, file: str) -> str:
    """The file as text: by byte order mark, else by its declaration, else UTF-8."""
    encoding = next((name for bom, name in _BOMS if content.startswith(bom)), None)
    declared = _DECLARATION.match(content[:400])
    if encoding is None and content[:4] in (b"<\0?\0", b"\0<\0?"):
        encoding = "utf-16-le" if content[0:1] == b"<" else "utf-16-be"
    if encoding is None:
        named = declared.group(1).decode("ascii").lower() if declared else "utf-8"
        encoding = _ENCODINGS.get(named)
        if encoding is None:
            raise _refusal(
                "xml-encoding",
                file,
                f"The file says that it is written in the encoding '{named}', which is not read.",
                "Save it as UTF-8.",
                line=1,
            )
    try:
        return content.decode(encoding).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise _refusal(
            "xml-encoding",
            file,
            f"The file says that it is written in {encoding.upper()}, but byte {error.start} is not.",
            "Save it as UTF-8.",
            line=content.count(b"\n", 0, error.start) + 1,
        ) from None


def _refuse_document_type(text: str, file: str) -> None:
    at = 0
    while item := _PROLOG_ITEM.match(text, at):
        at = item.end()
    if text[at : at + 9].upper() == "<!DOCTYPE":
        raise _refusal(
            "xml-doctype",
            file,
            "The file declares a document type, through which entities could be smuggled in.",
            "Remove the line that begins with <!DOCTYPE.",
            line=text.count("\n", 0, at) + 1,
        )


def _parse(text: str, file: str) -> etree._Element:
    # The declared encoding no longer holds for what is handed over: the declaration goes, its place stays.
    declaration = _DECLARATION_TEXT.match(text)
    if declaration:
        text = _NOT_LINE_ENDS.sub(" ", declaration.group()) + text[declaration.end() :]
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        no_network=True,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
        strip_cdata=True,
        collect_ids=False,
    )
    try:
        return etree.fromstring(text.encode("utf-8", "surrogatepass"), parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        said = (error.msg or "it cannot be read").rsplit(", line ", 1)[0].strip()
        reason = said.splitlines()[0].rstrip(" .")  # further lines repeat what stands in the file
        if "xcessive depth" in reason:
            raise _too_deep(file, line or None) from None
        raise _refusal(
            "xml-not-well-formed",
            file,
            f"The file is not well-formed XML (line {line}, column {column}): {reason}.",
            "Save the diagram again with the editor that it was drawn in.",
            line=line or None,
        ) from None


def _refuse_depth(root: etree._Element, file: str) -> None:
    depth = 0
    for event, element in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        if depth > MAX_DEPTH:
            raise _too_deep(file, element.sourceline)


def _too_deep(file: str, line: int | None) -> InvalidDefinition:
    return _refusal(
        "xml-too-deep",
        file,
        f"The file nests elements deeper than {MAX_DEPTH} levels.",
        "Flatten it, for example by moving inner parts into processes or decisions of their own.",
        line=line,
    )


def _refusal(
    rule: str, file: str, message: str, remedy: str, *, line: int | None = None
) -> InvalidDefinition:
    finding = Finding(
        rule=rule,
        severity=Severity.ERROR,
        file=file,
        element=None,
        element_name=None,
        line=line,
        message=message,
        remedy=remedy,
    )
    return InvalidDefinition([finding])
