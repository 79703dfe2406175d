"""Poison stops no line: attacks mixed one to one with good records, each good one merged, each attack in its place or waiting."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from html import escape

import pytest
from file_makers import dropping, file_department
from hub_makers import Faked, StartFake, column, count
from msgspec.structs import replace as replace_fields

from connectors.declarations import declared
from connectors.fake.rows.truth import Plot
from connectors.pages.pages import fetch_pages
from hub.context import HubContext
from hub.pulling import pull as steps
from hub.reconciling.reconcile import reconcile
from license_library.exchange.summaries import ExchangeSummary
from tests.connectors.raw_server import answering, serving

SCALE = 50
GOOD = Plot(scale=SCALE, day=0, bad_share=0)
LONG = "平" * 400_000  # 1.2 MB
# Of a license's fields; what is an attack to a page, a spreadsheet or a database is but text to a record.
TEXTS = {
    "holder_name": [
        "=cmd|' /C calc'!A0", "＝1+1", "-2+3", "@SUM(A1)", "&xxe; <!ENTITY xxe SYSTEM 'file:///etc/passwd'>",
        "<script>alert(1)</script>", "]]>", "'; drop table licenses; --", "平\u200b度\ufeff市\u2060", "\u202e市度平", "ﷺ" * 50, "NA", "null",
    ],
    "license_number": ["9" * 5000, "1e400", "NaN", "\t", "0x7f", "１２３"],
    "issued_on": ["2026/02/30", "0000/00/00", "9999/99/99", "1/1/1", "长期", "253402300800", "-1"],
    "valid_to": ["2026/13/01", "99999999999999", "2026/01/01T25:00:00"],
}  # fmt: skip
# Only JSON can say these of one record, and in one record they stay.
VALUES = {
    "holder_name": [json.dumps(LONG), r'"\u0000"', r'"\ud800"', "9" * 5000, "NaN", "-Infinity", "1e400", "[" * 20 + "]" * 20],
    "license_number": ['{"a": {"a": {"a": 1}}}', "true", r'"\udfff\ud800"', '"x", "XKZH": "y"', "123456789012345678901234567890"],
}  # fmt: skip


def tolerant(department: declared.Department) -> declared.Department:
    """Let a batch be as bad as it is, so that nothing but the records themselves is looked at."""
    feed = department.feeds["licenses"]
    feed = replace_fields(feed, expects=replace_fields(feed.expects, max_bad_ratio=1.0))
    return replace_fields(department, feeds={"licenses": feed})


def source_of(feed: declared.Feed, ours: str) -> str:
    """Return the source field of one of our fields."""
    return feed.fields[ours].from_


def mixed(good: list[str], attacks: list[str]) -> list[str]:
    """Return each good record with an attack behind it."""
    return [one for number, record in enumerate(good) for one in (record, attacks[number % len(attacks)])]


def require_every_good_one(hub: HubContext, done: ExchangeSummary, keys: list[str]) -> None:
    """Every good record is a license, and every attack is one or waits: none is lost, none is in the way."""
    assert (done.state, done.error_message, done.hold_words) == ("merged", None, None)
    assert done.received == 2 * SCALE == done.merged + done.unchanged + done.quarantined
    held = set(column(hub, "select record_id from licenses"))
    assert set(keys) - held == set()
    assert done.quarantined >= SCALE // 3
    assert count(hub, "quarantined_records", f"record_id = any(array{keys!r})") == 0


def pull_page(hub: HubContext, one: Faked, body: str, media_type: str, *, full: bool = False) -> ExchangeSummary:
    """Pull a department that answers with this page."""
    with serving(answering(body.encode(), Content_Type=media_type)) as server:
        connection = replace(one.connection, port=server.port)
        return steps.pull(replace(hub, amend=tolerant), one.name, "licenses", connection, full=full)


def test_poison_in_json_stops_no_good_record(hub: HubContext, fake: StartFake) -> None:
    one = fake("transport", GOOD)
    feed = one.department.feeds["licenses"]
    (page,) = fetch_pages(one.department, feed, one.connection, None)
    rows = json.loads(page.body)["data"]["rows"]
    attacks = ["5", '"text"', "null", "[]", "{}"]
    for ours, values in VALUES.items():
        attacks += [
            _poisoned(rows[0], source_of(feed, ours), value, len(attacks) + n) for n, value in enumerate(values)
        ]
    for ours, texts in TEXTS.items():
        attacks += [
            _poisoned(rows[0], source_of(feed, ours), json.dumps(text), len(attacks) + n)
            for n, text in enumerate(texts)
        ]
    records = mixed([json.dumps(row) for row in rows], attacks)
    body = f'{{"status": 200, "data": {{"total": {len(records)}, "rows": [{",".join(records)}]}}}}'
    require_every_good_one(hub, pull_page(hub, one, body, page.media_type), [row["YWID"] for row in rows])


def _poisoned(row: dict[str, object], field: str, value: str, number: int) -> str:
    text = json.dumps(row | {field: "POISON", "YWID": f"ATTACK{number}"})
    return text.replace('"POISON"', value)


ITEM = re.compile(r"<Item>.*?</Item>", re.DOTALL)
ELEMENTS = {  # what only XML can say of one record
    "doubled": "{one}{one}", "nested": "<{name}><a><b>x</b></a></{name}>", "missing": "", "empty": "<{name}/>",
    "attributes": "<{name} a='1' b='2'>x</{name}>", "cdata": "<{name}><![CDATA[</Item><script>]]></{name}>",
    "comment": "<{name}>x<!-- </Item> -->y</{name}>", "giant": f"<{{name}}>{LONG}</{{name}}>", "references": "<{name}>&#x202e;&#65279;&#57344;</{name}>",
}  # fmt: skip


def test_poison_in_soap_stops_no_good_record(hub: HubContext, fake: StartFake) -> None:
    one = fake("market_regulation", GOOD)
    feed = one.department.feeds["licenses"]
    (page,) = fetch_pages(one.department, feed, one.connection, None)
    body = page.body.decode()
    items = ITEM.findall(body)
    assert len(items) == SCALE
    key = re.compile(f"<{feed.key[0]}>(.*?)</{feed.key[0]}>")
    attacks = []
    for ours, texts in TEXTS.items():
        name = source_of(feed, ours)
        attacks += [
            _bent(items[0], key, name, f"<{name}>{escape(text)}</{name}>", len(attacks) + n)
            for n, text in enumerate(texts)
        ]
    for ours in ("holder_name", "license_number"):
        name = source_of(feed, ours)
        one_more = f"<{name}>x</{name}>"
        bent = [form.format(name=name, one=one_more) for form in ELEMENTS.values()]
        attacks += [_bent(items[0], key, name, text, len(attacks) + n) for n, text in enumerate(bent)]
    records = mixed(items, attacks)
    first, last = body.index(items[0]), body.index(items[-1]) + len(items[-1])
    whole = body[:first] + "".join(records) + body[last:]
    whole = re.sub(rf">{SCALE}<", f">{2 * SCALE}<", whole, count=1)
    keys = [found[1] for item in items if (found := key.search(item))]
    require_every_good_one(hub, pull_page(hub, one, whole, page.media_type), keys)


def _bent(item: str, key: re.Pattern[str], name: str, text: str, number: int) -> str:
    item = key.sub(lambda found: found[0].replace(found[1], f"ATTACK{number}"), item)
    bent, times = re.subn(rf"<{name}>[^<]*</{name}>", lambda _: text, item)
    assert times == 1
    return bent


def test_poison_in_a_csv_file_stops_no_good_record(hub: HubContext) -> None:
    with dropping(file_department("health_inspection"), GOOD) as drop:
        first, *others = [drop.folder / name for name in drop.names() if name.endswith(".csv")]
        header, *rows = csv.reader(io.StringIO(first.read_bytes().decode("gb18030")))
        for other in others:
            rows += list(csv.reader(io.StringIO(other.read_bytes().decode("gb18030"))))[1:]
            other.unlink()
            other.with_suffix(".ok").unlink()
        key, attacks = header.index(drop.feed.key[0]), list[list[str]]()
        for ours, texts in TEXTS.items():
            place = header.index(source_of(drop.feed, ours))
            attacks += [_put(rows[0], {key: f"ATTACK{len(attacks) + n}", place: text}) for n, text in enumerate(texts)]
        attacks += [rows[0][:3], [*rows[0], "one more"], _put(rows[0], {key: ""}), ['"', *rows[0][1:]]]
        written = io.StringIO()
        csv.writer(written).writerows([header, *mixed(rows, attacks)])
        first.write_bytes(written.getvalue().encode("gb18030"))
        first.with_suffix(".ok").write_text(str(2 * SCALE))
        patient = replace(hub, amend=lambda _: tolerant(drop.department))
        done = steps.pull(patient, "health_inspection", "licenses", drop.connection)
    require_every_good_one(hub, done, [row[key] for row in rows])


def _put(row: list[str], values: dict[int, str]) -> list[str]:
    return [values.get(number, cell) for number, cell in enumerate(row)]


WHOLE_PAGES = {  # what no parser can end at the edge of a record holds the page, and says so
    "transport": ["[" * 100_000 + "]" * 100_000, '"\x00"', '"', "01", "\\"],
    "market_regulation": ["&#0;", "\x00", "&xxe;", "<a>", "<!DOCTYPE x>", "<?php ?>", "\ufffe", "<a>" * 100 + "</a>" * 100],
}  # fmt: skip


@pytest.mark.parametrize("name", WHOLE_PAGES)
def test_what_does_not_end_with_its_record_holds_the_page_and_nothing_of_it_is_applied(
    hub: HubContext, fake: StartFake, name: str
) -> None:
    one = fake(name, GOOD)
    feed = one.department.feeds["licenses"]
    (page,) = fetch_pages(one.department, feed, one.connection, None)
    field = source_of(feed, "license_number")
    pattern = rf'"{field}": ?"[^"]*"' if name == "transport" else rf"<{field}>[^<]*</{field}>"
    for attack in WHOLE_PAGES[name]:
        bent = f'"{field}": {attack}' if name == "transport" else f"<{field}>{attack}</{field}>"
        body = re.sub(pattern, lambda _, bent=bent: bent, page.body.decode(), count=1)
        assert body != page.body.decode()
        done = pull_page(hub, one, body, page.media_type)
        assert (done.state, done.error_code) == ("failed", "department.broke_promise"), attack[:20]
    assert count(hub, "licenses") == count(hub, "quarantined_records") == 0


@pytest.mark.parametrize("key", ["NUL\x00", "长" * 5000])
def test_a_key_that_no_database_takes_stops_no_whole_list(hub: HubContext, fake: StartFake, key: str) -> None:
    one = fake("transport", GOOD)
    feed = one.department.feeds["licenses"]
    (page,) = fetch_pages(one.department, feed, one.connection, None)
    rows = json.loads(page.body)["data"]["rows"]
    rows.append(rows[0] | {feed.key[0]: key})
    body = json.dumps({"status": 200, "data": {"total": len(rows), "rows": rows}})
    assert pull_page(hub, one, body, page.media_type).merged == SCALE
    again = pull_page(hub, one, body, page.media_type, full=True)  # only now could the list lack something
    assert (again.state, again.error_message, again.unchanged, again.quarantined) == ("merged", None, SCALE, 1)


@pytest.mark.parametrize("keys", [[None, None], ["NUL\x00", "late"], ["".join(map(chr, range(0x4E00, 0x4E00 + 3000)))]])
def test_keys_that_no_database_takes_are_kept_as_differences(
    hub: HubContext, fake: StartFake, keys: list[str | None]
) -> None:
    one = fake("transport", GOOD)
    feed = one.department.feeds["licenses"]
    (page,) = fetch_pages(one.department, feed, one.connection, None)
    rows = json.loads(page.body)["data"]["rows"]
    assert pull_page(hub, one, page.body.decode(), page.media_type).merged == SCALE
    rows += [rows[n] | {feed.key[0]: key, source_of(feed, "license_number"): f"LATE{n}"} for n, key in enumerate(keys)]
    body = json.dumps({"status": 200, "data": {"total": len(rows), "rows": rows}})
    with serving(answering(body.encode(), Content_Type=page.media_type)) as server:
        found = reconcile(hub, one.name, "licenses", replace(one.connection, port=server.port))
    assert (found.state, found.missing) == ("different", len(keys))
    kept = [str(key or "").replace("\x00", "\ufffd")[:200] for key in keys]
    assert set(column(hub, "select record_id from reconciliation_differences")) == set(kept)
