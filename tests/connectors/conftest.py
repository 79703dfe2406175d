"""Makers of declared departments in a temporary folder: valid by default, one change per test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from folder_makers import write_department

from connectors.declarations.declaration import Department, load_department

REST = """
name = "交通运输局"
uscc = "11370283MB9T00230W"
network = "交通专网"
contact = "信息科"
connection = "roads"

[transport]
kind = "rest"
contract = "contract/api.json"
auth = "none"

[feeds.licenses]
record = "license"
catalogue = "370283/jtj/0001"
basis = "basis"
purpose = "purpose"
path = "/licenses"
key = ["XKZBH"]
request = { since = "{since}", page = "{page}", size = "{page_size}" }
records = "data/rows"
fresh_within = "26h"
schedule = "*/30 * * * *"
success = { field = "code", values = ["0"], message = "msg" }
paging = { style = "page", total = "data/total", size = 2 }
cursor = { field = "GXSJ", overlap = "2h" }

[feeds.licenses.fields]
license_type = { from = "ZZLX", codes = { "01" = "roadgoods", "02" = "roadstaff" } }
license_number = "XKZBH"
issuer_name = { value = "平度市交通运输局" }
issued_on = { from = "FZRQ", date = "%Y%m%d" }
holder_name = "YHMC"
holder_code = { from = "YHDM", normalise = "identifier" }
holder_code_type = { from = "DMLX", codes = { "1" = "001", "2" = "111" } }
valid_from = { from = "YXQQ", date = "%Y%m%d" }
valid_to = { from = "YXQZ", date = "%Y%m%d", open_ended = ["长期", "99991231"] }
area_code = { value = "370283" }
status = { from = "ZT", codes = { "1" = "valid", "2" = "revoked" } }

[feeds.licenses.face]
scope = "JYFW"
vehicle = "CLXX"
"""


@pytest.fixture
def write_folder(tmp_path: Path) -> Callable[[str], Path]:
    """Return a function that writes the REST department under another name."""
    return lambda name: write_department(tmp_path, REST, {"api.json": "{}"}, name)


@pytest.fixture
def declare(tmp_path: Path) -> Callable[..., Department]:
    """Return a function that loads the REST department after replacing parts of its declaration."""

    def load(*changes: tuple[str, str], text: str = REST, files: dict[str, str] | None = None) -> Department:
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        write_department(tmp_path, text, files or {"api.json": "{}"})
        return load_department("roads", tmp_path)

    return load
