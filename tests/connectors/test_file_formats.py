"""What a file may hold and what is refused: CSV, XML, JSON and zips, of any length, from anybody."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import struct
import zipfile
from collections.abc import Callable
from itertools import chain, repeat
from pathlib import Path

import pytest
from folder_makers import write_department

from connectors.declarations.declaration import load_department
from connectors.declarations.declared import Department
from connectors.drops.file_parts import PART, PartStream
from connectors.drops.file_rows import FileReader
from connectors.drops.xml_file import _Reading
from connectors.formats.page_rows import PageRows
from schemas.errors import DeclarationError, DepartmentBrokePromise
from schemas.phrases import in_english

COLUMNS = ["LSH", "XKZBH", "MC", "DM", "FZRQ", "GXSJ"]
TEXT = """
name = "林业局"
uscc = "11370283MB9T001509"
network = "林业专网"
contact = "信息科"
connection = "woods"

[transport]
kind = "file"
contract = "contract/FILE"
payload_encoding = "ENCODING"

[feeds.licenses]
record = "license"
catalogue = "370283/lyj/0001"
basis = "basis"
purpose = "purpose"
key = ["LSH"]
records = "RECORDS"
fresh_within = "26h"
schedule = "0 * * * *"
cursor = { field = "GXSJ" }

[feeds.licenses.files]
names = ["woods_%Y%m%d_*.FORM", "woods_%Y%m%d_*.zip"]
format = "FORM"
MORE

[feeds.licenses.fields]
license_type = { value = "cut" }
license_number = "XKZBH"
issuer_name = { value = "平度市林业局" }
issued_on = { from = "FZRQ", date = "%Y-%m-%d" }
holder_name = "MC"
holder_code = "DM"
holder_code_type = { value = "001" }
area_code = { value = "370283" }
status = { value = "valid" }
"""
ROW = ["1", "采2025001", "某某林场", "91370283MA3QF6WT5J", "2025-07-01", "2025-07-01 08:00:00"]
Declare = Callable[..., Department]


def csv_of(rows: list[list[str]], header: list[str] | None = None, end: str = "") -> str:
    out = io.StringIO()
    csv.writer(out).writerows([header or COLUMNS, *rows])
    return out.getvalue() + end


def xml_of(rows: list[list[str]], names: list[str] | None = None, head: str = "", label: str = "UTF-8") -> str:
    records = "".join(
        "<Row>" + "".join(f"<{n}>{v}</{n}>" for n, v in zip(names or COLUMNS, row, strict=True)) + "</Row>"
        for row in rows
    )
    return f'<?xml version="1.0" encoding="{label}"?><Woods>{head}<Rows>{records}</Rows></Woods>'


def json_of(rows: list[list[str]]) -> str:
    return json.dumps([dict(zip(COLUMNS, row, strict=True)) for row in rows], ensure_ascii=False)


SAMPLES = {"csv": csv_of([ROW]), "xml": xml_of([ROW]), "json": json_of([ROW]), "jsonl": json_of([ROW])[1:-1] + "\n"}


@pytest.fixture
def declare(tmp_path: Path) -> Declare:
    """Return a function that declares a drop of files of one form."""

    def load(form: str, more: str = "", encoding: str = "utf-8", records: str = "") -> Department:
        path = records or ("Rows/Row" if form == "xml" else "")
        text = TEXT.replace("FORM", form).replace("MORE", more).replace("ENCODING", encoding).replace("RECORDS", path)
        sample = SAMPLES[form]
        if records and form == "json":
            sample = json.dumps({"head": {"total": 1}, "data": json.loads(sample)}, ensure_ascii=False)
        write_department(tmp_path, text.replace("contract/FILE", f"contract/sample.{form}"), {f"sample.{form}": sample})
        return load_department("roads", tmp_path)

    return load


def read(department: Department, content: bytes, name: str = "woods_20250701_01.csv") -> list[PageRows]:
    feed = department.feeds["licenses"]
    assert feed.files is not None
    parts = [content[start : start + PART] for start in range(0, len(content), PART)]
    return list(FileReader(department, feed, feed.files).read(name, PartStream(len(content), parts.__getitem__)))


def values(pages: list[PageRows], name: str) -> list[str | None]:
    return [value for page in pages for value in page.columns[name]]


def zip_of(members: dict[str, bytes], change: Callable[[zipfile.ZipInfo], None] = lambda _: None) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            change(info)
            made.writestr(info, content)
    return out.getvalue()


def written(form: str, rows: list[list[str]]) -> bytes:
    """Write a file of one form."""
    lines = "".join(json_of([row])[1:-1] + "\n" for row in rows)
    return {"csv": csv_of(rows), "xml": xml_of(rows), "json": json_of(rows), "jsonl": lines}[form].encode()


@pytest.mark.parametrize("form", SAMPLES)
def test_a_block_ends_after_much_text_as_well_as_after_many_records(declare: Declare, form: str) -> None:
    rows = [[str(number), ROW[1], f"{number}" + "x" * 900_000, *ROW[3:]] for number in range(30)]
    pages = read(declare(form), written(form, rows), f"woods_20250701_01.{form}")
    assert values(pages, "LSH") == [row[0] for row in rows]
    assert [page.first for page in pages] == [sum(page.count for page in pages[:place]) for place in range(len(pages))]
    assert max(page.count for page in pages) <= 10
    assert values(pages, "MC") == [row[2] for row in rows]


# --- CSV


@pytest.mark.parametrize("cut", range(1, 40))
def test_a_file_that_is_cut_within_its_last_row_is_refused(declare: Declare, cut: int) -> None:
    """Its rows may still be as many as its marker says."""
    content = csv_of([ROW, ROW]).encode()[:-21][:-cut]
    with pytest.raises(DepartmentBrokePromise, match=r"the last line ends after|utf-8"):
        read(declare("csv"), content)


def test_a_file_that_is_cut_inside_its_last_cell_is_refused_where_the_sample_ends_its_last_line(
    declare: Declare,
) -> None:
    content = csv_of([ROW, ROW]).encode()
    for cut in (1, 2, 3, 4):
        with pytest.raises(DepartmentBrokePromise, match="the last line has no end, which that of the sample"):
            read(declare("csv"), content[:-cut])
    with pytest.raises(
        DepartmentBrokePromise, match="has no end"
    ):  # a marker counts records, and does not prove the last
        read(declare("csv", 'done = "{stem}.ok"\ndone_total = true'), content[:-3])


def test_the_last_row_needs_no_end_of_line_where_the_sample_has_none_or_a_trailer_follows(
    declare: Declare, monkeypatch: pytest.MonkeyPatch
) -> None:
    trailed = f"{csv_of([ROW, ROW])}TOTAL,2".encode()
    assert values(read(declare("csv", 'total = "TOTAL"'), trailed), "LSH") == ["1", "1"]
    monkeypatch.setitem(SAMPLES, "csv", csv_of([ROW]).removesuffix("\r\n"))
    assert values(read(declare("csv"), csv_of([ROW, ROW]).encode().removesuffix(b"\r\n")), "LSH") == ["1", "1"]


def test_a_cell_that_looks_like_a_formula_is_data(declare: Declare) -> None:
    names = ["=cmd|'/c calc'!A1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1"]
    content = csv_of([[*ROW[:2], name, *ROW[3:]] for name in names])
    assert values(read(declare("csv"), content.encode()), "MC") == names


def test_quoting_holds_delimiters_quotes_and_line_ends(declare: Declare) -> None:
    name = '某某"林场",\r\n二分场\u2028三'
    assert values(read(declare("csv"), csv_of([[*ROW[:2], name, *ROW[3:]]]).encode()), "MC") == [name]


def test_a_long_cell_is_read_and_one_beyond_the_bound_refuses_the_file(declare: Declare) -> None:
    for long in ("长" * 400_000, "长\n" * 400_000):
        content = csv_of([[*ROW[:2], long, *ROW[3:]], ROW]).encode()
        assert values(read(declare("csv"), content), "MC") == [long, ROW[2]]
    with pytest.raises(DepartmentBrokePromise, match="field larger than field limit"):
        read(declare("csv"), csv_of([[*ROW[:2], "x\n" * 500_001, *ROW[3:]]]).encode())


def test_a_row_with_other_cells_than_the_header_waits_and_is_not_guessed(declare: Declare) -> None:
    (page,) = read(declare("csv"), csv_of([ROW, ROW[:-1], [*ROW, "x"], ROW]).encode())
    assert [(fault.row, in_english(fault.got)) for fault in page.faults] == [(1, "5 cells"), (2, "7 cells")]
    assert [value is None for value in page.columns["MC"]] == [False, True, True, False]
    assert len(set(page.digests())) == 3


@pytest.mark.parametrize(
    ("header", "words"),
    [(COLUMNS[:-1], "lacks GXSJ"), ([*COLUMNS[:-1], "GXRQ"], "lacks GXSJ; has GXRQ"), ([*COLUMNS, "MC"], "a name twice")],
)  # fmt: skip
def test_another_header_than_the_contracts_is_refused(declare: Declare, header: list[str], words: str) -> None:
    with pytest.raises(DepartmentBrokePromise, match=words):
        read(declare("csv"), csv_of([], header).encode())


def test_columns_in_another_order_and_new_ones_are_read_by_name(
    declare: Declare, caplog: pytest.LogCaptureFixture
) -> None:
    content = csv_of([["新", *ROW[::-1]]], ["XZ", *COLUMNS[::-1]])
    assert values(read(declare("csv"), content.encode()), "MC") == ["某某林场"]
    assert "more than the contract: XZ" in caplog.text


def test_a_new_column_is_told_so_that_no_log_obeys_it(declare: Declare, caplog: pytest.LogCaptureFixture) -> None:
    content = csv_of([[*ROW, "新"]], [*COLUMNS, "X\n\x1b[31m\u202eZ"])
    assert values(read(declare("csv"), content.encode()), "MC") == ["某某林场"]
    assert caplog.messages[0].endswith(r"more than the contract: X\n\x1b[31m\u202eZ; these are not read")


@pytest.mark.parametrize("end", ["", "TOTAL,3\r\n", "TOTAL\r\n", "TOTAL,2\r\n1,2,3,4,5,6\r\n"])
def test_a_trailer_that_is_missing_or_lies_refuses_the_file(declare: Declare, end: str) -> None:
    department = declare("csv", 'total = "TOTAL"')
    assert len(values(read(department, csv_of([ROW, ROW], end="TOTAL,2\r\n\r\n").encode()), "MC")) == 2
    with pytest.raises(DepartmentBrokePromise):
        read(department, csv_of([ROW, ROW], end=end).encode())


@pytest.mark.parametrize("text", ['"open', 'a"b,"c"d,,,,\r\n', "x" * 1_100_000, '"' + "y" * 140_000 + '"'])
def test_broken_quoting_and_endless_cells_are_refused(declare: Declare, text: str) -> None:
    with pytest.raises(DepartmentBrokePromise):
        read(declare("csv"), (csv_of([ROW]) + text).encode())


def test_another_delimiter_is_declared(declare: Declare) -> None:
    content = csv_of([ROW]).replace(",", "|")
    with pytest.raises(DepartmentBrokePromise):
        read(declare("csv"), content.encode())
    department = declare("csv", 'delimiter = ","')
    assert values(read(department, csv_of([ROW]).encode()), "MC") == ["某某林场"]


# --- encodings


@pytest.mark.parametrize(
    ("declared", "written"),
    [("gbk", "gb18030"), ("GB2312", "gbk"), ("gb18030", "utf-8-sig"), ("utf-8", "utf-8-sig"), ("utf-8", "utf-16")],
)
def test_text_is_read_in_the_declared_encoding_or_by_its_byte_order_mark(
    declare: Declare, declared: str, written: str
) -> None:
    content = csv_of([[*ROW[:2], "某" * 70_001, *ROW[3:]]] * 2).encode(written)
    assert values(read(declare("csv", encoding=declared), content), "MC") == ["某" * 70_001] * 2


@pytest.mark.parametrize(("declared", "written"), [("gbk", "utf-8"), ("utf-8", "gb18030"), ("utf-8", "utf-16-le")])
def test_text_in_another_encoding_than_declared_is_refused(declare: Declare, declared: str, written: str) -> None:
    with pytest.raises(DepartmentBrokePromise):
        read(declare("csv", encoding=declared), csv_of([ROW]).encode(written))


def test_a_character_that_is_cut_at_the_end_is_refused(declare: Declare) -> None:
    with pytest.raises(DepartmentBrokePromise, match="its end"):
        read(declare("csv"), csv_of([ROW]).encode() + "林".encode()[:2])


# --- XML


@pytest.mark.parametrize("label", ["GBK", "GB2312", "gb18030"])
def test_the_label_of_an_xml_file_counts(declare: Declare, label: str) -> None:
    content = xml_of([ROW], label=label).encode("gb18030")
    assert values(read(declare("xml"), content, "woods_20250701_01.xml"), "MC") == ["某某林场"]


@pytest.mark.parametrize(
    "content",
    [
        '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><Woods><Rows/></Woods>',
        "<!-- " + "x" * 20_000 + " --><!DOCTYPE a><Woods><Rows/></Woods>",
        xml_of([ROW]).replace("<Rows>", "<Rows><?run this?>"),
        xml_of([ROW]).replace("<Rows>", '<Rows><xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="x"/>'),
        xml_of([ROW])[:-10], xml_of([ROW]) + "<more/>", xml_of([ROW]).replace("</MC>", "</M>"), "", "<html></html",
        xml_of([ROW]).replace("某某林场", "&unknown;"), xml_of([ROW]).replace("<Rows>", "<Rows>" + "<d>" * 300),
    ],
)  # fmt: skip
def test_xml_that_asks_for_something_or_is_cut_is_refused(declare: Declare, content: str) -> None:
    with pytest.raises(DepartmentBrokePromise):
        read(declare("xml"), content.encode(), "woods_20250701_01.xml")


def test_a_doubled_or_nested_value_waits_and_a_name_elsewhere_is_no_record(declare: Declare) -> None:
    good = xml_of([ROW, ROW])
    content = good.replace("<MC>", "<MC>x</MC><MC>", 1).replace("<Woods>", "<Woods><Row><MC>no</MC></Row>")
    (page,) = read(declare("xml"), content.encode(), "woods_20250701_01.xml")
    assert (page.count, [fault.source for fault in page.faults]) == (2, ["MC"])


@pytest.mark.parametrize(
    ("total", "head"), [("Head/Count", "<Head><Count>2</Count></Head>"), ("@count", ""), ("Tail", "")]
)
def test_an_xml_total_is_compared_wherever_it_stands(declare: Declare, total: str, head: str) -> None:
    department = declare("xml", f'total = "{total}"')
    content = xml_of([ROW, ROW], head=head)
    content = content.replace("<Woods>", '<Woods count="2">').replace("</Woods>", "<Tail>2</Tail></Woods>")
    assert values(read(department, content.encode(), "a.xml"), "MC") == ["某某林场"] * 2
    for lie in (content.replace("2</Count>", "3</Count>").replace('"2"', '"3"').replace("2</Tail>", "3</Tail>"),):
        with pytest.raises(DepartmentBrokePromise, match="expected 2 records"):
            read(department, lie.encode(), "a.xml")


def test_a_renamed_element_is_refused_and_one_more_is_not(declare: Declare) -> None:
    department = declare("xml")
    with pytest.raises(DepartmentBrokePromise, match="no record holds MC, but some hold MINGCHENG"):
        read(department, xml_of([ROW]).replace("MC>", "MINGCHENG>").encode(), "a.xml")
    assert values(read(department, xml_of([ROW]).replace("</Row>", "<X>1</X></Row>").encode(), "a.xml"), "LSH") == ["1"]


class Endless(io.RawIOBase):
    """Give a head, then a row again and again, then an end, making each piece when it is asked for."""

    def __init__(self, head: bytes, row: bytes, count: int, end: bytes) -> None:
        self._pieces = chain([head], repeat(row * 100, count // 100), [end])
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        self._left = self._left or next(self._pieces, b"")
        piece, self._left = self._left[: len(buffer)], self._left[len(buffer) :]
        buffer[: len(piece)] = piece
        return len(piece)


def resident() -> int:
    """Return the memory this process holds, what libraries took from the system too."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_of_an_xml_file_nothing_stays_that_stands_before_the_record_being_read(declare: Declare) -> None:
    department = declare("xml", records="Rows/Group/Row")
    feed = department.feeds["licenses"]
    assert feed.files is not None
    reading = _Reading(feed, feed.files, "test")
    record = "<Group><Row><LSH>1</LSH></Row></Group>"
    assert reading.take(f"<Woods>{'<Junk><a>x</a></Junk>' * 1000}<Rows>{record * 1000}</Rows></Woods>") == 1000
    root = reading._parser.close()
    assert len(list(root.iter())) == len(["Woods", "Rows", "Group", "Row"])


def test_a_long_xml_file_is_read_in_bounded_memory(declare: Declare) -> None:
    department = declare("xml")
    feed = department.feeds["licenses"]
    assert feed.files is not None
    head, row, end = re.split(r"(<Row>.*</Row>)", xml_of([ROW]))
    stream = Endless(head.encode(), row.encode(), 40_000, end.encode())
    before = resident()
    pages = FileReader(department, feed, feed.files).read("a.xml", stream)
    assert sum(page.count for page in pages) == 40_000
    assert resident() - before < 20_000_000  # the elements alone would take three times as much


# --- JSON


@pytest.mark.parametrize("form", ["json", "jsonl"])
def test_json_is_read_exactly(declare: Declare, form: str) -> None:
    rows = [[str(number), *ROW[1:]] for number in range(12_000)]
    text = json_of(rows) if form == "json" else "".join(f"{json_of([row])[1:-1]}\n" for row in rows)
    pages = read(declare(form), text.encode(), f"a.{form}")
    assert values(pages, "LSH") == [row[0] for row in rows]
    assert [page.first for page in pages] == [0, 5000, 10_000]
    doubled = read(declare(form), text.replace('"MC"', '"MC": "x", "MC"', 1).encode(), f"a.{form}")
    assert [(fault.row, fault.source) for page in doubled for fault in page.faults] == [(0, "MC")]


@pytest.mark.parametrize("form", ["json", "jsonl"])
@pytest.mark.parametrize("value", ["NaN", "1e400", "7" * 5000, r'"\ud83d"', '{"text": "1"}'])
def test_a_value_of_a_json_file_that_no_database_keeps_is_a_fault_of_its_record(
    declare: Declare, form: str, value: str
) -> None:
    text = json_of([ROW, ROW]).replace(f'"MC": "{ROW[2]}"', f'"MC": {value}', 1)
    text = text if form == "json" else "\n".join(text[1:-1].split("}, {")).replace("\n", "}\n{") + "\n"
    pages = read(declare(form), text.encode(), f"a.{form}")
    assert [(fault.row, fault.source) for page in pages for fault in page.faults] == [(0, "MC")]
    assert values(pages, "MC") == [None, ROW[2]]


@pytest.mark.parametrize("text", ["", "[", "{}", "[1]", json_of([ROW])[:-1], json_of([ROW, ROW])[:-9], f"{json_of([ROW])} x", "[{}{}]", "[{},]"])  # fmt: skip
def test_json_that_is_cut_or_holds_no_records_is_refused(declare: Declare, text: str) -> None:
    with pytest.raises(DepartmentBrokePromise):
        read(declare("json"), text.encode(), "a.json")


def test_an_empty_array_is_a_day_without_records(declare: Declare) -> None:
    assert read(declare("json"), b" [ ] ", "a.json") == []


def test_an_array_inside_an_object_is_compared_with_its_total(declare: Declare) -> None:
    department = declare("json", 'total = "head/total"', records="data")
    document = {"head": {"total": 2}, "data": json.loads(json_of([ROW, ROW]))}
    assert len(values(read(department, json.dumps(document).encode(), "a.json"), "MC")) == 2
    document["head"] = {"total": 3}
    with pytest.raises(DepartmentBrokePromise, match="says 3"):
        read(department, json.dumps(document).encode(), "a.json")


# --- zip


def test_members_are_read_by_name_and_counted_on(declare: Declare) -> None:
    members = {f"{n}.csv": csv_of([[n, *ROW[1:]], [n, *ROW[1:]]]).encode() for n in "bac"}
    pages = read(declare("csv", 'members = "*.csv"'), zip_of({**members, "read.me": b"x"}), "a.ZIP")
    assert values(pages, "LSH") == list("aabbcc")
    assert [page.first for page in pages] == [0, 2, 4]


def _encrypted(content: bytes) -> bytes:
    made = bytearray(content)
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = made.find(mark) + place
        made[at : at + 2] = struct.pack("<H", 1)
    return bytes(made)


def _of_zip64(content: bytes) -> bytes:
    """Put the record before the end record that counts in its place."""
    end = content.rfind(b"PK\5\6")
    count, size, place = struct.unpack("<HLL", content[end + 10 : end + 20])
    record = struct.pack("<4sQHHLLQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, place)
    return content[:end] + record + struct.pack("<4sLQL", b"PK\6\7", 0, end, 1) + content[end:]


GOOD = csv_of([ROW]).encode()
BAD_ZIPS = {
    "cut": zip_of({"a.csv": GOOD})[:-30], "empty": zip_of({}), "no zip": GOOD, "nothing": b"",
    "upwards": zip_of({"../a.csv": GOOD}), "absolute": zip_of({"/etc/a.csv": GOOD}), "windows": zip_of({"..\\a.csv": GOOD}),
    "nested": zip_of({"a.csv": GOOD, "b.zip": zip_of({"c.csv": GOOD})}), "encrypted": _encrypted(zip_of({"a.csv": GOOD})),
    "bomb": zip_of({"a.csv": bytes(12_000_000)}), "too many": zip_of({f"{n}.csv": b"" for n in range(1001)}),
    "too large": zip_of({"a.csv": GOOD + b"x" * 5_000}), "damaged": zip_of({"a.csv": GOOD}).replace(GOOD[:4], b"____"),
    "other": zip_of({"a.csv": GOOD}, lambda info: setattr(info, "compress_type", zipfile.ZIP_BZIP2)),
    "zip64": _of_zip64(zip_of({"a.csv": GOOD})), "no utf-8": zip_of({"é.csv": GOOD}).replace("é".encode(), b"\xc3\x28"),
    "zip64 far from its end": _of_zip64(zip_of({"a.csv": GOOD}))[:-2] + b"\xff\xff" + bytes(65_535),
    "no utf-8 before a member": zip_of({"é.csv": GOOD}).replace("é".encode(), b"\xc3\x28", 1),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_ZIPS)
def test_a_zip_that_is_cut_hostile_or_not_one_is_refused(declare: Declare, name: str) -> None:
    department = declare("csv", 'members = "*.csv"\nlargest = 5_000' if name == "too large" else 'members = "*.csv"')
    content = BAD_ZIPS[name]
    if name == "damaged":
        content = bytearray(zip_of({"a.csv": GOOD}))
        content[60] ^= 0xFF
    with pytest.raises(DepartmentBrokePromise):
        read(department, bytes(content), "a.zip")


# --- what may be declared


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ('done = "ok"', "key 'done'"), ('done = "{day}.ok"', "key 'done'"), ('done_total = true', "needs 'done'"),
        ('done = "{stem}.csv"', "would pass for a file"), ('settle = "soon"', "key 'settle'"), ('members = "a/b"', "no file name"),
        ('archive = "../up"', "without dots"), ('archive = "x"\nreceipts = "x"', "must differ"), ('folder = "a"\narchive = "a"', "must differ"),
        ('delimiter = ";;"', "one character"), ("largest = 0", "above zero"), ("surprise = 1", "unknown"),
    ],
)  # fmt: skip
def test_a_declaration_that_contradicts_itself_is_refused(declare: Declare, more: str, words: str) -> None:
    with pytest.raises(DeclarationError, match=words):
        declare("csv", more)


def test_what_belongs_to_files_is_refused_elsewhere(declare: Declare, tmp_path: Path) -> None:
    department = declare("csv")
    file = department.folder / "department.toml"
    file.write_text(file.read_text("utf-8").replace('kind = "file"', 'kind = "table"'), "utf-8")
    with pytest.raises(DeclarationError):
        load_department("roads", tmp_path)
