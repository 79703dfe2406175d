"""A declaration loads whole, or says in words which file, table and key is wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.declarations.contract_files import digest_declaration
from connectors.declarations.declaration import Department, duration, list_departments, load_department
from schemas.errors import DeclarationError

Declare = Callable[..., Department]


def test_a_plain_declaration_loads(declare: Declare) -> None:
    department = declare()
    feed = department.feeds["licenses"]
    assert (department.department, feed.name, feed.cursor.overlap) == ("roads", "licenses", "2h")
    assert feed.fields["license_number"].from_ == "XKZBH"
    assert feed.license_types() == ["roadgoods", "roadstaff"]
    assert len(department.digest) == 64


@pytest.mark.parametrize("root", ["REQUEST", "s.q-1", "办件查询", "{urn:roads}Query", "?"])
def test_a_root_is_any_name_of_an_element(declare: Declare, root: str) -> None:
    declared = declare(('auth = "none"', f'auth = "none"\npayload_root = "{root}"'))
    assert declared.transport.payload_root == root


def test_a_feed_has_the_name_of_its_table(declare: Declare) -> None:
    assert declare(("[feeds.licenses]", '[feeds.licenses]\nname = "other"')).feeds["licenses"].name == "licenses"


@pytest.mark.parametrize(
    "schedule",
    [
        "*/30 * * * *",
        "5-59/20 8,12-14 1 */3 1-5",
        "0 22-2 1-31/2 12 0,7",
        "0 8 29 2 *",
        "0 8 30 2 1",
        "0 8 30-2 2 *",
        "0 8 30 1-2 *",
    ],
)
def test_a_schedule_is_of_numbers_lists_ranges_and_steps(declare: Declare, schedule: str) -> None:
    assert declare(("*/30 * * * *", schedule)).feeds["licenses"].schedule == schedule


def test_one_record_may_be_asked_for_by_a_call_that_also_needs_a_page_or_an_account(declare: Declare) -> None:
    request = '{ no = "{key}", size = "{page_size}", who = "{login}" }'
    nested = f'method = "POST", request = {{ a = {request} }}'
    posting = ('path = "/licenses"', 'path = "/licenses"\nmethod = "POST"\nsend = "json"')
    for changes in (((FIELDS, asking(f'"/x", request = {request}')),), ((FIELDS, asking(f'"/x", {nested}')), posting)):
        assert declare(*changes).feeds["licenses"].reconcile.ask is not None


def test_the_departments_are_listed_sorted(tmp_path: Path, write_folder: Callable[[str], Path]) -> None:
    for name in ("water", "roads"):
        write_folder(name)
    (tmp_path / "fake").mkdir()
    assert list_departments(tmp_path) == ["roads", "water"]


def test_an_unknown_department_is_told_the_known_ones(declare: Declare, tmp_path: Path) -> None:
    declare()
    with pytest.raises(DeclarationError, match="no department 'rivers'; there are roads"):
        load_department("rivers", tmp_path)


FIELDS = "[feeds.licenses.fields]"


def asking(ask: str) -> str:
    """Write how one record is asked for, before the fields."""
    return f"reconcile.ask = {{ call = {ask} }}\n{FIELDS}"


WRONG = [
    ('uscc = "11370283MB9T00230W"\n', "", r"roads/department.toml: key 'uscc' is missing"),
    ('kind = "rest"', 'kind = "post"', r"\[transport\]: key 'kind'.*invalid enum value 'post'"),
    (
        'auth = "none"',
        'auth = "none"\ntimeout = 3',
        r"\[transport\]: key 'timeout' is unknown; known are auth, contract",
    ),
    ('auth = "none"', 'auth = "wsse-username"', r"wsse-username is no sign-in of rest; there are api-key, basic"),
    ('auth = "none"', "limits = { page_bytes = 0 }", r"\[transport.limits\]: every limit"),
    ('overlap = "2h"', "overlap = 2", r"\[feeds.licenses.cursor\]: key 'overlap': expected `str`, got `int`"),
    ('overlap = "2h"', 'overlap = "2 hours"', r"\[feeds.licenses.cursor\]: key 'overlap': duration '2 hours'"),
    ('field = "GXSJ", ', "", r"\[feeds.licenses.cursor\]: key 'field' is missing"),
    (
        'record = "license"',
        'record = "permit"',
        r"\[feeds.licenses\]: key 'record': no record type.*there are license",
    ),
    ('path = "/licenses"\n', "", r"\[feeds.licenses\]: key 'path' is missing; kind rest needs it"),
    (
        'page = "{page}"',
        'page = "{pgae}"',
        r"key 'request.page': placeholder 'pgae' is unknown; there are cursor, login, offset, page",
    ),
    (', total = "data/total"', "", r"\[feeds.licenses.paging\]: key 'total' is missing"),
    ("[feeds.licenses]", '[feeds."li censes"]', r"\[feeds.li censes\]: expected a name of small letters"),
    ("[feeds.licenses]", "[feeds.Licenses]", r"\[feeds.Licenses\]: expected a name of small letters"),
    ('schedule = "*/30 * * * *"', 'schedule = "hourly"', r"key 'schedule': expected five cron fields"),
    (
        'license_number = "XKZBH"',
        'license_numer = "XKZBH"',
        r"\[feeds.licenses.fields\] license_numer: no field of license",
    ),
    ('license_number = "XKZBH"', 'license_number = { form = "X" }', r"fields\] license_number: key 'form' is unknown"),
    ('license_number = "XKZBH"', "license_number = {}", r"license_number: expected exactly one of 'from' and 'value'"),
    ('{ from = "FZRQ", date = "%Y%m%d" }', '"FZRQ"', r"fields\] issued_on: key 'date' belongs to date fields"),
    ('connection = "roads"', 'connection = "roads"\ntimezone = "Mars"', r"key 'timezone': no zone 'Mars'"),
    ("contract/api.json", "contract/other.json", r"'other.json' is not in contract/; there are api.json"),
    ('key = ["XKZBH"]', "key = []", r"\[feeds.licenses\]: key 'key'"),
    ('key = ["XKZBH"]', 'key = [""]', r"\[feeds.licenses\]: key 'key'"),
    ("[feeds.licenses.fields]", "[[feeds.licenses.fields]]", r"\[feeds.licenses.fields\]: expected a table, got list"),
    ('auth = "none"', "limits = { deadline_seconds = nan }", r"\[transport.limits\]: every limit"),
    ('auth = "none"', "limits = { requests_per_second = inf }", r"\[transport.limits\]: every limit"),
    ('"/licenses"', '"@other.host/licenses"', r"\[feeds.licenses\]: key 'path': expected one such as"),
    ('"/licenses"', '"//other.host/licenses"', r"\[feeds.licenses\]: key 'path': expected one such as"),
    ('"/licenses"', '"/licenses?a=1"', r"\[feeds.licenses\]: key 'path': expected one such as"),
    ('"*/30 * * * *"', '"30 24 * * *"', r"key 'schedule': expected 0 to 23 for the hour.*got '24'"),
    ('"*/30 * * * *"', '"x x x x x"', r"key 'schedule': expected 0 to 59 for the minute, .*got 'x'"),
    ('"*/30 * * * *"', '"0 8 0 * *"', r"key 'schedule': expected 1 to 31 for the day of the month.*got '0'"),
    ('"*/30 * * * *"', '"0 8 1 0-3 *"', r"key 'schedule': expected 1 to 12 for the month.*got '0-3'"),
    ('"*/30 * * * *"', '"*/0 * * * *"', r"key 'schedule': expected 0 to 59 for the minute.*got '\*/0'"),
    ('"*/30 * * * *"', '"1,,2 * * * *"', r"key 'schedule': .*got '1,,2'"),
    ('"*/30 * * * *"', '"1-2-3 * * * *"', r"key 'schedule': .*got '1-2-3'"),
    (
        '"*/30 * * * *"',
        '"0 8 30 2 *"',
        r"key 'schedule': expected a day that some year has, got '0 8 30 2 \*'; it never",
    ),
    ('"*/30 * * * *"', '"0 8 31 2-11/7,4 *"', r"key 'schedule': expected a day that some year has"),
    ('"*/30 * * * *"', '"0 8 * * mon"', r"key 'schedule': expected 0 to 7 for the day of the week.*got 'mon'"),
    ('"*/30 * * * *"', '"*/30 * * * *"\nexpects = { max_bad_ratio = 5 }', r"expects\]: key 'max_bad_ratio'"),
    ('"*/30 * * * *"', '"*/30 * * * *"\nexpects = { records_per_day = [9, 1] }', r"expects\]: key 'records_per_day'"),
    (
        FIELDS,
        asking('"/x?y=1/{key}", request = { no = "{key}" }'),
        r"reconcile.ask\]: key 'call': expected a path such as",
    ),
    (FIELDS, asking('"/x/{key}", request = { no = "{key}" }'), r"reconcile.ask\]: key 'call': .* or a placeholder"),
    (
        FIELDS,
        asking('"/x", request = { no = "{key}", org = "{orgcode}" }'),
        r"key 'request.org': placeholder 'orgcode'",
    ),
    (FIELDS, asking('"/x", request = { a = { no = "{key}" } }'), r"ask\]: key 'request': query carries no groups"),
    (
        FIELDS,
        asking('"/x", method = "POST", request = { a = ["{key}"] }'),
        r"ask\]: key 'request': query carries no groups",
    ),
    ('values = ["0"]', "values = []", r"\[feeds.licenses.success\]: key 'values'"),
    (
        'auth = "none"',
        'auth = "none"\npayload_root = "a b"',
        r"\[transport\]: key 'payload_root': expected the name of",
    ),
    ('auth = "none"', 'auth = "none"\npayload_root = ""', r"\[transport\]: key 'payload_root': .*got ''"),
    ('key = ["XKZBH"]', 'key = ["XKZBH"]\npayload_root = "<a>"', r"\[feeds.licenses\]: key 'payload_root': expected"),
    ("[feeds.licenses]", "[feeds.licenses", r"roads/department.toml: is not TOML"),
]


@pytest.mark.parametrize(("old", "new", "message"), WRONG)
def test_a_wrong_declaration_names_file_table_and_key(declare: Declare, old: str, new: str, message: str) -> None:
    with pytest.raises(DeclarationError, match=message):
        declare((old, new))


def test_a_contract_that_changed_on_disk_is_refused(declare: Declare, tmp_path: Path) -> None:
    declare()
    (tmp_path / "roads" / "contract" / "api.json").write_text("{ }")
    with pytest.raises(DeclarationError, match=r"api.json changed; expected sha256 44136f"):
        load_department("roads", tmp_path)


def test_an_unpinned_or_missing_contract_file_is_refused(declare: Declare, tmp_path: Path) -> None:
    declare()
    extra = tmp_path / "roads" / "contract" / "extra.xsd"
    extra.write_text("<x/>")
    with pytest.raises(DeclarationError, match=r"extra.xsd lies in the contract folder but is not pinned"):
        load_department("roads", tmp_path)
    extra.unlink()
    (tmp_path / "roads" / "contract" / "api.json").unlink()
    with pytest.raises(DeclarationError, match=r"api.json is pinned but the file is missing"):
        load_department("roads", tmp_path)


def test_a_digest_stays_what_activations_and_archives_hold(tmp_path: Path) -> None:
    (tmp_path / "department.toml").write_text('name = "交通"\n', "utf-8")
    kept = "836b7c7a4b17d3b6f625f19b139c6d907a72b2f7dcb886b3ba5bd3162f6ae09e"
    assert digest_declaration(tmp_path, {"api.json": "0" * 64}) == kept


def test_the_digest_follows_declaration_and_contract(declare: Declare) -> None:
    first = declare().digest
    assert declare().digest == first
    assert declare(('contact = "信息科"', 'contact = "办公室"')).digest != first
    assert declare(files={"api.json": "{ }"}).digest != first


@pytest.mark.parametrize(
    ("text", "expected"), [("90s", timedelta(seconds=90)), ("26h", timedelta(hours=26)), ("3d", timedelta(3))]
)
def test_a_duration_reads_as_people_write_it(text: str, expected: timedelta) -> None:
    assert duration(text) == expected


@pytest.mark.parametrize("text", ["", "26", "h", "1.5h", "２６h", "26h ", "-1h"])
def test_an_unclear_duration_is_refused(text: str) -> None:
    with pytest.raises(DeclarationError):
        duration(text)
