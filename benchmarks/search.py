"""Search a library that the hub itself pulled: p50 and p99 of each way of asking, over the library call and over HTTP.

    python -m benchmarks.search [--records N] [--asks N] [--clients N] [--json]

The licenses come from a fake department, through the hub's own pull. What is typed is taken from the library at random. Over
HTTP stand sign-in, policy and the record of every question; a health check of the same server is the route that does nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import Any

import httpx
from sqlalchemy import text

from benchmarks.hub_way import pull_once
from benchmarks.measures import machine, metered
from benchmarks.pull import bench
from benchmarks.ways import ROOT, Bench
from connectors.wire.connection import parse_connection
from hub.context import HubContext, prepare_database, utc_now
from license_library.asking.questions import SearchTerms
from license_library.search.lookup import find_licenses
from license_library.search.subject_keys import key_subjects, queue_subjects
from license_library.storage import embedded
from license_library.storage.database import open_database
from license_library.storage.embedded import database_url
from license_library.storage.keyring import Keyring
from schemas.naming.plain_names import plain_name
from schemas.naming.search_keys import core_of
from schemas.naming.sounds import initials, spellings

SECRET = bytes(32)
TOKEN = "the token of a benchmark"  # noqa: S105 - of a server that lives for a minute
DEPARTMENT = "transport"
SHOWN = {"cpu": "library: CPU ms, client / PostgreSQL"}
Asked = dict[str, list[dict[str, Any]]]
Call = tuple[str, str, dict[str, Any] | None]  # method, path, body


def main() -> None:
    """Pull, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--asks", type=int, default=300, help="how often each way is asked")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    given = parser.parse_args()
    with bench(given.records, [DEPARTMENT]) as ready:
        told = measure(ready, given)
    print(json.dumps(told, ensure_ascii=False, indent=1) if given.json else table(told))


def measure(ready: Bench, given: argparse.Namespace) -> dict[str, Any]:
    """Fill a library and ask it everything in every way."""
    url = database_url(ready.home, "searched")
    engine = open_database(made(url))
    hub = HubContext(engine, Keyring(SECRET), utc_now, ready.connectors)
    pull_once(hub, DEPARTMENT, parse_connection(ready.fakes[DEPARTMENT].connection_value))
    keys = measure_keys(ready, hub)
    with engine.connect() as conn:
        conn.execute(text("analyze"))
        counts = {name: conn.scalar(text(f"select count(*) from {name}")) for name in ("licenses", "subjects")}
        asked = what_is_typed(conn, given.asks)
    ways = {kind: in_library(ready, hub, questions) for kind, questions in asked.items()}
    with served(url) as address:
        ways["nothing"] = over_http(address, [("GET", "/api/health", None)] * given.asks, given.clients)
        for kind, questions in asked.items():
            calls: list[Call] = [
                ("POST", "/api/search", {"purpose": "benchmark", **question}) for question in questions
            ]
            ways[kind] |= over_http(address, calls, given.clients)
    engine.dispose()
    return {"machine": machine(), **counts, "keys": keys, "ways": ways}


def in_library(ready: Bench, hub: HubContext, questions: list[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """Ask the library; return the spread of the clock, and CPU milliseconds a question, ours and the server's."""
    deque(by_library(hub, questions[:10]), maxlen=0)  # statements are prepared, dictionaries read
    with metered(postmaster_of(ready)) as told:
        clock = spread(by_library(hub, questions))
    return {
        "library": clock,
        "cpu": {name: round(told[name] * 1000 / len(questions), 2) for name in ("client_cpu", "server_cpu")},
    }


def postmaster_of(ready: Bench) -> int:
    """Return the process id of the database server."""
    return int((embedded.status(ready.home).data / "postmaster.pid").read_text().split()[0])


def measure_keys(ready: Bench, hub: HubContext) -> dict[str, float]:
    """Make every subject's keys anew; return seconds for 100,000 subjects."""
    deque((plain_name("恆"), spellings("恒", is_person=True)), maxlen=0)  # the dictionaries are read once a process
    with hub.engine.begin() as conn:
        count = queue_subjects(conn, every=True)
        conn.execute(text("truncate subject_keys"))
    with metered(postmaster_of(ready)) as told:
        key_subjects(hub.engine, hub.keyring)
    return {name: round(value * 100_000 / count, 2) for name, value in told.items()}


def what_is_typed(conn: Any, many: int) -> Asked:
    """Return questions of each kind about subjects and licenses chosen at random, the same at each run."""
    conn.execute(text("select setseed(0.5)"))
    rows = conn.execute(
        text("""select s.name, s.kind, l.license_number from subjects s join licenses l using (subject_id)
                 where l.license_number !~ '^[0-9]{17}' order by random() limit :many"""),
        {"many": many},
    ).all()
    dice, plain = random.Random(1), [(plain_name(row.name), row.kind) for row in rows]
    cores = [core_of(name) if kind == "organisation" else name for name, kind in plain]
    heard = [spellings(core, is_person=kind == "person")[0] for core, (_, kind) in zip(cores, plain, strict=True)]
    return {
        "license number": [{"number": row.license_number} for row in rows],
        "whole name": [{"text": row.name} for row in rows],
        "two characters": [{"text": core[start : start + 2]} for core in cores for start in [dice.randint(0, max(0, len(core) - 2))]],
        "two characters, counted": [{"text": core[:2], "counts": True} for core in cores],
        "a name nobody has": [{"text": core[::-1] + "燚"} for core in cores],
        "sounds alike": [{"text": core, "look_alikes": True} for core in cores],
        "pinyin": [{"text": "".join(way)} for way in heard],
        "initials": [{"text": initials(core)[0]} for core in cores],
    }  # fmt: skip


def by_library(hub: HubContext, questions: list[dict[str, Any]]) -> Iterator[float]:
    """Ask the library itself; yield seconds."""
    for question in questions:
        terms, now = SearchTerms(**question), utc_now()
        began = time.perf_counter()
        with hub.engine.begin() as conn:
            find_licenses(conn, hub.keyring, terms, now.date(), now)
        yield time.perf_counter() - began


def over_http(address: str, calls: Sequence[Call], clients: int) -> dict[str, dict[str, float]]:
    """Ask one after the other, then some at once; return the spread of both."""
    alone = spread(by_http(address, calls, 1))
    return {"http": alone, f"http, {clients} clients": spread(by_http(address, calls, clients))}


def by_http(address: str, calls: Sequence[Call], clients: int) -> Iterator[float]:
    """Ask the server, some clients at once, each over a connection that stays; yield seconds."""
    with ThreadPoolExecutor(clients) as pool:
        for seconds in pool.map(lambda part: _ask_all(address, part), [calls[n::clients] for n in range(clients)]):
            yield from seconds


def _ask_all(address: str, calls: Sequence[Call]) -> list[float]:
    headers, seconds = (
        {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json", "X-Purpose": "benchmark"},
        [],
    )
    client = HTTPConnection(
        address.removeprefix("http://"), timeout=60
    )  # of the clients there are, the one that costs least
    for method, path, body in [("GET", "/api/health", None), *calls]:
        told = json.dumps(body).encode() if body else None
        began = time.perf_counter()
        client.request(method, path, told, headers)
        answer = client.getresponse()
        read = answer.read()
        seconds.append(time.perf_counter() - began)
        assert answer.status == 200, read
    client.close()
    return seconds[1:]


@contextmanager
def served(url: str) -> Iterator[str]:
    """Serve the library as `hub serve` does, in a process of its own."""
    environment = {**os.environ, "HUB_DATABASE_URL": url, "HUB_SECRET_KEY": SECRET.hex(), "HUB_TOKEN": TOKEN}
    command = [sys.executable, "-c", "from hub.command import app; app()", "serve", "--port", "8371"]
    server = subprocess.Popen(command, env=environment, cwd=ROOT)
    try:
        _wait_for("http://127.0.0.1:8371")
        yield "http://127.0.0.1:8371"
    finally:
        server.terminate()
        server.wait(30)


def _wait_for(address: str) -> None:
    for _ in range(300):
        try:
            if httpx.get(f"{address}/api/health", trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise SystemExit("the server did not start")


def made(url: str) -> str:
    """Migrate a fresh database; return its address."""
    from license_library.storage.database import migrate  # noqa: PLC0415 - alembic is heavy, and the help needs none of it

    migrate(url)
    engine = open_database(url)
    prepare_database(url, engine)
    engine.dispose()
    return url


def spread(seconds: Iterator[float]) -> dict[str, float]:
    """Return p50 and p99 in milliseconds."""
    told = sorted(seconds)
    return {"p50": round(told[len(told) // 2] * 1000, 2), "p99": round(told[int(len(told) * 0.99)] * 1000, 2)}


def table(told: dict[str, Any]) -> str:
    """Return the results as a table of Markdown."""
    columns = list(dict.fromkeys(way for ways in told["ways"].values() for way in ways))
    lines = [
        f"| asked by | {' | '.join(SHOWN.get(one, f'{one}: p50 / p99, ms') for one in columns)} |",
        "|---" * (len(columns) + 1) + "|",
    ]
    for kind, ways in told["ways"].items():
        cells = [" / ".join(str(value) for value in ways[one].values()) if one in ways else "" for one in columns]
        lines.append(f"| {kind} | {' | '.join(cells)} |")
    about = ", ".join(f"{key} {value}" for key, value in told["machine"].items())
    keys = ", ".join(f"{name} {value}" for name, value in told["keys"].items())
    head = f"{told['licenses']:,} licenses of {told['subjects']:,} subjects; {about}"
    return "\n".join([head, "", *lines, "", f"Search keys for 100,000 subjects, made anew, in seconds: {keys}."])


if __name__ == "__main__":
    main()
