"""An answer as large as its declared cap is fetched and read in memory that the answer's own bytes make up."""

from __future__ import annotations

import http.server
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from connectors.declarations.declaration import load_department
from connectors.fake.process import start_fake
from connectors.fake.rows.truth import Plot
from connectors.pages.pages import fetch_pages
from connectors.wire.connection import parse_connection

SIZE = 100_000_000
FETCH_AND_READ = """
import json, resource, sys
import msgspec
from connectors.wire.connection import parse_connection
from connectors.declarations.declaration import load_department
from connectors.pages.pages import fetch_pages, map_pages, read_blocks

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

name, strictness, address = sys.argv[1:]
department = load_department(name)
limits = msgspec.structs.replace(department.transport.limits, page_bytes=200_000_000, deadline_seconds=120.0)
changed = msgspec.structs.replace(department.transport, limits=limits, strictness=strictness)
department = msgspec.structs.replace(department, transport=changed)
feed = department.feeds["licenses"]

def read(path):
    pages = fetch_pages(department, feed, parse_connection(f"{address}/{path}"), None)
    page = next(pages)
    counts = [map_pages(department, feed, [(1, rows)], {}).frame.height for rows in read_blocks(department, feed, page.body, page.media_type)]
    pages.close()
    return sum(counts)

small = read("small")
before = peak()
print(json.dumps({"small": small, "large": read("large"), "grown": peak() - before}))
"""


@contextmanager
def served(answers: dict[str, bytes], media_type: str) -> Iterator[str]:
    """Answer what is asked for below /small and /large; yield the address."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            body = answers[self.path.strip("/").partition("/")[0]]
            self.send_response(200)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST  # noqa: N815 - the name that the class above looks for

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://hub:secret@127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.scale
@pytest.mark.parametrize(
    ("department", "strictness", "first", "between", "last", "most"),
    [
        ("transport", "warn", b'"rows":[', b",", b"]}}", 7 * SIZE),
        ("market_regulation", "warn", b"</Total>", b"", b"</Result>", SIZE + 150_000_000),
        ("market_regulation", "enforce", b"</Total>", b"", b"</Result>", SIZE + 200_000_000),
    ],
)
def test_a_reply_of_a_hundred_megabytes_is_fetched_and_read_in_bounded_memory(
    department: str, strictness: str, first: bytes, between: bytes, last: bytes, most: int
) -> None:
    """Repeat a page's records until the reply is large enough; a process of its own fetches and reads it."""
    declared = load_department(department)
    with start_fake(department, Plot(scale=1000, day=0, bad_share=0)) as fake:
        page = next(fetch_pages(declared, declared.feeds["licenses"], parse_connection(fake.connection_value), None))
    head, _, rest = page.body.partition(first)
    records, _, tail = rest.rpartition(last)
    times = SIZE // len(records) + 1
    large = head + first + between.join([records] * times) + last + tail
    with served({"small": page.body, "large": large}, page.media_type) as address:
        command = [sys.executable, "-c", FETCH_AND_READ, department, strictness, address]
        told = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert len(large) >= SIZE
    assert (told["small"], told["large"]) == (1000, 1000 * times)
    assert told["grown"] < most, f"{told['grown'] / 1e6:.0f} MB for a reply of {SIZE / 1e6:.0f} MB"
