"""The files of an XML schema, compiled: nothing is fetched, and what explains the schema to people is not read.

    compiled(artefact).validate(root)

Six sevenths of the UBL schema are annotations, and to read them takes as long as to compile the rest.
"""

from __future__ import annotations

from typing import Any

from lxml import etree

from einvoice.artefacts.installed import Artefact

_TAGS = tuple((b"<%b:annotation>" % prefix, b"</%b:annotation>" % prefix) for prefix in (b"xsd", b"xs"))
_DOCTYPE = b"<!DOCTYPE"  # in which what looks like a tag may be none, as between these
_PAIRS = ((b"<!--", b"-->"), (b"<?", b"?>"), (b"<![CDATA[", b"]]>"))


class _Beside(etree.Resolver):
    """Serves the files of one artefact, and an empty document for anything else: no network, no other folder."""

    def __init__(self, artefact: Artefact, *, whole: bool) -> None:
        super().__init__()
        self._files = {path.name: path for path in artefact.files}
        self._whole = whole

    def resolve(self, system_url: str, _public_id: str, context: Any) -> Any:  # type: ignore[override]  # stubs lack `context`
        path = self._files.get(system_url.replace("\\", "/").rpartition("/")[2])
        if path is None:
            return self.resolve_string(b"<nothing/>", context, base_url=system_url)
        data = path.read_bytes()
        return self.resolve_string(data if self._whole else without_annotations(data), context, base_url=path.as_uri())


def compiled(artefact: Artefact) -> etree.XMLSchema:
    """The schema of an artefact. Raises what lxml raises for files that are none; its lines are those of the files."""
    try:
        return _compiled(artefact, whole=False)
    except (etree.XMLSchemaParseError, etree.XMLSyntaxError):
        return _compiled(artefact, whole=True)


def _compiled(artefact: Artefact, *, whole: bool) -> etree.XMLSchema:
    parser = etree.XMLParser(no_network=True, resolve_entities=False, load_dtd=False)
    parser.resolvers.add(_Beside(artefact, whole=whole))
    data = artefact.main.read_bytes()
    tree = etree.fromstring(data if whole else without_annotations(data), parser, base_url=artefact.main.as_uri())
    return etree.XMLSchema(tree)


def without_annotations(data: bytes) -> bytes:
    """A schema file without its annotations; as it is where a tag might be none, and where the two do not pair."""
    begin, end = next((pair for pair in _TAGS if pair[0] in data), (b"", b""))
    kept, place = [], 0
    while begin and (found := data.find(begin, place)) >= 0:
        kept.append(data[place:found])
        place = data.find(end, found) + len(end)
        if place < len(end):
            return data
    kept.append(data[place:])
    bare = b"".join(kept)
    if end in bare or _DOCTYPE in kept[0]:
        return data
    pairs = [pair for pair in _PAIRS if pair[0] in bare or pair[1] in bare]
    return bare if all(each.count(opened) == each.count(closed) for each in kept for opened, closed in pairs) else data
