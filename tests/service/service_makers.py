"""What the service's tests put on the shelf and how they ask."""

from __future__ import annotations

import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta

import uvicorn
from fastapi import FastAPI
from httpx import Client, Response
from sqlalchemy import Connection, Engine, insert, update

from license_library.catalogue.calendar import seed_calendar
from license_library.deliveries.outbox import Owing, enqueue
from license_library.files.file_store import FileStore
from license_library.oversight.incidents import Cause, tell_incidents
from license_library.pairs.pair_entries import PairEntry, begin_deciding, write_entries
from license_library.quarantine.corrections import Correction, answer_correction, ask_for_license
from license_library.reconciliation.entries import FeedName
from license_library.reconciliation.reconciling import BucketPair, Difference, Found, save_reconciliation
from license_library.service.settings import ServiceSettings
from license_library.storage.keyring import Keyring
from license_library.tables import activations, deliveries, feeds, shadow_changes
from schemas.catalogue.workdays import announced_days
from schemas.deliveries.deliveries import Delivery, example_of, kind_of, payload_of, read_delivery
from schemas.errors import DeclarationError
from tests.license_library.question_makers import COMPANY, HELD_FOR, IDENTIFIER, NOW, PERSON, Library

TOKEN = "a development token of tests"
PURPOSE = "办件 370283-2016-000123"
COMPANY_NAME = "平度市恒通运输有限公司"
HOSTILE_NAME = "<script>alert('恒通')</script>"
ITEM = "PD-E-002"
OWED_BEFORE = {
    **example_of("decision"),
    "department": "public_security",
    "case_number": "370283-2016-000127",
    "delivery_key": "platform-0127",
}

__all__ = ["COMPANY", "IDENTIFIER", "NOW", "PERSON"]


@dataclass(frozen=True)
class Shelf:
    """What stands where."""

    license_id: int
    hostile_id: int
    license_number: str
    quarantine_id: int
    company_id: int
    twin_id: int  # holds the company's organisation code under another name, which is proposed


def settings_over(engine: Engine) -> ServiceSettings:
    """Return settings over a database, with a clock that stands still."""
    keyring = Keyring(b"a secret of thirty-two bytes, ok")

    def owe(given: Delivery) -> int:
        with engine.begin() as conn:
            return hand_in(conn, keyring, given)

    files = FileStore("memory://license-files", keyring)
    # Who releases a batch for real is the hub: tests/hub/test_held_pages.py.
    return ServiceSettings(
        engine, keyring, TOKEN, lambda: NOW, files, owe=owe, settle_batch=lambda _id, _decision: None
    )


def hand_in(conn: Connection, keyring: Keyring, given: Delivery) -> int:
    """Owe a delivery as the hub would; water declares none."""
    if given.department == "water":
        raise DeclarationError("water: declares no delivery 'decision'; nothing was enqueued")
    owing = Owing(given.department, kind_of(given), given.case_number, "A", payload_of(given), given.delivery_key)
    return enqueue(conn, keyring, owing, NOW)


def fill_shelf(settings: ServiceSettings) -> Shelf:
    """Write three feeds, two subjects, two licenses with a former version, and a quarantine case."""
    with settings.engine.begin() as conn:
        library = Library(conn, settings.keyring)
        library.add_feed("public_security", ("idcard", "hukou"), fresh_at=NOW - timedelta(days=3))
        library.add_feed("transport", ("roadgoods",), fresh_at=None)
        library.add_feed("market_regulation")
        company = library.add_subject()
        face = {"法定代表人": "王建国", "经营范围": "道路货物运输"}
        kept = library.add_license(
            company,
            license_number="370283000012345",
            license_identifier=IDENTIFIER,
            open_ended=True,
            face=face,
            version_count=2,
        )
        library.add_former_version(
            kept,
            company,
            license_number="370283000012345",
            changed_on=date(2015, 4, 1),
            valid_to=date(2016, 3, 1),
        )
        hostile = library.add_subject(HOSTILE_NAME, PERSON, "111")
        marked = library.add_license(
            hostile, holder_name=HOSTILE_NAME, license_name="<b>执照</b>", face={"<i>": "<img src=x onerror=alert(1)>"}
        )
        case = library.add_case()
        add_oversight(conn, library)
        add_deliveries(conn, settings)
        add_reconciliation(conn)
        add_correction(conn, settings, marked)
        twin = add_twin(conn, library, company)
        return Shelf(kept, marked, "370283000012345", case, company, twin)


def unlist(settings: ServiceSettings, license_id: int) -> None:
    """Let the department's whole list lack a license."""
    with settings.engine.begin() as conn:
        Library(conn, settings.keyring).unlist(license_id)


def add_oversight(conn: Connection, library: Library) -> None:
    """Write a shadow exchange with what it found, an activation of each kind, and two incidents."""
    shadow = library.add_exchange(
        "public_security", state="shadowed", is_shadow=True, received_count=9, held_count=6, unchanged_count=2,
        quarantined_count=1, hold_reasons=HELD_FOR, started_at=NOW - timedelta(hours=3),
    )  # fmt: skip
    for kind, name, many, emptied in (
        ("record", "new", 4, 0), ("record", "changed", 2, 0), ("field", "change_reason", 2, 2),
        ("field", "status", 1, 0), ("reason", "record.unknown_code", 1, 0),
    ):  # fmt: skip
        row = {"exchange_id": shadow, "kind": kind, "name": name, "found_count": many, "emptied_count": emptied}
        conn.execute(insert(shadow_changes).values(**row, examples=["<i>R1", "R2"]))
    conn.execute(update(feeds).values(mapping_digest="m1"))
    approved = {"state": "active", "approved_by": "李科长", "approved_at": NOW}
    for department, facts in (
        ("public_security", {"state": "proposed"}), ("market_regulation", approved),
        ("transport", {**approved, "mapping_digest": "m0"}),
    ):  # fmt: skip
        row = {"department": department, "feed": "licenses", "mapping_digest": "m1", "declaration_digest": "d1",
               "shadow_exchange_id": shadow, "proposed_by": "王工", "proposed_at": NOW, **facts}  # fmt: skip
        conn.execute(insert(activations).values(**row))
    told = "字段 QueryLicenses: Result/Item/BGSY 疑似更名为 <b>BGYYSM</b>", "field BGSY seems to be called BGYYSM now"
    causes = [
        Cause("licenses", "renamed BGSY", "critical", *told),
        Cause("", "operation_added Ping", "notice", "新增接口 Ping", "Ping is new"),
    ]
    tell_incidents(conn, "market_regulation", "drift", causes, NOW)


def add_twin(conn: Connection, library: Library, company: int) -> int:
    """Write a subject under the organisation code of the company, named like an attack, and propose that it is the same."""
    twin = library.add_subject("<i>恒通运输部", COMPANY[8:17], "099")
    pair = {"subject_id": company, "other_id": twin, "decision": "proposed", "rule": "organisation_code"}
    write_entries(conn, [PairEntry(**pair, doubt="names_differ")], begin_deciding(conn, lambda: NOW))
    return twin


def add_correction(conn: Connection, settings: ServiceSettings, license_id: int) -> None:
    """Ask about a name in words like an attack, and withdraw it, so that nothing is disputed."""
    seed_calendar(conn, list(announced_days()))
    asked = Correction(field="holder_name", basis=HOSTILE_NAME, who="<i>张工", seen=HOSTILE_NAME, proposed=COMPANY_NAME)
    number = ask_for_license(conn, settings.keyring, license_id, asked, settings.today(), NOW)
    answer_correction(conn, number, "withdrawn", "<i>张工", "<b>误提", NOW)


def add_reconciliation(conn: Connection) -> None:
    """Write a reconciliation that found one record of each kind, one of them named like an attack, one like a person."""
    later, earlier = NOW - timedelta(hours=1), NOW - timedelta(days=2)
    found = Found("buckets", "d1", later, earlier, 9, 9, 6, 3, 1, 1, 1, 2, 1)
    told = [
        Difference("<i>R1", "missing", "0a1", later, None),
        Difference(f"Z{PERSON}", "extra", "0a2", None, later),
        Difference("R3", "different", "0a3", earlier, later),
    ]
    pairs = [BucketPair("0a1", 3, "ab" * 8, 2, "cd" * 8), BucketPair("0a2", 0, "", 1, "cd" * 8)]
    save_reconciliation(conn, FeedName("transport", "licenses"), found, told, pairs, NOW)
    tell_incidents(conn, "transport", "differs", [], NOW)  # its incident is another test's business


def add_deliveries(conn: Connection, settings: ServiceSettings) -> None:
    """Owe transport a decision that is to be verified and one that waits for it, market regulation one that is done."""
    payload = {"applicant_name": HOSTILE_NAME, "applicant_code": PERSON}
    for department, case, state, facts in (
        ("transport", "370283-2016-000123", "to_verify", {"reason_code": "department.timeout", "answer": "<b>no answer</b>", "tries": 1, "is_doubtful": True}),
        ("transport", "370283-2016-000123", "waiting", {}),
        ("market_regulation", "370283-2016-000124", "done", {"finished_at": NOW, "number": "DJ-1", "tries": 1}),
        ("market_regulation", "370283-2016-000125", "refused", {"reason_code": "department.refused", "answer": "status is '402'", "tries": 2}),
        ("market_regulation", "370283-2016-000126", "acknowledged", {"tries": 1, "number": "DJ-2"}),
    ):  # fmt: skip
        owing = Owing(department, "decision", case, "C" if department == "transport" else "B", payload)
        owed = enqueue(conn, settings.keyring, owing, NOW)
        conn.execute(update(deliveries).where(deliveries.c.delivery_id == owed).values(state=state, **facts))
    owed = hand_in(conn, settings.keyring, read_delivery(json.dumps(OWED_BEFORE).encode(), settings.today()))
    refused = {"state": "refused", "reason_code": "delivery.given_up", "tries": 20}
    conn.execute(update(deliveries).where(deliveries.c.delivery_id == owed).values(**refused))


def form_token(client: Client, path: str = "/") -> str:
    """Return the token that the forms of a page carry."""
    found = re.search(r'name="csrf" value="(\w+)"', client.get(path).text)
    assert found
    return found[1]


def post_form(client: Client, path: str, **fields: str) -> Response:
    """Post a form as the page itself would."""
    return client.post(path, data={"csrf": form_token(client), "purpose": PURPOSE, **fields})


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """Serve an application on a loopback port and yield its address."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off", ws="none"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            _wait_for(server)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(10)


def calling(address: str, **headers: str) -> Client:
    """Return a client of a server that follows no redirect and knows no proxy."""
    return Client(base_url=address, headers=headers, trust_env=False, timeout=30)


def _wait_for(server: uvicorn.Server) -> None:
    deadline = time.monotonic() + 10
    while not server.started:
        assert time.monotonic() < deadline, "the server did not start"
        time.sleep(0.01)
