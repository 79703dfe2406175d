"""The live contract is read through the door and compared with the pinned one; each difference is told in words."""

from __future__ import annotations

import errno
import html
import json
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import sqlalchemy as sa
from drift_makers import ENDLESS, MISSHAPEN, REST, SOAP, TABLE, Edit, wsdl
from fake_makers import impatient, serving
from file_makers import dropping, file_department
from front_makers import fill_front, front_department
from msgspec.structs import replace

from connectors.declarations.declaration import Department, list_departments, load_department
from connectors.drift.watching import Drift, find_drift
from connectors.fake.contracts.changed_names import changed_names
from connectors.fake.contracts.document_bending import bend_document
from connectors.fake.contracts.publishing import Publisher
from connectors.fake.rows.truth import Plot
from connectors.fake.server import FakeServer
from connectors.wire.connection import Connection, parse_connection
from schemas.errors import (
    DepartmentBrokePromise,
    DepartmentError,
    DepartmentRefused,
    DepartmentServerFault,
    DepartmentUnavailable,
    HubError,
)

WATCHED = [name for name in list_departments() if load_department(name).transport.live_contract]
Show = Callable[..., Drift]


@pytest.fixture(scope="module")
def served() -> Iterator[dict[str, FakeServer]]:
    """Serve each department that shows its contract, once."""
    with ExitStack() as stack:
        yield {name: stack.enter_context(serving(impatient(name), Plot(scale=3))) for name in WATCHED}


@pytest.fixture
def show(served: dict[str, FakeServer]) -> Iterator[Show]:
    """Compare a department after it changed one file of its live contract; the file is put back."""
    kept: list[tuple[Publisher, dict[str, bytes]]] = []

    def compare(name: str, file: str = "", edit: Edit = bytes, department: Department | None = None) -> Drift:
        server = served[name]
        publisher = server.spokesman
        assert isinstance(publisher, Publisher)
        kept.append((publisher, dict(publisher.files)))
        if file:
            publisher.files[file] = edit(publisher.files[file])
        return find_drift(department or server.department, connection_of(server))

    yield compare
    for publisher, files in kept:
        publisher.files = files


def connection_of(server: FakeServer) -> Connection:
    return parse_connection(server.connection_value)


@pytest.mark.parametrize("name", WATCHED)
def test_a_live_contract_that_is_the_pinned_one_differs_in_nothing(show: Show, name: str) -> None:
    drift = show(name)
    assert (drift.is_watched, drift.differences) == (True, [])
    carried = load_department(name).transport.payload != "none"
    assert [one.endswith("what its text carries") for one in drift.not_compared] == [True] * carried


def test_the_contract_of_deliveries_is_compared_too(show: Show) -> None:
    def unknown(body: bytes) -> bytes:
        document = json.loads(body)
        decision = document["components"]["schemas"]["Decision"]
        decision["properties"]["sprq"] = {"type": "string"}
        decision["required"] = [*decision.get("required", []), "sprq"]
        del document["paths"]["/yzxt/open/decisions/state"]
        return json.dumps(document).encode()

    drift = show("transport", "openapi.json", unknown)
    assert [(one.feed, one.kind, one.place, one.effect) for one in drift.differences] == [
        ("decision", "added_required", "/yzxt/open/decisions: sprq", "breaks"),
        ("decision.receipt", "operation_removed", "GET /yzxt/open/decisions/state", "breaks"),
    ]
    drift = show("market_regulation", "registry.xsd", lambda body: body.replace(b'name="JDLX"', b'name="JDLB"'))
    assert [(one.feed, one.kind, one.effect) for one in drift.differences] == [("decision", "renamed", "breaks")]


def assert_told(drift: Drift, kind: str, place: str, effect: str) -> None:
    """One difference of the kind, at the place, of the effect, in both languages."""
    told = [
        (one.kind, one.place.removeprefix("QueryLicenses: ").removeprefix("/yzxt/open/certs: "), one.effect)
        for one in drift.differences
    ]
    assert (kind.split(maxsplit=1)[0], place) in [
        (found[0], re.sub(r"^\w+: |^GET ", "", found[1])) for found in told
    ], told
    found = next(
        one for one in drift.differences if one.place.endswith(place) and one.kind == kind.split(maxsplit=1)[0]
    )
    assert found.effect == effect
    assert place.rpartition("/")[2] in found.words_zh
    assert place.rpartition("/")[2] in found.words_en
    assert re.search("[一-龥]", found.words_zh)
    assert found.cause.startswith(found.kind)


@pytest.mark.parametrize("kind", SOAP)
def test_each_change_of_a_wsdl_is_told(show: Show, kind: str) -> None:
    edit, place, effect = SOAP[kind]
    assert_told(show("market_regulation", "registry.xsd", edit), kind, place, effect)


@pytest.mark.parametrize("kind", REST)
def test_each_change_of_an_openapi_document_is_told(show: Show, kind: str) -> None:
    edit, place, effect = REST[kind]
    assert_told(show("transport", "openapi.json", edit), kind, place, effect)


def test_each_change_of_a_table_is_told(front_url: str) -> None:
    for kind, (statements, place, effect) in TABLE.items():  # in one database: to make one costs a second
        front = fill_front(front_department(), front_url, Plot(scale=3))
        assert find_drift(front.department, front.connection).differences == []
        front.alter(statements)
        assert_told(find_drift(front.department, front.connection), kind, place, effect)
        with front.engine.begin() as conn:
            conn.execute(sa.text(f"drop table if exists {front.engine.dialect.identifier_preparer.quote('EX_AJ_XKZ')}"))


HEADERS = {  # how the header changes -> kind, effect
    "removed": ("breaks", lambda columns, used: [one for one in columns if one != used]),
    "renamed": ("breaks", lambda columns, used: [f"{one}（新）" if one == used else one for one in columns]),
    "added": ("harmless", lambda columns, _: [*columns, "备注栏"]),
}


@pytest.mark.parametrize("kind", HEADERS)
def test_each_change_of_a_files_header_is_told(kind: str) -> None:
    effect, change = HEADERS[kind]
    with dropping(file_department(), Plot(scale=20)) as drop:
        assert find_drift(drop.department, drop.connection).differences == []
        used = drop.feed.fields["license_number"].from_
        label = "gb18030" if drop.department.transport.payload_encoding.lower() != "utf-8" else "utf-8"
        for path in drop.folder.rglob("*.csv"):
            header, _, rest = path.read_bytes().partition(b"\n")
            columns = header.decode(label).strip().split(drop.feed.files.delimiter if drop.feed.files else ",")
            path.write_bytes(drop.feed.files.delimiter.join(change(columns, used)).encode(label) + b"\n" + rest)
        for marker in drop.folder.rglob("*.ok"):  # a marker older than its file does not speak for it
            marker.touch()
        before = {path: path.read_bytes() for path in drop.folder.rglob("*") if path.is_file()}
        (told,) = find_drift(drop.department, drop.connection).differences
        assert {path: path.read_bytes() for path in drop.folder.rglob("*") if path.is_file()} == before
    assert (told.kind, told.effect) == (kind, effect)
    assert ("备注栏" if kind == "added" else used) in told.words_zh
    assert "列" in told.words_zh


def test_an_empty_drop_is_not_said_to_have_changed() -> None:
    with dropping(file_department(), Plot(scale=20)) as drop:
        for path in drop.folder.rglob("*.*"):
            path.unlink()
        drift = find_drift(drop.department, drop.connection)
    assert (drift.differences, drift.not_compared) == ([], ["licenses: no file lies there"])


def test_a_renamed_namespace_breaks_the_feed(show: Show) -> None:
    edit = lambda content: content.replace(b":registry:v2", b":registry:v3")  # noqa: E731
    publisher_files = ("registry.xsd", "registry.wsdl")
    drift = [show("market_regulation", file, edit) for file in publisher_files][-1]
    assert [(one.kind, one.effect) for one in drift.differences] == [("namespace_changed", "breaks")]
    assert "urn:pingdu:scjg:registry:v3" in drift.differences[0].words_zh


def test_a_department_that_declares_no_live_contract_is_not_asked(served: dict[str, FakeServer]) -> None:
    server = served["transport"]
    transport = replace(server.department.transport, live_contract="")
    before = sum(server.served.values())
    assert not find_drift(replace(server.department, transport=transport), connection_of(server)).is_watched
    assert sum(server.served.values()) == before


def test_what_is_imported_from_another_host_is_never_asked_for(show: Show) -> None:
    asked_elsewhere = b'schemaLocation="http://127.0.0.1:9/registry.xsd"'
    drift = show(
        "market_regulation",
        "registry.wsdl",
        lambda content: content.replace(b'schemaLocation="registry.xsd"', asked_elsewhere),
    )
    assert drift.not_compared == ["http://127.0.0.1:9/registry.xsd"]
    assert drift.differences == []


def test_an_import_out_of_the_folder_is_never_written(show: Show) -> None:
    outside = b'schemaLocation="../../../registry.xsd"'
    with pytest.raises(DepartmentBrokePromise, match="its live contract is none"):
        show(
            "market_regulation",
            "registry.wsdl",
            lambda content: content.replace(b'schemaLocation="registry.xsd"', outside),
        )


@pytest.mark.parametrize("location", ["http://[x", ".", "x" * 300])
def test_an_import_that_can_be_no_file_is_the_departments_mistake(
    monkeypatch: pytest.MonkeyPatch, served: dict[str, FakeServer], show: Show, location: str
) -> None:
    publisher = served["market_regulation"].spokesman
    assert isinstance(publisher, Publisher)
    monkeypatch.setattr(
        publisher, "files", {**publisher.files, **dict.fromkeys([".", "x" * 300], publisher.files["registry.xsd"])}
    )
    with pytest.raises(DepartmentBrokePromise, match=r"its live contract imports .*; nothing was compared"):
        show(
            "market_regulation",
            "registry.wsdl",
            lambda content: content.replace(b'Location="registry.xsd"', f'Location="{location}"'.encode()),
        )


def test_a_disk_of_ours_that_is_full_is_no_mistake_of_the_department(
    monkeypatch: pytest.MonkeyPatch, show: Show
) -> None:
    write = Path.write_bytes

    def fill(place: Path, content: bytes) -> int:
        if place.name == "registry.xsd":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(place, content)

    monkeypatch.setattr(Path, "write_bytes", fill)
    with pytest.raises(HubError, match=r"cannot be kept on this machine \(No space left on device\)") as failure:
        show("market_regulation")
    assert not isinstance(failure.value, DepartmentError)


@pytest.mark.parametrize("content", [b"<!DOCTYPE html><html>sign in</html>", b"{}", b"<definitions/>", b""])
@pytest.mark.parametrize(("name", "file"), [("market_regulation", "registry.wsdl"), ("transport", "openapi.json")])
def test_what_is_no_contract_is_said_to_be_none(show: Show, name: str, file: str, content: bytes) -> None:
    with pytest.raises(DepartmentBrokePromise, match="its live contract is none"):
        show(name, file, lambda _: content)


@pytest.mark.parametrize("shape", MISSHAPEN)
def test_a_misshapen_wsdl_is_said_to_be_none_and_why(show: Show, shape: str) -> None:
    content, words = MISSHAPEN[shape]
    with pytest.raises(DepartmentBrokePromise, match=f"its live contract is none: .*{words}") as told:
        show("market_regulation", "registry.wsdl", lambda _: content)
    assert str(told.value).endswith("; nothing was compared")
    assert len(str(told.value)) < 1000


@pytest.mark.parametrize("shape", ENDLESS)
def test_a_wsdl_that_holds_itself_or_very_much_is_compared_as_far_as_it_goes_and_soon(show: Show, shape: str) -> None:
    begun = time.monotonic()
    drift = show("market_regulation", "registry.wsdl", lambda _: ENDLESS[shape])
    assert drift.breaks
    assert time.monotonic() - begun < 20


@pytest.mark.parametrize("name", ["Query&apos;s", "Query&quot;s", "Query&apos;&quot;"])
def test_a_quote_in_the_name_of_an_operation_is_a_name_like_any_other(show: Show, name: str) -> None:
    drift = show("market_regulation", "registry.wsdl", lambda _: wsdl(operations=["QueryLicenses", name]))
    assert [one.place for one in drift.differences if one.kind == "operation_added"] == [html.unescape(name)]


BOMB = b"openapi: '3.0.0'\na0: &a0 [x,x,x,x,x,x,x,x,x,x]\n" + b"".join(
    b"a%d: &a%d [%s]\n" % (level, level, b",".join([b"*a%d" % (level - 1)] * 10)) for level in range(1, 4)
)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (BOMB, "neither JSON nor YAML without aliases"),
        (b"openapi: &a ['3', *a]", "neither JSON nor YAML without aliases"),
        (b"[" * 200_000, "neither JSON nor YAML without aliases"),
        (b'{"openapi": "3.0.0", "paths": ["/x"]}', "no well-formed OpenAPI document"),
        (
            b'{"openapi": "3.0.0", "paths": {"/x": {"get": {"responses": {"200": {"content": ["a"]}}}}}}',
            "no well-formed",
        ),
    ],
)
def test_a_document_that_grows_in_reading_or_has_another_form_is_no_contract(
    show: Show, content: bytes, words: str
) -> None:
    with pytest.raises(DepartmentBrokePromise, match=f"its live contract is none: .*{words}"):
        show("transport", "openapi.json", lambda _: content)


FAULT = b"""<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault><faultcode>s:CODE</faultcode>
<faultstring>busy</faultstring></s:Fault></s:Body></s:Envelope>"""


@pytest.mark.parametrize("file", ["registry.wsdl", "registry.xsd"])
@pytest.mark.parametrize(("code", "error"), [(b"Server", DepartmentServerFault), (b"Client", DepartmentRefused)])
def test_a_fault_in_the_place_of_a_contract_or_of_what_it_imports_is_that_fault(
    show: Show, file: str, code: bytes, error: type[DepartmentError]
) -> None:
    with pytest.raises(error, match="busy"):
        show("market_regulation", file, lambda _: FAULT.replace(b"CODE", code))


@pytest.mark.parametrize("content", [b"<error><code>401</code></error>", b"<html><body>sign in</body></html>"])
def test_an_import_that_is_no_schema_is_not_taken_for_an_empty_one(show: Show, content: bytes) -> None:
    with pytest.raises(DepartmentBrokePromise, match=r"registry.xsd is imported and begins with <(error|html)>"):
        show("market_regulation", "registry.xsd", lambda _: content)


def test_a_live_contract_without_an_end_is_cut_off(show: Show, served: dict[str, FakeServer]) -> None:
    department = served["transport"].department
    limits = replace(department.transport.limits, page_bytes=1000)
    small = replace(department, transport=replace(department.transport, limits=limits))
    with pytest.raises(DepartmentBrokePromise, match="exceeds 1000 bytes"):
        show("transport", department=small)


@pytest.mark.parametrize(
    ("mode", "error"), [("503", DepartmentUnavailable), ("redirect_internal", DepartmentBrokePromise)]
)
def test_a_department_in_trouble_is_not_said_to_have_changed(
    served: dict[str, FakeServer], mode: str, error: type[DepartmentError]
) -> None:
    server = served["market_regulation"]
    server.mode = mode
    try:
        with pytest.raises(error):
            find_drift(server.department, connection_of(server))
    finally:
        server.mode = "ok"
    assert not server.served["internal"]


def test_what_changes_of_one_feed_changes_nothing_of_another_that_looks_the_same() -> None:
    department = load_department("urban_construction")
    content = (department.folder / department.transport.contract).read_bytes()
    bent = json.loads(bend_document(content, "schema_added", [changed_names(department.feeds["qualifications"])]))
    before, after = json.loads(content)["components"]["schemas"], bent["components"]["schemas"]
    assert [name for name in after if after[name] != before[name]] == ["Qualification"]
