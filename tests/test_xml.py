"""The one XML parser: what it opens, what it refuses and how it says so."""

import pytest

from einvoice.errors import Unreadable
from einvoice.xml import MAX_ATTRIBUTES, MAX_DEPTH, location, parse_xml, text_finder

DECLARATION = '<?xml version="1.0" encoding="{}"?>'


def test_returns_the_root_element():
    """Well-formed XML gives its root element."""
    assert parse_xml(b"<a><b/></a>").tag == "a"


@pytest.mark.parametrize(
    "data",
    [
        "<a>é</a>".encode(),
        "\ufeff<a>é</a>".encode(),
        (DECLARATION.format("UTF-8") + "<a>é</a>").encode(),
        ("\ufeff" + DECLARATION.format("UTF-8") + "<a>é</a>").encode(),
        (DECLARATION.format("ISO-8859-15") + "<a>é</a>").encode("iso-8859-15"),
        (DECLARATION.format("windows-1252") + "<a>é</a>").encode("cp1252"),
        (DECLARATION.format("UTF-16") + "<a>é</a>").encode("utf-16"),
        ("\ufeff" + DECLARATION.format("UTF-16") + "<a>é</a>").encode("utf-16-be"),
        "<a>é</a>".encode("utf-16-le"),
        "<a>é</a>".encode("utf-16-be"),
        ("\ufeff" + DECLARATION.format("UTF-8") + "<a>é</a>").encode("utf-16-le"),  # what it says is not what it is
    ],
)
def test_reads_the_usual_encodings_and_byte_order_marks(data):
    """UTF-8, Latin and UTF-16 documents are read, with or without a byte order mark."""
    assert parse_xml(data).text == "é"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b" \r\n\t", "empty"),
        (b"\x00\x00", "empty"),
        (b"%PDF-1.7\n", "PDF"),
        (b"PK\x03\x04....", "ZIP"),
        (b'{"number": 1}', "JSON"),
        (b"<html><body>Not found</body></html ", "HTML"),
        (b"<!DOCTYPE html><html></html>", "HTML"),
        (b"<Invoice><ID>1</ID>", "not well-formed"),
        (b"<Invoice><ID>1</Invoice>", "not well-formed"),
        (b"no XML at all", "neither XML, nor a PDF, nor JSON"),
        (b'\n<?xml version="1.0"?><a/>', "white space before"),
        (b'<?xml version="1.0" encoding="UTF-7"?><a/>', "UTF-7"),
        (b'<?xml version="1.0" encoding="EBCDIC-CP-FR"?><a/>', "EBCDIC"),
        (b"\xff\xfe<\x00a", "UTF-16"),
        (b"<a>\xff</a>", "not well-formed"),
        (b"<a>&nbsp;</a>", "not well-formed"),
    ],
)
def test_refuses_with_the_reason(data, reason):
    """What is no XML is refused in words that say what it is instead."""
    with pytest.raises(Unreadable, match=reason):
        parse_xml(data)


@pytest.mark.parametrize(
    "prolog",
    [
        "<!DOCTYPE a [<!ENTITY x 'y'>]>",
        "<!DOCTYPE a SYSTEM 'file:///etc/passwd'>",
        "<!DOCTYPE a PUBLIC 'x' 'http://example.com/x.dtd'>",
        "<?xml version='1.0'?><!-- <a/> -->\n<?p <a/> ?>\n<!DOCTYPE a>",
        "\ufeff<!DOCTYPE a>",
        "<!DOCTYPE a [" + "".join(f"<!ENTITY e{n + 1} '{f'&e{n};' * 10}'>" for n in range(9)) + "<!ENTITY e0 'ha'>]>",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le"])
def test_never_reads_a_document_type(prolog, encoding):
    """A document type, and with it every entity and external file, is refused before anything is expanded."""
    with pytest.raises(Unreadable, match="document type"):
        parse_xml((prolog + "<a b='&e9;'>&e9;</a>").encode(encoding))


def test_a_document_type_inside_text_is_text():
    """An HTML page quoted in a note is no document type of the invoice."""
    assert parse_xml(b"<a><![CDATA[<!DOCTYPE html>]]></a>").text == "<!DOCTYPE html>"
    assert parse_xml(b"<a>&lt;!DOCTYPE html&gt;</a>").text == "<!DOCTYPE html>"
    assert parse_xml(b"<!-- <!DOCTYPE html> --><a/>").tag == "a"


def test_limits_the_size():
    """A document larger than the limit is refused unread."""
    with pytest.raises(Unreadable, match="more than 10 bytes"):
        parse_xml(b"<a>123456789</a>", max_bytes=10)


def test_limits_the_depth():
    """A document nested deeper than the limit is refused, one at the limit is read."""
    assert parse_xml(b"<a>" * MAX_DEPTH + b"</a>" * MAX_DEPTH).tag == "a"
    for depth in (MAX_DEPTH + 1, 1000, 100_000):
        with pytest.raises(Unreadable, match=r"deep|depth"):
            parse_xml(b"<a>" * depth + b"</a>" * depth)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_limits_the_attributes_of_an_element(encoding):
    """An element with more attributes than the limit is refused wherever it stands, one at the limit is read."""

    def element(count):
        return f"<x>é<a {' '.join(f'b{n}={n!r}' for n in map(str, range(count)))}/></x>".encode(encoding)

    assert len(parse_xml(element(MAX_ATTRIBUTES))[0].attrib) == MAX_ATTRIBUTES
    with pytest.raises(Unreadable, match=f"more than {MAX_ATTRIBUTES} attributes"):
        parse_xml(element(MAX_ATTRIBUTES + 1))


def test_reads_an_attachment_of_twelve_megabytes():
    """A single text longer than libxml2's own limit of ten megabytes is read."""
    assert len(parse_xml(b"<a>" + b"QUJD" * 3_000_000 + b"</a>").text) == 12_000_000


def test_a_comment_does_not_split_a_text():
    """Text on both sides of a comment or processing instruction is one text."""
    assert parse_xml(b"<a>F<!-- x -->1<?p x?>2</a>").text == "F12"


def test_reading_keeps_line_numbers():
    """Elements know the line of the source they came from."""
    assert parse_xml(b"<a>\n<!-- \n -->\n<b/></a>")[0].sourceline == 4


def test_location_is_written_as_a_person_would():
    """A place has the document's prefixes, and a position only where an element has siblings of its name."""
    root = parse_xml(b'<x:a xmlns:x="u" xmlns="v"><b/><b c="1" x:d="2" xml:lang="fr"><c/></b></x:a>')
    second = root[1]
    assert location(root) == "/x:a"
    assert location(second[0]) == "/x:a/b[2]/c"
    assert location(second, "c") == "/x:a/b[2]/@c"
    assert location(second, "{u}d") == "/x:a/b[2]/@x:d"
    assert location(second, "{http://www.w3.org/XML/1998/namespace}lang") == "/x:a/b[2]/@xml:lang"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("{u}b", "1"),
        ("*/{v}c", "2"),
        ("{u}b/{v}c", "2"),
        ("d", "4"),
        ("{u}d", ""),
        ("e", ""),
        ("e/f", "6"),
        ("*/{v}c/{u}b", ""),
        ("g", ""),
    ],
)
def test_a_text_is_found_where_lxml_finds_it(path, text):
    """The first element on a path has the text, white space aside; "" stands for no text and for no such element."""
    inside = b"<x:b> 1\n<y:c>2</y:c>3<y:c>5</y:c></x:b><x:b>9</x:b><d>4</d><e><f>6</f>7</e><g/>"
    root = parse_xml(b"<a xmlns:x='u' xmlns:y='v'>%b</a>" % inside)
    assert text_finder(path)(root) == text == (root.findtext(path) or "").strip()
