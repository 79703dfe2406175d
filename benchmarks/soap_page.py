"""SOAP pages of 1,000 records from bytes to checked columns, beside zeep's own full objects of the same bytes.

    python -m benchmarks.soap_page [--pages N] [--rounds N] [--changes N]

With `--changes`, each record also holds a list of changes (变更记录) of four fields each, as a registry would send it: the contract is
a copy in which it is declared, and both sides read it; nobody asks for its values.
Ours includes the judgement by the contract's schema, the mapping and the record checks, over many pages at once as the
hub does it, and over one page alone; zeep only makes its objects, which costs it the same for each page. Ways are
interleaved, seconds are CPU seconds of this process, medians of the rounds are printed.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import zeep
from requests import Response

from benchmarks.measures import machine, middle
from connectors.declarations.declaration import Department, Feed, load_department
from connectors.fake.process import start_fake
from connectors.fake.rows.truth import Plot
from connectors.pages.pages import FetchedPage, fetch_pages, map_pages, read_page
from connectors.wire.connection import parse_connection
from schemas.catalogue.catalogue import load_catalogue
from schemas.checking.checks import check_records
from schemas.license.license import LICENSE

DEPARTMENT, RECORDS = "market_regulation", 1000
CHANGE = {
    "BGRQ": "2019-06-11",
    "BGSX": "住所变更",
    "BGQ": "山东省青岛市平度市胜利路292号",
    "BGH": "山东省青岛市平度市人民路7号",
}


def main() -> None:
    """Measure and print one table."""
    asked = read_arguments()
    with tempfile.TemporaryDirectory() as folder:
        compare(asked, load_department(DEPARTMENT, declare_changes(Path(folder))))


def compare(asked: argparse.Namespace, department: Department) -> None:
    """Measure every way in turn and print one table."""
    feed = department.feeds["licenses"]
    pages = [with_changes(page, asked.changes) for page in fetch(load_department(DEPARTMENT), feed, asked.pages)]
    ways = {
        "zeep's objects": (zeep_reader(department, feed, pages[:1]), 1),
        "the hub's checked columns, one page alone": (hub_reader(department, feed, pages[:1]), 1),
        f"the hub's checked columns, {asked.pages} pages": (hub_reader(department, feed, pages), asked.pages),
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(asked.rounds + 1):
        for name, (read, count) in ways.items():
            found, spent = timed(read)
            assert found == count * RECORDS, f"{name}: {found} records"
            if number:
                seconds[name].append(spent / count)
    print(table(asked.rounds, len(pages[0].body), {name: middle(runs) for name, runs in seconds.items()}))


def read_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--changes", type=int, default=0)
    return parser.parse_args()


def fetch(department: Department, feed: Feed, pages: int) -> list[FetchedPage]:
    """Ask the fake for pages of a thousand records."""
    with start_fake(DEPARTMENT, Plot(scale=pages * RECORDS, day=0, bad_share=0)) as fake:
        return list(fetch_pages(department, feed, parse_connection(fake.connection_value), None))


def declare_changes(root: Path) -> Path:
    """Copy the department with a contract whose licenses may hold a list of changes."""
    folder = root / DEPARTMENT
    shutil.copytree(load_department(DEPARTMENT).folder, folder)
    schema = folder / "contract" / "registry.xsd"
    fields = "".join(f'<xs:element name="{name}" type="xs:string"/>' for name in CHANGE)
    one = f'<xs:element name="BG" minOccurs="0" maxOccurs="unbounded"><xs:complexType><xs:sequence>{fields}</xs:sequence></xs:complexType></xs:element>'
    listed = f'<xs:element name="BGJL" minOccurs="0"><xs:complexType><xs:sequence>{one}</xs:sequence></xs:complexType></xs:element>'
    before, last, after = schema.read_text("utf-8").partition('<xs:element name="GXSJ" type="xs:dateTime">')
    schema.write_text(before + listed + last + after, "utf-8")
    sums = folder / "contract" / "SHA256SUMS"
    digest = hashlib.sha256(schema.read_bytes()).hexdigest()
    sums.write_text(re.sub(r"[0-9a-f]{64}(?=\s+\*?registry\.xsd)", digest, sums.read_text("utf-8")), "utf-8")
    return root


def with_changes(page: FetchedPage, count: int) -> FetchedPage:
    """Give each record of a page a list of changes."""
    if not count:
        return page
    change = "".join(f"<{name}>{value}</{name}>" for name, value in CHANGE.items())
    listed = f"<BGJL>{f'<BG>{change}</BG>' * count}</BGJL><GXSJ>"
    return replace(page, body=page.body.replace(b"<GXSJ>", listed.encode()))


def zeep_reader(department: Department, feed: Feed, pages: list[FetchedPage]) -> Callable[[], int]:
    """Return what makes zeep's objects of each page, its contract long loaded."""
    client = zeep.Client(str(department.folder / department.transport.contract))
    binding: Any = client.service._binding
    operation, answers = binding.get(feed.operation), [response(page) for page in pages]

    def read() -> int:
        return sum(len(binding.process_reply(client, operation, answer).Item) for answer in answers)

    return read


def response(page: FetchedPage) -> Response:
    """Return a page as the library that zeep calls would give it."""
    answer = Response()
    answer.status_code, answer._content, answer.headers["Content-Type"] = page.status, page.body, page.media_type
    return answer


def hub_reader(department: Department, feed: Feed, pages: list[FetchedPage]) -> Callable[[], int]:
    """Return what the hub does between the bytes of pages and a verdict on every record."""
    names = {kind.license_type: kind.name for kind in load_catalogue().license_types}
    today = datetime.now(UTC).date()

    def read() -> int:
        rows = [(page.number, read_page(department, feed, page.body, page.media_type)) for page in pages]
        frame = map_pages(department, feed, rows, names).frame
        assert check_records(frame, LICENSE, frozenset(names), today).is_empty()
        return frame.height

    return read


def timed(read: Callable[[], int]) -> tuple[int, float]:
    """Return what was counted, and the CPU seconds it took."""
    began = time.process_time()
    return read(), time.process_time() - began


def table(rounds: int, size: int, medians: dict[str, float]) -> str:
    """Return the results as a table of Markdown."""
    slowest = max(medians.values())
    lines = ["| way | CPU ms a page | µs a record | times as fast |", "|---|---|---|---|"]
    for name, seconds in medians.items():
        lines.append(f"| {name} | {seconds * 1e3:.1f} | {seconds / RECORDS * 1e6:.0f} | {slowest / seconds:.1f} |")
    about = ", ".join(f"{key} {value}" for key, value in machine().items())
    return "\n".join([f"{RECORDS:,} records a page, {size:,} bytes, {rounds} rounds; {about}", "", *lines])


if __name__ == "__main__":
    main()
