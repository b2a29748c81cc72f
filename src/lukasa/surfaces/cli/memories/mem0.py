"""mem0's memories as JSON: what `get_all` returns, an export of its platform, or `lukasa export --format mem0`."""

from __future__ import annotations

from collections.abc import Iterator

from lukasa.errors import ImportFormatError
from lukasa.integrations.mem0.stored import StoredMemory
from lukasa.surfaces.cli.formats import shape
from lukasa.surfaces.cli.formats.records import records
from lukasa.surfaces.cli.formats.source import ImportFile


def read(source: ImportFile) -> Iterator[StoredMemory]:
    """Yield the memories of `{"results": […]}`, of a list, or one a line. Raises `ImportFormatError` with place and field."""
    for location, record in records(source):
        if isinstance(results := record.get("results"), list):
            for number, each in enumerate(results):
                where = f"{location}: results[{number}]"
                yield _memory(shape.mapping(each, where), where)
        else:
            yield _memory(record, location)


def _memory(record: object, location: str) -> StoredMemory:
    fields = dict(shape.mapping(record, location))
    id_ = shape.label(fields.pop("id", None), f"{location}.id")
    if id_ is None:
        raise ImportFormatError(f"{location}.id must be text, and is missing")
    text = shape.text(fields.pop("memory", None), f"{location}.memory")
    metadata = shape.mapping_or_empty(fields.pop("metadata", None), f"{location}.metadata")
    return StoredMemory(id=id_, payload={**metadata, **fields, "data": text}, words=(text,))
