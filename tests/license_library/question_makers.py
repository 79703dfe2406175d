"""Rows for the questions' tests: valid defaults, one override per test, written straight into the tables."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import Connection, text

from license_library.asking.holders import holder_hash
from license_library.catalogue.catalogue_store import load_catalogue
from license_library.search.subject_keys import key_batch, queue_subjects
from license_library.storage.keyring import Keyring
from schemas.catalogue.catalogue import load_catalogue as read_catalogue
from schemas.identifiers.holder_code_types import holder_kind
from schemas.naming.names import name_key
from schemas.suites.hold_reasons import hold_reason, kept_reasons

NOW = datetime(2016, 6, 15, 2, 0, tzinfo=UTC)
TODAY = date(2016, 6, 15)
HELD_FOR = kept_reasons([hold_reason("batch.bad_records", bad=6, received=9, most=0.05)])
PERSON = "370283199003077211"
OLD_COUNTY_PERSON = "370226196501010019"
COMPANY = "91370283MA3N0A9C6Y"
IDENTIFIER = "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.001.U"
LEGACY_IDENTIFIER = "1.2.156.3005.2.11100000000013661B006.113700000045046442.209FA4E88F9E4C878F3E9BED2CE7EA49.001.M"
DEPARTMENT_NAMES = {
    "market_regulation": "平度市市场监督管理局",
    "public_security": "平度市公安局",
    "real_estate": "不动产登记中心",
    "transport": "平度市交通运输局",
}
_DISPUTE = """
insert into correction_requests (department, feed, record_id, license_id, field, basis, asked_by, asked_at, due_on, state)
select department, feed, record_id, license_id, 'valid_to', 'x', 'x', :now, :due, 'open' from licenses where license_id = :id
"""


@dataclass
class Library:
    """Write subjects, licenses and quarantine cases of one test; the catalogue is loaded where it was not."""

    conn: Connection
    keyring: Keyring
    numbers: Any = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        if not self.conn.scalar(text("select exists (select from authorities)")):
            load_catalogue(self.conn, read_catalogue())

    def add_feed(
        self,
        department: str = "market_regulation",
        types: tuple[str, ...] = ("bizlic", "namepre"),
        fresh_at: datetime | None = NOW - timedelta(hours=1),
        feed: str = "licenses",
    ) -> int:
        """Declare a feed of a department that promises 26 hours, with one merged exchange; return the exchange."""
        self._run(
            """insert into departments values (:department, :name, null, '专网', '数据科', 'soap', 'd1', :now)
               on conflict do nothing""",
            department=department,
            name=DEPARTMENT_NAMES.get(department, department),
            now=NOW,
        )
        self._run(
            """insert into feeds (department, feed, record_type, license_types, fresh_seconds, fresh_at)
               values (:department, :feed, 'license', :types, 93600, :fresh_at)""",
            department=department,
            feed=feed,
            types=list(types),
            fresh_at=fresh_at,
        )
        return self.add_exchange(department, feed)

    def add_exchange(self, department: str = "market_regulation", feed: str = "licenses", **changes: Any) -> int:
        """Write an exchange and its one page."""
        values = {
            "department": department,
            "feed": feed,
            "epoch": 1,
            "state": "merged",
            "started_at": NOW - timedelta(hours=1),
            "finished_at": NOW - timedelta(minutes=59),
            "lease_until": NOW,
            "lease_seconds": 600,
            "mapping_version": "map-1",
            "rule_version": "rule-1",
            "page_count": 1,
            **changes,
        }
        exchange_id = self._insert("exchanges", "exchange_id", values)
        self._insert("landed_pages", "page_number", _page(exchange_id))
        return exchange_id

    def add_subject(self, name: str = "平度市恒通运输有限公司", code: str = COMPANY, code_type: str = "001") -> int:
        """Write a subject."""
        values = {
            "holder_hash": holder_hash(self.keyring, code_type, code),
            "code_type": code_type,
            "code_encrypted": self.keyring.encrypt(code.encode()),
            "kind": holder_kind(code_type),
            "name": name,
            "name_key": name_key(name),
            "named_at": NOW,
            "known_from": NOW,
        }
        return self._insert("subjects", "subject_id", values)

    def make_keys(self) -> None:
        """Make the search keys of every subject, as a merge would afterwards."""
        queue_subjects(self.conn, every=True)
        key_batch(self.conn, self.keyring)

    def add_former_name(self, subject_id: int, name: str, ordinal: int = 1) -> None:
        """Write a name that a subject gave up."""
        statement = "insert into former_names values (:id, :ordinal, :name, :at, :at)"
        self._run(statement, id=subject_id, ordinal=ordinal, name=name, at=NOW)

    def add_license(self, subject_id: int, **changes: Any) -> int:
        """Write a current license of a subject."""
        return self._insert("licenses", "license_id", self._license(subject_id, changes))

    def add_holders(self, license_id: int, *holders: tuple[int, str, str | None], version_count: int = 1) -> None:
        """Write everyone whom a version of a license lists: subject, name, share."""
        for ordinal, (subject_id, name, share) in enumerate(holders, 1):
            values = {"license_id": license_id, "version_count": version_count, "ordinal": ordinal}
            self._insert(
                "license_holders", "ordinal", values | {"subject_id": subject_id, "name": name, "share": share}
            )

    def add_former_version(self, license_id: int, subject_id: int, version_count: int = 1, **changes: Any) -> None:
        """Write a former version of a license."""
        values = self._license(subject_id, changes) | {"license_id": license_id, "version_count": version_count}
        self._insert("license_versions", "license_id", values | {"known_to": changes.get("known_to", NOW)})

    def unlist(self, license_id: int) -> None:
        """Let the department's whole list lack a license."""
        self._run("update licenses set unlisted_at = :now where license_id = :id", now=NOW, id=license_id)

    def dispute(self, license_id: int) -> None:
        """Ask the department of a license to put a value right."""
        self._run(_DISPUTE, now=NOW, due=TODAY, id=license_id)

    def let_a_newer_record_wait(self, license_id: int) -> int:
        """Write a case of a license's own record."""
        (record_id,) = self.read("select record_id from licenses where license_id = :id", id=license_id)
        (department,) = self.read("select department from licenses where license_id = :id", id=license_id)
        return self.add_case(record_id=record_id, department=department)

    def add_case(self, **changes: Any) -> int:
        """Write a quarantine case of the latest exchange."""
        number = next(self.numbers)
        problems = changes.pop("problems", [_problem()])
        values = {
            "department": "market_regulation",
            "feed": "licenses",
            "record_id": f"Q{number}",
            "license_type": "bizlic",
            "holder_hashes": [],
            "problems": json.dumps(problems),
            "codes": sorted({problem["code"] for problem in problems}),
            "digest": hashlib.sha256(f"case {number}".encode()).digest(),
            "exchange_id": self._run("select max(exchange_id) from exchanges").scalar_one(),
            "page_number": 1,
            "position": 7,
            "mapping_version": "map-1",
            "rule_version": "rule-1",
            "state": "open",
            "first_seen_at": NOW,
            "last_seen_at": NOW,
            **changes,
        }
        return self._insert("quarantined_records", "quarantine_id", values)

    def read(self, statement: str, **values: Any) -> list[Any]:
        """Return the first column of what a statement finds."""
        return list(self._run(statement, **values).scalars())

    def change(self, statement: str, **values: Any) -> None:
        """Run a statement that changes rows."""
        self._run(statement, **values)

    def _license(self, subject_id: int, changes: dict[str, Any]) -> dict[str, Any]:
        number = next(self.numbers)
        department, feed = changes.get("department", "market_regulation"), changes.get("feed", "licenses")
        found = "select max(exchange_id) from exchanges where department = :department and feed = :feed"
        exchange_id = self._run(found, department=department, feed=feed).scalar_one()
        values = {
            "department": department,
            "feed": feed,
            "subject_id": subject_id,
            "record_id": f"R{number}",
            "license_type": "bizlic",
            "license_name": "营业执照",
            "license_number": f"3702830000{number:05}",
            "issuer_name": "平度市市场监督管理局",
            "issued_on": date(2015, 3, 1),
            "holder_name": "平度市恒通运输有限公司",
            "open_ended": False,
            "area_code": "370283",
            "status": "valid",
            "source_updated_at": NOW - timedelta(days=3),
            "digest": hashlib.sha256(str(number).encode()).digest(),
            "page_number": 1,
            "position": 4,
            "version_count": 1,
            "known_from": NOW - timedelta(days=2),
            "exchange_id": exchange_id,
            "mapping_version": "map-1",
            **changes,
        }
        return values | ({"face": json.dumps(values["face"])} if "face" in values else {})

    def _insert(self, table: str, key: str, values: dict[str, Any]) -> int:
        marks = ", ".join(f":{name}" for name in values)
        statement = f"insert into {table} ({', '.join(values)}) values ({marks}) returning {key}"
        return int(self._run(statement, **values).scalar_one())

    def _run(self, statement: str, **values: Any) -> Any:
        return self.conn.execute(text(statement), values)


def kept_phrase(code: str, **values: str) -> dict[str, Any]:
    """Give a phrase as a problem keeps it."""
    return {"code": code, "values": values}


def _problem() -> dict[str, Any]:
    expected, got = kept_phrase("date_form", form="%Y-%m-%d"), kept_phrase("value", value="2016-13-45")
    return {"code": "record.bad_date", "field": "valid_to", "expected": expected, "got": got}


def _page(exchange_id: int) -> dict[str, Any]:
    moments = dict.fromkeys(("requested_at", "first_byte_at", "received_at", "stored_at"), NOW - timedelta(hours=1))
    return {
        "exchange_id": exchange_id,
        "page_number": 1,
        "request": "QueryLicenses page 1",
        "media_type": "text/xml",
        "http_status": 200,
        "digest": bytes(range(32)),
        "size_bytes": 1234,
        "body": b"sealed",
        **moments,
    }
