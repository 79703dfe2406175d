"""Hot questions go through indexes: with thousands of rows and honest statistics no big table is walked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from database_clones import Cloned
from question_makers import COMPANY, IDENTIFIER, NOW, TODAY, Library
from sqlalchemy import Engine, event

from license_library.asking.bound_holders import bound_to_code
from license_library.asking.held_records import COUNTED, count_held
from license_library.asking.looks import asks_more
from license_library.asking.questions import ConflictFilter, PairFilter, SearchTerms, VerifyQuestion
from license_library.checklist.checklist import answer_checklist
from license_library.copies.copy_checks import check_content, check_identifier
from license_library.copies.working_copies import list_copies, new_identifier
from license_library.facts.conflict_list import list_conflicts, show_conflict
from license_library.facts.prefill import answer_prefill
from license_library.facts.subject_facts import facts_of_subject
from license_library.files.license_files import find_files, list_files, newest_file
from license_library.licenses.dossier import get_license
from license_library.licenses.held_as_of import held_as_of
from license_library.merge.staged import keep_held
from license_library.pairs.subject_pairs import find_pair, list_pairs
from license_library.search.lookup import find_licenses
from license_library.sharing.consumers import add_consumer
from license_library.sharing.shared_files import use_link
from license_library.sharing.shared_licenses import find_by_holder, find_by_identifier
from license_library.storage.database import plan_once
from license_library.storage.keyring import Keyring
from license_library.verification.qr_payloads import find_by_qr_payload
from license_library.verification.verification import verify_license
from schemas.identifiers.holder_code_types import OTHER_ORGANISATION
from schemas.identifiers.organisation_code import organisation_code_check

BIG = {
    "subject_decisions",
    "subject_groups",
    "fact_decisions",
    "subject_keys",
    "licenses",
    "license_holders",
    "license_versions",
    "subjects",
    "quarantined_records",
    "exchanges",
    "landed_pages",
    "license_files",
    "working_copies",
    "staged_licenses",
    "staged_holders",
    "held_records",
    "held_holders",
    "listing_changes",
}

UNKNOWN = "1.2.156.3005.2.11100000000013338W011.11430000006122244L.20230000403.002.S"  # another edition

# Names of a trade, a place and two characters of their own, so that pairs are as rare as in life.
SUBJECTS = """
insert into subjects (holder_hash, code_type, code_encrypted, kind, name, name_key, named_at, known_from)
select sha256(cast(cast(n as text) as bytea)), :code_type, sealed, 'organisation', named.name, named.name, now(), now()
  from unnest(cast(:sealed as bytea[])) with ordinality as codes (sealed, n)
 cross join lateral (
   select '平度市' || chr(cast(19968 + n * 7919 % 3000 as integer)) || chr(cast(19968 + n * 104729 % 3000 as integer))
          || (array['运输', '食品', '建筑', '商贸', '农业'])[1 + n % 5] || '有限公司' as name) as named
"""

LICENSES = """
insert into licenses (department, feed, subject_id, record_id, license_type, license_number, license_identifier,
                      issuer_name, issued_on, holder_name, open_ended, area_code, status, source_updated_at, digest,
                      page_number, position, version_count, known_from, exchange_id, mapping_version)
select 'market_regulation', 'licenses', s.subject_id, 'B' || s.subject_id || '-' || n,
       (array['bizlic', 'namepre', 'bizlic'])[n], 'N' || s.subject_id || '-' || n, 'I' || s.subject_id || '-' || n,
       '机关', date '2010-01-01' + cast(s.subject_id % 2000 as integer), s.name, true, '370283', 'valid', now(), '',
       1, 1, 1, now(), (select max(exchange_id) from exchanges), 'm'
  from subjects s cross join generate_series(1, 3) as n
"""

VERSIONS = """
insert into license_versions
select l.license_id, v, l.department, l.feed, l.subject_id, l.record_id, l.license_identifier, l.identifier_class,
       l.license_type, l.license_name, l.license_number, l.version_number, l.issuer_name, l.issuer_code, l.issued_on,
       l.holder_name, l.valid_from, l.valid_to, l.open_ended, l.area_code, l.item_code, l.item_name, l.status,
       l.changed_on, l.change_reason, l.file_url, l.face, l.source_updated_at, l.digest, l.page_number, l.position,
       l.known_from, l.known_from, l.exchange_id, l.mapping_version
  from licenses l cross join generate_series(1, 1) as v
"""

HOLDERS = """
insert into license_holders (license_id, version_count, ordinal, subject_id, name)
select license_id, 1, n, subject_id - n + 1, holder_name from licenses cross join generate_series(1, 2) as n
 where license_number like 'N%-1'
"""

# Every other subject is bound to the next one, as nobody ever will be, and doubted to be the one after.
DECISIONS = """
insert into subject_decisions (subject_id, other_id, decision, ground, license_ids, decided_by, decided_at)
select subject_id, subject_id + 1 + n, (array['same', 'proposed'])[1 + n], 'derived', '{}', 'hub', now()
  from subjects cross join generate_series(0, 1) as n where subject_id % 2 = 1
"""

GROUPS = """
insert into subject_groups (subject_id, group_id, known_from) select subject_id, subject_id - (subject_id + 1) % 2, now() from subjects
"""

EXCHANGES = """
insert into exchanges (department, feed, epoch, state, started_at, finished_at, page_count, lease_until, lease_seconds, mapping_version)
select 'market_regulation', 'licenses', n, 'merged', now(), now(), 1, now(), 1, 'm' from generate_series(1, 3000) as n
"""

PAGES = """
insert into landed_pages (exchange_id, page_number, request, media_type, http_status, digest, size_bytes,
                          requested_at, first_byte_at, received_at, stored_at)
select exchange_id, 2, '', '', 200, '', 0, now(), now(), now(), now() from exchanges
"""

CASES = """
insert into quarantined_records (department, feed, record_id, license_type, holder_hashes, problems, codes, digest, exchange_id,
                                 page_number, position, mapping_version, rule_version, state, first_seen_at,
                                 last_seen_at)
select 'market_regulation', 'licenses', 'Q' || n, 'bizlic', array[sha256(cast(cast(n as text) as bytea))], '[]', '{}',
       sha256(cast('q' || n as bytea)), (select max(exchange_id) from exchanges), 1, 1, 'm', 'm', 'open', now(), now()
  from generate_series(1, 4000) as n
"""

# A batch of thousands that a steward holds, half of it of known records; its list lacks as many as it names.
HELD = """
insert into staged_licenses (exchange_id, holder_hash, holder_code_type, holder_code_encrypted, holder_name_key, record_id,
                             license_type, license_number, license_identifier, replaces, issued_on, issuer_name, holder_name,
                             open_ended, area_code, status, source_updated_at, digest, page_number, position)
select :held, sha256(cast(cast(n as text) as bytea)), '099', '', '', case when n % 2 = 0 then 'H' || n else 'B' || n || '-1' end,
       'bizlic', 'H' || n, 'H' || n, case when n % 2 = 0 then 'B' || n end, date '2010-01-01', '机关', '某', true, '370283', 'valid', now(),
       sha256(cast('h' || n as bytea)), 1, n
  from generate_series(1, 4000) as n
"""

LISTED = """
insert into staged_holders
select exchange_id, page_number, position, n, sha256(cast(cast(position + n as text) as bytea)), '099', '', '', ''
  from staged_licenses cross join generate_series(1, 2) as n
"""

LACKING = """
insert into listing_changes (exchange_id, license_id, is_listed)
select :held, license_id, false from licenses where license_number like 'N%'
"""

FILES = """
insert into license_files (license_id, version_count, digest, kind, size_bytes, name, attached_by, purpose, attached_at)
select license_id, 1, sha256(cast('f' || license_id as bytea)), 'pdf', 1, '', '', '', now() from licenses
"""

COPIES = """
insert into working_copies (identifier, license_id, version_count, purpose, made_by, consumer_id, made_at, expires_at,
                            digest, size_bytes, link_hash, link_expires_at)
select 'JZ-' || license_id, license_id, 1, '', '', c.consumer_id, now(), now() + interval '1 day',
       sha256(cast('c' || license_id as bytea)), 1, sha256(cast('l' || license_id as bytea)), now()
  from licenses cross join consumers c
"""


FACT_DECISIONS = """
insert into fact_decisions (subject_id, element, action, owner, decided_by, decided_at)
select subject_id, 'organisation_name', 'assigned', 'w', 'w', now() from subjects
"""


@pytest.fixture(scope="module")
def thousands(cloned: Cloned, catalogue_template: str, keyring: Keyring) -> Iterator[Engine]:
    """Give a library of thousands, with statistics, and one license more that every question is about."""
    with cloned(catalogue_template) as engine:
        with engine.begin() as conn:
            _fill(Library(conn, keyring))
        yield engine


def _fill(shelf: Library) -> None:
    shelf.add_feed()
    codes = [f"{body}{organisation_code_check(body)}" for body in map("A{:07}".format, range(6_000))]
    shelf.change(SUBJECTS, code_type=OTHER_ORGANISATION, sealed=shelf.keyring.encrypt_many(codes))
    add_consumer(shelf.conn, shelf.keyring, "transport", "交通运输局", "王工", NOW)
    for statement in (EXCHANGES, PAGES, LICENSES, HOLDERS, VERSIONS, CASES, DECISIONS, GROUPS, FILES, COPIES):
        shelf.change(statement)
    subject = shelf.add_subject("平度市恒通运输有限公司")
    shelf.add_license(subject, license_number="A1", license_identifier=IDENTIFIER)
    shelf.make_keys()
    for table in sorted(BIG | {"feeds"}):
        shelf.change(f"analyze {table}")


@pytest.fixture
def full(thousands: Engine, keyring: Keyring) -> Iterator[Library]:
    """Give that library; what a test writes into it is taken back."""
    with thousands.connect() as conn:
        yield Library(conn, keyring)


def walked(shelf: Library, ask: Callable[[], object]) -> set[str]:
    """Return the big tables that any statement of a question reads from end to end, planned as the question has it planned."""
    asked: dict[tuple[str, bool], Any] = {}  # a statement once, however often it is asked
    plan_once(shelf.conn)
    is_generic = True

    def note(_conn: object, _cursor: object, statement: str, parameters: Any, *_rest: object) -> None:
        nonlocal is_generic
        if "plan_cache_mode" in statement:
            is_generic = "force_generic_plan" in statement
        elif statement.lstrip().startswith(("select", "with", "(select")):
            asked.setdefault((statement, is_generic), parameters)

    event.listen(shelf.conn, "before_cursor_execute", note)
    ask()
    event.remove(shelf.conn, "before_cursor_execute", note)
    assert asked
    plans = [_plan(shelf, statement, values, is_generic=once) for (statement, once), values in asked.items()]
    found = {table for plan in plans for table in _scanned(plan)} & BIG
    return {
        table for table in found if shelf.read(f"select exists (select from {table})") == [True]
    }  # of nothing nothing is read


def _plan(shelf: Library, statement: str, values: Any, *, is_generic: bool) -> Any:
    if not is_generic:
        return shelf.conn.exec_driver_sql(f"explain (format json) {statement}", values).scalar_one()
    numbers = {name: f"${number}" for number, name in enumerate(values, 1)}
    shelf.conn.exec_driver_sql("set local plan_cache_mode = force_generic_plan")
    shelf.conn.exec_driver_sql(f"prepare asked as {statement % numbers}")
    given = f"({', '.join(['null'] * len(numbers))})" if numbers else ""
    plan = shelf.conn.exec_driver_sql(f"explain (format json) execute asked{given}").scalar_one()
    shelf.conn.exec_driver_sql("deallocate asked")
    return plan


def _scanned(plan: Any) -> Iterator[str]:
    if isinstance(plan, list):
        for part in plan:
            yield from _scanned(part)
    elif isinstance(plan, dict):
        if plan.get("Node Type") == "Seq Scan":
            yield plan["Relation Name"]
        for part in plan.values():
            yield from _scanned(part)


SEARCHES = (
    {"number": "A1"},
    {"identifier": IDENTIFIER},
    {"holder_code": COMPANY},
    {"holder_code": COMPANY, "license_type": "bizlic"},
    {"holder_name": "恒通"},
    {"holder_name": "平度市恒通运输有限公司"},
    {"text": "恒通运输"},
    {"text": "恆通運輸", "counts": True},
    {"text": "横通运输"},
    {"text": "hengtongyunshu", "counts": True},
    {"text": "htys"},
    {"text": "MA3N0A9C6", "counts": True},
    {"holder_code": COMPANY, "status": "valid", "counts": True},
)


def test_no_search_walks_a_big_table(full: Library) -> None:
    for terms in SEARCHES:
        found: list[str] = []

        def ask(terms: dict[str, str] = terms, found: list[str] = found) -> None:
            answer = find_licenses(full.conn, full.keyring, SearchTerms(**terms), TODAY, NOW)
            found.extend(hit.license_number for hit in answer.hits)

        assert (walked(full, ask), found) == (set(), ["A1"]), terms


def test_no_other_question_about_a_license_walks_a_big_table(full: Library) -> None:
    shelf, clock = full, (TODAY, NOW)
    (license_id,) = full.read("select license_id from licenses where license_number = 'A1'")
    other = VerifyQuestion(license_number="N7-1", values={"holder_code": COMPANY})
    of_nobody: dict[str, Any] = {"license_type": "bizlic", "values": {"holder_code": COMPANY}}
    some = full.read("select holder_hash from subjects where subject_id = 7")
    assert bound_to_code(shelf.conn, shelf.keyring, some).others.keys() == {8}
    (subject_id,) = full.read("select subject_id from licenses where license_number = 'A1'")
    full.change(FACT_DECISIONS)
    full.change("analyze fact_decisions")
    questions: dict[str, Callable[[], object]] = {
        "checklist": lambda: answer_checklist(shelf.conn, shelf.keyring, "PD-E-010", COMPANY, None, *clock),
        "prefill": lambda: answer_prefill(shelf.conn, shelf.keyring, "PD-E-005", COMPANY, None, None, *clock),
        "facts": lambda: facts_of_subject(shelf.conn, shelf.keyring, COMPANY, None, None, None, None, *clock),
        "facts then": lambda: facts_of_subject(shelf.conn, shelf.keyring, COMPANY, None, None, TODAY, NOW, *clock),
        "conflicts": lambda: list_conflicts(shelf.conn, shelf.keyring, ConflictFilter(), *clock),
        "settled conflicts": lambda: list_conflicts(shelf.conn, shelf.keyring, ConflictFilter(state="settled"), *clock),
        "conflict": lambda: show_conflict(shelf.conn, shelf.keyring, subject_id, "organisation_name", *clock),
        "by identifier": lambda: verify_license(shelf.conn, shelf.keyring, VerifyQuestion(IDENTIFIER), *clock),
        "by number": lambda: verify_license(shelf.conn, shelf.keyring, VerifyQuestion(license_number="A1"), *clock),
        "by number, not found": lambda: verify_license(
            shelf.conn, shelf.keyring, VerifyQuestion(license_number="nobody's"), *clock
        ),
        "by QR payload": lambda: find_by_qr_payload(shelf.conn, "nobody's"),
        "shared, by holder": lambda: find_by_holder(shelf.conn, [b"x"], "bizlic", None, TODAY),
        "shared, by identifier": lambda: find_by_identifier(shelf.conn, IDENTIFIER, ["bizlic"], TODAY),
        "held on a day": lambda: held_as_of(shelf.conn, shelf.keyring, COMPANY, None, None, None, *clock),
        "verified by another number": lambda: verify_license(shelf.conn, shelf.keyring, other, *clock),
        "bound to a number": lambda: bound_to_code(shelf.conn, shelf.keyring, some),
        "bound to a number then": lambda: bound_to_code(shelf.conn, shelf.keyring, some, NOW),
        "pairs": lambda: list_pairs(shelf.conn, shelf.keyring, PairFilter(state="proposed"), NOW),
        "pairs of a subject": lambda: list_pairs(shelf.conn, shelf.keyring, PairFilter(subject_id=7), NOW),
        "one pair": lambda: find_pair(shelf.conn, shelf.keyring, 7, 8),
        "by identifier, not found": lambda: verify_license(
            shelf.conn, shelf.keyring, VerifyQuestion(UNKNOWN, **of_nobody), *clock
        ),
        "by QR payload, not found": lambda: verify_license(
            shelf.conn, shelf.keyring, VerifyQuestion(qr_payload="nobody's", **of_nobody), *clock
        ),
        "dossier": lambda: get_license(shelf.conn, shelf.keyring, license_id, *clock),
    }
    assert {name: walked(full, ask) for name, ask in questions.items()} == {name: set() for name in questions}


@pytest.mark.parametrize("terms", [{"number": "nobody's"}, {"identifier": UNKNOWN}], ids=["number", "identifier"])
def test_no_search_for_what_nobody_has_walks_the_licenses(full: Library, terms: dict[str, str]) -> None:
    read = walked(full, lambda: find_licenses(full.conn, full.keyring, SearchTerms(**terms), TODAY, NOW))
    assert read <= {"quarantined_records"}  # where it waits is counted of all types


def test_while_no_batch_is_held_nobody_reads_what_is_staged(full: Library) -> None:
    """A merge deletes what it took, and until a vacuum whoever looked for a first row would walk all those dead ones."""
    full.change(HELD, held=full.add_exchange(state="checked", received_count=4000))
    full.change("analyze staged_licenses")
    full.change("delete from staged_licenses")
    questions: dict[str, Callable[[], object]] = {
        "number": lambda: find_licenses(full.conn, full.keyring, SearchTerms(number="A1"), TODAY, NOW),
        "holder": lambda: find_licenses(full.conn, full.keyring, SearchTerms(holder_code=COMPANY), TODAY, NOW),
        "checklist": lambda: answer_checklist(full.conn, full.keyring, "PD-E-010", COMPANY, None, TODAY, NOW),
        "prefill": lambda: answer_prefill(full.conn, full.keyring, "PD-E-005", COMPANY, None, None, TODAY, NOW),
    }
    plan_once(full.conn)
    assert {name: _read(full, ask) & {"staged_licenses", "staged_holders"} for name, ask in questions.items()} == {
        name: set() for name in questions
    }


def _read(shelf: Library, ask: Callable[[], object]) -> set[str]:
    """Return the tables that any statement of a question really reads."""
    asked: list[tuple[str, Any]] = []

    def note(_conn: object, _cursor: object, statement: str, parameters: Any, *_rest: object) -> None:
        if statement.lstrip().startswith(("select", "with", "(select")) and "set_config" not in statement:
            asked.append((statement, parameters))

    event.listen(shelf.conn, "before_cursor_execute", note)
    ask()
    event.remove(shelf.conn, "before_cursor_execute", note)
    plans = [shelf.conn.exec_driver_sql(f"explain (analyze, format json) {one}", given) for one, given in asked]
    return {table for plan in plans for table in _executed(plan.scalar_one())}


def _executed(plan: Any) -> Iterator[str]:
    for part in plan if isinstance(plan, list) else plan.values():
        if isinstance(part, dict | list):
            yield from _executed(part)
    if isinstance(plan, dict) and plan.get("Actual Loops", 0) > 0 and "Relation Name" in plan:
        yield plan["Relation Name"]


def hold_thousands(shelf: Library) -> int:
    """Let a batch of thousands be held, and return its exchange."""
    held = shelf.add_exchange(state="held", received_count=4000, held_count=4000)
    for statement in (HELD, LISTED, LACKING):
        shelf.change(statement, **({"held": held} if ":held" in statement else {}))
    keep_held(shelf.conn, held)
    for table in ("staged_licenses", "staged_holders", "listing_changes", "exchanges"):
        shelf.change(f"analyze {table}")
    return held


def test_whatever_is_held_no_question_reads_what_is_staged(full: Library) -> None:
    """Staged rows have no index by which a question looks: whoever read them would read them all."""
    hold_thousands(full)
    questions: dict[str, Callable[[], object]] = {
        "number": lambda: find_licenses(full.conn, full.keyring, SearchTerms(number="A1"), TODAY, NOW),
        "holder": lambda: find_licenses(full.conn, full.keyring, SearchTerms(holder_code=COMPANY), TODAY, NOW),
        "checklist": lambda: answer_checklist(full.conn, full.keyring, "PD-E-010", COMPANY, None, TODAY, NOW),
        "prefill": lambda: answer_prefill(full.conn, full.keyring, "PD-E-005", COMPANY, None, None, TODAY, NOW),
    }
    plan_once(full.conn)
    assert {name: _read(full, ask) & {"staged_licenses", "staged_holders"} for name, ask in questions.items()} == {
        name: set() for name in questions
    }


def test_only_a_license_of_which_a_held_batch_may_speak_asks_more(full: Library) -> None:
    hold_thousands(full)
    asking = f"select license_number from licenses l where {asks_more('l')} and license_number in ('A1', 'N7-1', 'N8-1', 'N8-3')"
    full.change(
        "delete from listing_changes where license_id in (select license_id from licenses where license_number = 'N8-3')"
    )
    assert sorted(full.read(asking)) == ["N7-1", "N8-1"]


def test_while_a_batch_is_held_no_question_walks_a_big_table(full: Library) -> None:
    shelf, clock = full, (TODAY, NOW)
    hold_thousands(full)
    full.change(FACT_DECISIONS)
    full.change("analyze fact_decisions")
    unknown = VerifyQuestion(license_type="bizlic", license_number="nobody's", values={"holder_code": COMPANY})
    questions: dict[str, Callable[[], object]] = {
        "search": lambda: find_licenses(shelf.conn, shelf.keyring, SearchTerms(holder_code=COMPANY), *clock),
        "checklist": lambda: answer_checklist(shelf.conn, shelf.keyring, "PD-E-010", COMPANY, None, *clock),
        "prefill": lambda: answer_prefill(shelf.conn, shelf.keyring, "PD-E-005", COMPANY, None, None, *clock),
        "by number": lambda: verify_license(shelf.conn, shelf.keyring, VerifyQuestion(license_number="A1"), *clock),
        "not found": lambda: verify_license(shelf.conn, shelf.keyring, unknown, *clock),
        "of a type": lambda: count_held(shelf.conn, None, "bizlic"),
        "of any type": lambda: count_held(shelf.conn, None, None),
        "by identifier": lambda: verify_license(shelf.conn, shelf.keyring, VerifyQuestion(IDENTIFIER), *clock),
        "shared, by holder": lambda: find_by_holder(shelf.conn, [b"x"], "bizlic", None, TODAY),
        "shared, by identifier": lambda: find_by_identifier(shelf.conn, IDENTIFIER, ["bizlic"], TODAY),
    }
    for terms in SEARCHES:
        questions[f"search {terms}"] = partial(find_licenses, shelf.conn, shelf.keyring, SearchTerms(**terms), *clock)
    assert {name: walked(full, ask) for name, ask in questions.items()} == {name: set() for name in questions}
    assert count_held(shelf.conn, None, "bizlic") == COUNTED


def test_a_common_pair_of_characters_is_bounded(full: Library) -> None:
    answer = find_licenses(full.conn, full.keyring, SearchTerms(holder_name="运输", limit=20), TODAY, NOW)
    assert len(answer.hits) == 20
    assert [advice.code for advice in answer.advice] == ["search.too_many"]


FILE_QUESTIONS = {
    "copy by identifier": lambda s: check_identifier(s.conn, s.keyring, new_identifier(), TODAY, NOW),
    "copy by content": lambda s: check_content(s.conn, s.keyring, b"JZ-00000-00000-00000-00000", TODAY, NOW),
    "copies of a license": lambda s: list_copies(s.conn, s.keyring, 1, NOW),
    "files of a license": lambda s: list_files(s.conn, 1),
    "newest file": lambda s: newest_file(s.conn, 1),
    "files by content": lambda s: find_files(s.conn, bytes(32)),
    "address": lambda s: use_link(s.conn, s.keyring, None, "x", TODAY, NOW),
}


@pytest.mark.parametrize("name", FILE_QUESTIONS)
def test_a_question_about_files_walks_no_table(full: Library, name: str) -> None:
    assert walked(full, lambda: FILE_QUESTIONS[name](full)) == set()
