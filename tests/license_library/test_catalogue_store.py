"""The catalogue is stored whole, and stored again it changes only what changed."""

from __future__ import annotations

import msgspec
from question_makers import Library

from license_library.catalogue.catalogue_store import load_catalogue
from schemas.catalogue.catalogue import load_catalogue as read_catalogue


def test_storing_twice_changes_nothing(shelf: Library) -> None:
    counts = "select count(*) from {}"
    tables = ("authorities", "license_types", "items", "item_materials")
    before = [shelf.read(counts.format(table))[0] for table in tables]
    load_catalogue(shelf.conn, read_catalogue())
    assert [shelf.read(counts.format(table))[0] for table in tables] == before == [38, 82, 65, 331]


def test_a_material_taken_off_an_item_is_forgotten(shelf: Library) -> None:
    catalogue = read_catalogue()
    item = next(item for item in catalogue.items if len(item.materials) > 2)
    shorter = msgspec.structs.replace(item, name="改名事项", materials=item.materials[:2])
    load_catalogue(shelf.conn, msgspec.structs.replace(catalogue, items=(shorter,)))
    kept = shelf.read("select ordinal from item_materials where item_code = :code", code=item.item_code)
    assert sorted(kept) == [1, 2]
    assert shelf.read("select name from items where item_code = :code", code=item.item_code) == ["改名事项"]
    assert shelf.read("select count(*) from items") == [65]
