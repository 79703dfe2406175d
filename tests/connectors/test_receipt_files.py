"""A receipt file is believed where it says one thing: of what it says twice, neither is taken."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Literal

import pytest

from connectors.declarations.declaration import load_department
from connectors.declarations.declared_delivery import OutFile
from connectors.deliveries.receipt_file import TextAt, read_receipt
from connectors.drops.local_folder import LocalFolder
from connectors.wire.connection import parse_connection
from schemas.errors import DepartmentBrokePromise

Form = Literal["xml", "csv", "json"]


def receipt(folder: Path, form: Form, text: str) -> TextAt | None:
    """Read a receipt of that text."""
    (folder / "receipt").write_text(text, "utf-8")
    drop = LocalFolder(parse_connection(f"file://{folder}"), "test")
    with closing(drop):
        return read_receipt(load_department("forestry"), OutFile(name="a", sample="a", format=form), drop, "receipt")


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("json", '{"code": "500", "code": "200"}'),
        ("json", '{"code": "200", "more": {"a": 1, "a": 2}}'),
        ("csv", "code,code\n500,200\n"),
        ("xml", "<r><code>200</code><code>500</code></r>"),
    ],
)
def test_of_what_a_receipt_says_twice_neither_wins(tmp_path: Path, form: Form, text: str) -> None:
    with pytest.raises(DepartmentBrokePromise, match=r"neither wins|none of them wins"):
        (receipt(tmp_path, form, text) or dict[str, str]().get)("code")


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("json", '{"code": "200"}'),
        ("csv", "code,words\n200,ok\n"),
        ("xml", "<r><code>200</code><code>200</code><words>a</words><words>b</words></r>"),
    ],
)
def test_what_a_receipt_says_once_is_read(tmp_path: Path, form: Form, text: str) -> None:
    text_at = receipt(tmp_path, form, text)
    assert text_at is not None
    assert text_at("code") == "200"
