"""Hostile and broken XML ends in one finding; harmless XML keeps its lines."""

import pytest

from flowcase.errors import InvalidDefinition
from flowcase.modeling.safe_xml import MAX_BYTES, MAX_DEPTH, parse_xml


def refusal(content: bytes):
    with pytest.raises(InvalidDefinition) as caught:
        parse_xml(content, "some.dmn")
    (finding,) = caught.value.findings
    assert finding.file == "some.dmn"
    assert finding.remedy
    return finding


@pytest.mark.parametrize(
    ("content", "rule", "line"),
    [
        (b"", "xml-empty", None),
        (b" \n\t", "xml-empty", None),
        (b"\xef\xbb\xbf", "xml-empty", None),
        (b"<a>\n<b></a>", "xml-not-well-formed", 2),
        (b'{"type": "default"}', "xml-not-well-formed", 1),
        (b"<a>\0</a>", "xml-not-well-formed", 1),
        (b"<a>&unknown;</a>", "xml-not-well-formed", 1),
        (b"<a>\n\xe6</a>", "xml-encoding", 2),
        (b'<?xml version="1.0" encoding="utf-7"?><a/>', "xml-encoding", 1),
        (b" " * (MAX_BYTES + 1), "xml-too-large", None),
        (b"<a>" + b"<b/>" * 900_000 + b"</a>", "xml-too-large", None),
        (b"<a>" * 10_000 + b"</a>" * 10_000, "xml-too-deep", 1),
        (b"<a>" * (MAX_DEPTH + 1) + b"</a>" * (MAX_DEPTH + 1), "xml-too-deep", 1),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_its_rule_and_line(content, rule, line):
    finding = refusal(content)

    assert (finding.rule, finding.line) == (rule, line)


@pytest.mark.parametrize(
    "declaration", ["", '<?xml version="1.0" encoding="UTF-8"?>', "<?xml\n version='1.0'?>"]
)
def test_line_and_column_are_those_of_the_file(declaration):
    content = f"{declaration}<a><b></a>\n"

    finding = refusal(content.encode())

    before = content.rstrip()
    column = len(before.rsplit("\n", 1)[-1]) + 1
    assert f"(line {finding.line}, column {column})" in finding.message
    assert finding.line == before.count("\n") + 1


@pytest.mark.parametrize(
    "document_type",
    [
        '<!DOCTYPE a [<!ENTITY b "b"><!ENTITY c "&b;&b;&b;">]>',
        '<!DOCTYPE a SYSTEM "http://localhost/a.dtd">',
        '<!DOCTYPE a [<!ENTITY f SYSTEM "file:///etc/hostname">]>',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_every_document_type_is_refused_before_its_entities_are_read(document_type, encoding):
    text = f'<?xml version="1.0" encoding="{encoding}"?>\n<!-- <a> -->\n{document_type}<a/>'

    finding = refusal(text.encode(encoding))

    assert (finding.rule, finding.line) == ("xml-doctype", 3)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "iso-8859-1", "utf-16", "utf-16-le", "windows-1252"]
)
def test_danish_letters_survive_every_allowed_encoding(encoding):
    declared = encoding.removesuffix("-sig").removesuffix("-le")
    text = f'<?xml version="1.0"\n encoding="{declared}"?>\n<a>\n<b navn="Å">æø</b></a>'

    root = parse_xml(text.encode(encoding), "some.dmn")

    assert (root[0].get("navn"), root[0].text) == ("Å", "æø")
    assert root[0].sourceline == 4


def test_lines_beyond_sixteen_bits_are_exact():
    root = parse_xml(b"<a>" + b"\n" * 100_000 + b"<b/></a>", "some.dmn")

    assert root[0].sourceline == 100_001


def test_comments_and_processing_instructions_leave_the_text_whole():
    root = parse_xml(b"<a>1<!-- no -->2<?no?>3<![CDATA[<4>]]></a>", "some.dmn")

    assert (root.text, len(root)) == ("123<4>", 0)
