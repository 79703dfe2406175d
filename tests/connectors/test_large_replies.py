"""An answer as large as its declared cap is read in memory that is a fixed multiple of it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from connectors.connection import parse_connection
from connectors.declaration import load_department
from connectors.fake.process import start_fake
from connectors.fake.truth import Plot
from connectors.pages import fetch_pages

SIZE = 100_000_000
READ = """
import json, resource, sys
from pathlib import Path
from connectors.declaration import load_department
from connectors.pages import read_page

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

name, file, kind, count = sys.argv[1:]
department, body = load_department(name), Path(file).read_bytes()
before = peak()
assert read_page(department, department.feeds["licenses"], body, kind).count == int(count)
print(json.dumps({"grown": peak() - before}))
"""


@pytest.mark.scale
@pytest.mark.parametrize(
    ("department", "first", "between", "last", "most"),
    [
        ("transport", b'"rows":[', b",", b"]}}", 6),
        ("market_regulation", b"</Total>", b"", b"</Result>", 16),
    ],
)
def test_a_reply_of_a_hundred_megabytes_is_read_in_a_fixed_multiple_of_its_size(  # noqa: PLR0917 - where its records begin and end
    department: str, first: bytes, between: bytes, last: bytes, most: int, tmp_path: Path
) -> None:
    """Repeat a page's records until the reply is large enough; a process of its own reads it."""
    declared = load_department(department)
    with start_fake(department, Plot(scale=1000, day=0, bad_share=0)) as fake:
        page = next(fetch_pages(declared, declared.feeds["licenses"], parse_connection(fake.connection_value), None))
    head, _, rest = page.body.partition(first)
    records, _, tail = rest.rpartition(last)
    times = SIZE // len(records) + 1
    large = tmp_path / "reply"
    large.write_bytes(head + first + between.join([records] * times) + last + tail)
    command = [sys.executable, "-c", READ, department, large, page.media_type, str(1000 * times)]
    told = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert large.stat().st_size >= SIZE
    assert told["grown"] < most * SIZE, f"{told['grown'] / SIZE:.1f} times its size"
