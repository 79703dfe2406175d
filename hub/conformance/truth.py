"""The library compared with what the fake department really holds, field by field.

Goes from the invented record, not through our own mapping. Names fields and record ids, never a value.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from connectors.declarations.declaration import Department, Feed
from connectors.declarations.time_forms import written_form
from connectors.fake.rows.shelf import Listed, Shelf
from license_library.asking.holders import holder_hash
from license_library.reconciliation.holdings import Holding
from license_library.storage.keyring import Keyring

KEPT_APART = {"holder_code", "record_id", "source_updated_at"}  # compared in their own way
SHOWN = 5


def differences(
    department: Department, feed: Feed, shelf: Shelf, held: Mapping[str, Holding], keyring: Keyring
) -> list[str]:
    """Return in words where the library and the department differ; empty when they agree."""
    good = {kept_id(one.record_id, held): one for one in shelf.listed() if one.kind is None and one.record_id}
    found = [f"{name} is missing" for name in good.keys() - held.keys()]
    found += [f"{name} is in the library and not at the department" for name in held.keys() - good.keys()]
    for name in good.keys() & held.keys():
        wrong = list(_wrong_fields(department, feed, good[name], held[name], keyring))
        found += [f"{name} differs in {', '.join(wrong)}"] if wrong else []
    return sorted(found)


def kept_id(record_id: str, held: Collection[str]) -> str:
    """Return the id under which a record can be held: where a contract wants a number, only its digits are written."""
    digits = re.sub(r"\D", "", record_id)
    return digits if record_id not in held and digits in held else record_id


def in_words(found: list[str]) -> str:
    """Return differences as one sentence, the first few of them by name."""
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return f"{len(found)} differences: {'; '.join(found[:SHOWN])}{more}"


def _wrong_fields(department: Department, feed: Feed, listed: Listed, held: Holding, keyring: Keyring) -> Iterator[str]:
    expected = _expected(feed, listed)
    for field in feed.fields.keys() - KEPT_APART:
        if _plain(expected.get(field)) != _plain(held[field]):
            yield field
    if holder_hash(keyring, expected["holder_code_type"], expected["holder_code"]) != bytes(held["holder_hash"]):
        yield "holder_code"
    if feed.holders and _listed(expected["holders"], keyring) != held["holders"]:
        yield "holders"
    if _instant(department, feed, expected["source_updated_at"]) != held["source_updated_at"]:
        yield "source_updated_at"
    yield from _wrong_face(feed, expected["face"], held["face"] or {})


def _listed(holders: list[dict[str, str]], keyring: Keyring) -> list[list[str]] | None:
    """Return everyone who holds it as the library keeps them; whoever is alone is not listed."""
    told = [
        [holder_hash(keyring, one["code_type"], one["code"]).hex(), one["name"].strip(), one["share"]]
        for one in holders
    ]
    return told if len(told) > 1 else None


def _expected(feed: Feed, listed: Listed) -> dict[str, Any]:
    expected = dict(listed.record)
    if listed.is_deleted and feed.change:
        expected |= {"status": "cancelled", "change_reason": f"数据源删除({feed.change.column}=D)"}
    return expected


def _wrong_face(feed: Feed, expected: Mapping[str, str], held: Mapping[str, str]) -> Iterator[str]:
    """Where a contract wants a number, a department writes the digits only."""
    for name in feed.face:
        told, kept = expected.get(name) or "", held.get(name) or ""
        if told.strip() != kept and re.sub(r"\D", "", told) != kept:
            yield f"face.{name}"


def _plain(value: Any) -> Any:
    return value.strip() or None if isinstance(value, str) else value


def _instant(department: Department, feed: Feed, local: datetime) -> datetime:
    """Return an invented time as the declared form leaves it: a form without seconds loses them."""
    form = written_form(feed.cursor.format)
    written = datetime.strptime(local.strftime(form), form)  # noqa: DTZ007  local time
    return written.replace(tzinfo=ZoneInfo(department.timezone))
