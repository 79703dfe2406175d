"""What lies beside a WSDL tells which fields a carried text may hold; a file that cannot be read tells none and stops nothing."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from shutil import copytree

import pytest

from connectors.declarations.declaration import load_department
from connectors.lint.contract_names import new_in_text, unknown_names

NAME = "human_resources"
CAME = {"XKZBH", "新字段", "XZD"}
READABLE = {
    "gb18030.json": '{"ROWS": [{"新字段": "1", "XZD": "䶮"}]}'.encode("gb18030"),
    "marked.json": b"\xef\xbb\xbf" + '{"ROWS": [{"新字段": "1", "XZD": "2"}]}'.encode(),
    "surrogate.json": b'{"\\ud800": "\\udfff", "XZD": "\\ud83d", "\\u65b0\\u5b57\\u6bb5": 1}',
    "gb18030.xml": '<?xml version="1.0" encoding="GBK"?><R><新字段/><XZD/></R>'.encode("gb18030"),
}
UNREADABLE = {
    "lines.json": '{"新字段": "1", "XZD": "2"}\n{"新字段": "3", "XZD": "4"}\n'.encode(),
    "doctype.xml": '<!DOCTYPE R [<!ENTITY e SYSTEM "file:///etc/passwd">]><R><新字段>&e;</新字段><XZD/></R>'.encode(),
    "cut.xml": "<R><新字段>1</新字段><XZD>".encode(),
    "neither.json": bytes(range(0x80, 0xFF)),
    "deep.json": b"[" * 100_000,
}


def beside(root: Path, samples: dict[str, bytes]) -> Iterator[list[str]]:
    """Put samples beside the contract; yield what then is new, and what is unknown."""
    folder = root / NAME
    copytree(load_department(NAME).folder, folder)
    with (folder / "contract" / "SHA256SUMS").open("a", encoding="utf-8") as sums:
        for name, content in samples.items():
            (folder / "contract" / name).write_bytes(content)
            sums.write(f"{sha256(content).hexdigest()}  {name}\n")
    department = load_department(NAME, root)
    yield new_in_text(department, department.feeds["licenses"], CAME)
    yield unknown_names(department, department.feeds["licenses"], CAME)


@pytest.mark.parametrize("name", READABLE)
def test_a_sample_in_whatever_encoding_tells_its_names(tmp_path: Path, name: str) -> None:
    assert [*beside(tmp_path, {name: READABLE[name]})] == [[], []]


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_sample_that_cannot_be_read_tells_no_names_and_stops_nothing(tmp_path: Path, name: str) -> None:
    new, unknown = beside(tmp_path, {name: UNREADABLE[name]})
    assert new == ["XZD", "新字段"]
    assert unknown == []  # where nothing is known, nothing counts as a renaming


def test_one_unreadable_sample_does_not_hide_the_others(tmp_path: Path) -> None:
    assert [*beside(tmp_path, {"a.json": UNREADABLE["lines.json"], "b.json": READABLE["marked.json"]})] == [[], []]
