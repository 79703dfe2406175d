"""Ask and feed a library of 125 thousand, of one million and of ten million licenses, beside bare psycopg.

    python -m benchmarks.scale [--sizes N,N,…] [--asks N] [--clients N] [--json]

The first licenses are pulled, the others copied from them (`benchmarks.city`). In the library every question is asked twice in turn:
through the hub, and by psycopg alone with the very statements the hub sent. Over HTTP stand sign-in, policy and the record of every
question; a health check of the same server is the route that does nothing.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any, NamedTuple

import psycopg
from sqlalchemy import Engine, event, text

from benchmarks.city import grow
from benchmarks.hub_way import pull_once
from benchmarks.measures import changed, machine
from benchmarks.pull import NESTED, bench
from benchmarks.search import SECRET, by_http, made, served, spread
from benchmarks.ways import Bench
from connectors.wire.connection import parse_connection
from hub.context import HubContext, utc_now
from hub.serving import planning_once
from license_library.asking.questions import SearchTerms, VerifyQuestion
from license_library.catalogue.catalogue_store import load_catalogue as store_catalogue
from license_library.checklist.checklist import answer_checklist
from license_library.licenses.as_of import license_as_of
from license_library.licenses.held_as_of import held_as_of
from license_library.search.lookup import find_licenses
from license_library.storage.database import open_database
from license_library.storage.embedded import database_url
from license_library.storage.keyring import Keyring
from license_library.verification.verification import verify_license
from schemas.catalogue.catalogue import load_catalogue
from schemas.naming.plain_names import plain_name
from schemas.naming.search_keys import core_of

BASE = 125_000
_LONGEST_ITEM = text("select item_code from item_materials group by 1 order by count(license_type) desc, 1 limit 1")
WARM = 40  # so many are not counted: connections are opened, and statements prepared
Ask = Callable[[Any], object]  # over a connection


class Question(NamedTuple):
    """Hold one question: how the library is asked it, and how the server is."""

    ask: Ask
    method: str
    path: str
    body: dict[str, Any] | None


def main() -> None:
    """Pull, grow, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--sizes", type=lambda told: [int(one) for one in told.split(",")], default=[BASE, 8 * BASE, 80 * BASE]
    )
    parser.add_argument("--asks", type=int, default=300, help="how often each way is asked")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    given = parser.parse_args()
    with bench(min(BASE, given.sizes[0]), [NESTED]) as ready:
        told = []
        for one in measured(ready, given):
            told.append(one)
            print(_one_table(one), file=sys.stderr)  # whoever ends it early keeps what there is
    print(json.dumps(told, ensure_ascii=False, indent=1) if given.json else table(told))


def measured(ready: Bench, given: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """Yield what was measured at each size."""
    url = database_url(ready.home, "city")
    hub = HubContext(open_database(made(url)), Keyring(SECRET), utc_now, ready.connectors)
    pulls = {"first load": pull(ready, hub)}
    with changed(control(ready), days=60):
        pull(ready, hub)  # so that some licenses have a history
    with hub.engine.begin() as conn:
        store_catalogue(conn, load_catalogue())
    base, subjects, copies = *_base(hub.engine), 1
    for size in given.sizes:
        wanted = max(1, round(size / base))
        if wanted > copies:
            grow(hub, range(copies, wanted), subjects)
            copies = wanted
        yield {"machine": machine(), **at_this_size(ready, hub, url, given), "pulls": pulls}
        pulls = {}
    hub.engine.dispose()


def at_this_size(ready: Bench, hub: HubContext, url: str, given: argparse.Namespace) -> dict[str, Any]:
    """Ask everything in every way; then feed it once more, a hundredth changed."""
    with hub.engine.connect() as conn:
        counts = {
            name: conn.scalar(text(f"select count(*) from {name}"))
            for name in ("licenses", "subjects", "license_versions")
        }
        size = conn.scalar(text("select pg_database_size(current_database())")) / 2**30
        asked = questions(conn, hub, given.asks)
    ways = {kind: in_library(hub, url, some) for kind, some in asked.items()}
    with served(url) as address:
        idle = timed(lambda: spread(by_http(address, [("GET", "/api/health", None)] * 4 * given.asks, given.clients)))
        for kind, some in asked.items():
            sent = [(one.method, one.path, one.body) for one in some]
            spread(by_http(address, sent[:WARM], given.clients))
            ways[kind] |= timed(lambda sent=sent: spread(by_http(address, sent, given.clients)))
            ways[kind]["of a route that does nothing"] = round(idle["seconds"] / 4 / ways[kind]["seconds"], 2)
    with changed(control(ready), days=2):
        fed = pull(ready, hub)
    return {**counts, "gib": round(size, 1), "fed": fed, "ways": {"nothing": idle, **ways}}


def pull(ready: Bench, hub: HubContext) -> dict[str, float]:
    """Pull everything once."""
    return pull_once(hub, NESTED, parse_connection(ready.fakes[NESTED].connection_value))


def control(ready: Bench) -> dict[str, Any]:
    """Return how the fake's day is set."""
    return {"control": ready.fakes[NESTED].control, "day": ready.day}


def _base(engine: Engine) -> tuple[int, int]:
    with engine.connect() as conn:
        return conn.execute(
            text("select (select max(license_id) from licenses), (select max(subject_id) from subjects)")
        ).one()


def questions(conn: Any, hub: HubContext, many: int) -> dict[str, list[Question]]:
    """Return questions about licenses chosen at random all over the library, the same at each run."""
    dice, last = random.Random(1), conn.scalar(text("select max(license_id) from licenses"))
    rows: list[Any] = []
    chosen = text("""select l.license_id, l.license_type, l.license_number, s.name, s.kind, s.code_type, s.code_encrypted
                       from licenses l join subjects s using (subject_id) where l.license_id = any(:ids)""")
    while len(rows) < many:
        rows += conn.execute(chosen, {"ids": [dice.randint(1, last) for _ in range(4_000)]}).all()
    rows = rows[:many]
    codes = [(hub.keyring.decrypt(row.code_encrypted).decode(), row.code_type) for row in rows]
    cores = [core_of(plain_name(row.name)) if row.kind == "organisation" else plain_name(row.name) for row in rows]
    return {
        "holder code": [searched(hub, {"holder_code": code, "holder_code_type": kind}) for code, kind in codes],
        "license number": [searched(hub, {"number": row.license_number}) for row in rows],
        "one license as of a day": [as_of(hub, row.license_id) for row in rows],
        "all held on a day": [held(hub, code, kind) for code, kind in codes],
        "what is still to bring": [checklist(conn, hub, code, kind) for code, kind in codes],
        "whether it is as described": [verified(hub, row, code) for row, (code, _) in zip(rows, codes, strict=True)],
        "two characters": [searched(hub, {"text": core[:2]}) for core in cores],
        "whole name": [searched(hub, {"text": row.name}) for row in rows],
    }


def searched(hub: HubContext, terms: dict[str, Any]) -> Question:
    """Return a search."""

    def ask(conn: Any) -> object:
        now = utc_now()
        return find_licenses(conn, hub.keyring, SearchTerms(**terms), now.date(), now)

    return Question(ask, "POST", "/api/search", {"purpose": "benchmark", **terms})


def as_of(hub: HubContext, license_id: int) -> Question:
    """Return a question about one license a week ago."""
    day = (utc_now() - timedelta(days=7)).date()
    return Question(
        lambda conn: license_as_of(conn, hub.keyring, license_id, day, None, utc_now()),
        "GET",
        f"/api/licenses/{license_id}/as-of?on={day}",
        None,
    )


def held(hub: HubContext, code: str, kind: str) -> Question:
    """Return a question about everything a holder held a week ago."""
    now = utc_now()
    day = (now - timedelta(days=7)).date()
    body = {"purpose": "benchmark", "holder_code": code, "holder_code_type": kind, "on": day.isoformat()}
    return Question(
        lambda conn: held_as_of(conn, hub.keyring, code, kind, day, None, now.date(), utc_now()),
        "POST",
        "/api/holdings",
        body,
    )


def checklist(conn: Any, hub: HubContext, code: str, kind: str) -> Question:
    """Return a question about all that a holder must still bring for the item that asks for most."""
    item, now = conn.scalar(_LONGEST_ITEM), utc_now()
    body = {"purpose": "benchmark", "item_code": item, "holder_code": code, "holder_code_type": kind}
    return Question(
        lambda conn: answer_checklist(conn, hub.keyring, item, code, kind, now.date(), utc_now()),
        "POST",
        "/api/checklist",
        body,
    )


def verified(hub: HubContext, row: Any, code: str) -> Question:
    """Return a question whether a license is its holder's."""
    asked: dict[str, Any] = {
        "license_type": row.license_type,
        "license_number": row.license_number,
        "values": {"holder_code": code},
    }
    return Question(
        lambda conn: verify_license(conn, hub.keyring, VerifyQuestion(**asked), utc_now().date(), utc_now()),
        "POST",
        "/api/verify",
        {"purpose": "benchmark", **asked},
    )


def in_library(hub: HubContext, url: str, some: list[Question]) -> dict[str, Any]:
    """Ask each question through the hub, then by psycopg alone with the statements it sent."""
    ours, theirs = [], []
    plain, planned = url.replace("+psycopg", ""), "-c plan_cache_mode=force_generic_plan"
    # Both as the service opens a question.
    with planning_once(hub.engine) as engine, engine.connect() as conn, psycopg.connect(plain, options=planned) as bare:
        for number, one in enumerate([*some[:20], *some]):  # the first ones are not counted: statements are prepared
            with recorded(engine) as sent:
                _asked(conn, one.ask)
            took = [clocked(partial(_asked, conn, one.ask)), clocked(lambda sent=sent: replay(bare, sent))]
            if number >= 20:
                ours.append(took[0])
                theirs.append(took[1])
    told = {"library": spread(iter(ours)), "psycopg": spread(iter(theirs))}
    return {**told, "times psycopg": round(told["library"]["p50"] / told["psycopg"]["p50"], 2), "statements": len(sent)}


def _asked(conn: Any, ask: Ask) -> None:
    with conn.begin():
        ask(conn)


@contextmanager
def recorded(engine: Engine) -> Iterator[list[tuple[str, Any]]]:
    """Keep the statements that are sent while the block runs."""
    sent: list[tuple[str, Any]] = []

    def keep(_conn: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        sent.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", keep)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", keep)


def replay(bare: psycopg.Connection, sent: list[tuple[str, Any]]) -> None:
    """Send statements as they were, in a transaction as they were, and fetch every row."""
    with bare.transaction(), bare.cursor() as cursor:
        for statement, parameters in sent:
            cursor.execute(statement, parameters)
            if cursor.description:
                cursor.fetchall()


def clocked(work: Callable[[], object]) -> float:
    """Return the seconds that some work takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def timed(work: Callable[[], dict[str, float]]) -> dict[str, Any]:
    """Return what some work tells, and its seconds."""
    began = time.perf_counter()
    told = work()
    return {"http": told, "seconds": round(time.perf_counter() - began, 2)}


def table(told: list[dict[str, Any]]) -> str:
    """Return the results as tables of Markdown, one for each size."""
    return "\n\n".join(map(_one_table, told))


def _one_table(told: dict[str, Any]) -> str:
    about = ", ".join(f"{key} {value}" for key, value in told["machine"].items())
    fed = ", ".join(
        f"{name} {value:.2f}" for name, value in told["fed"].items() if name in ("land", "check", "merge", "keys")
    )
    lines = [
        f"{told['licenses']:,} licenses of {told['subjects']:,} subjects, {told['license_versions']:,} former versions, {told['gib']} GiB; {about}",
        "",
        "| asked by | library p50 / p99, ms | psycopg p50 / p99, ms | times psycopg | http p50 / p99, ms | of a route that does nothing |",
        "|---|---|---|---|---|---|",
    ]
    for kind, way in told["ways"].items():
        cells = [_pair(way.get("library")), _pair(way.get("psycopg")), way.get("times psycopg", ""), _pair(way["http"])]
        lines.append(f"| {kind} | {' | '.join(map(str, cells))} | {way.get('of a route that does nothing', '')} |")
    return "\n".join([*lines, "", f"The same feed pulled again, one record in a hundred changed, seconds: {fed}."])


def _pair(told: dict[str, float] | None) -> str:
    return f"{told['p50']} / {told['p99']}" if told else ""


if __name__ == "__main__":
    print("this takes a while: ten million licenses are copied, indexed and keyed", file=sys.stderr)
    main()
