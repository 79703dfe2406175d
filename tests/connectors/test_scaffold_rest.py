"""How a REST department pages, answers and signs in is guessed from its OpenAPI document."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from scaffold_makers import make

from connectors.scaffold.folder import Source, scaffold_department

Table = dict[str, Any]
RECORD = {"zzbh": {"type": "string"}, "gxsj": {"type": "string"}, "czzt": {"type": "string"}}
ROWS = {"type": "array", "items": {"type": "object", "properties": RECORD}}


def scaffold(root: Path, answer: Table, asked: list[str] | None = None, **more: Any) -> Table:
    """Scaffold a department whose one path answers so, and return its declaration."""
    good = {
        "description": "ok",
        "content": {more.pop("kind", "application/json"): {"schema": answer}},
        **more.pop("good", {}),
    }
    parameters = [{"name": name, "in": "query", "schema": {"type": "string"}} for name in asked or []]
    operation = {"parameters": parameters, "responses": {"200": good}, **more.pop("operation", {})}
    document = {"openapi": "3.0.0", "paths": {"/a": {"get": operation}}, **more}
    (root / "a.json").write_text(json.dumps(document))
    done = scaffold_department("new", Source("openapi", root / "a.json"), root / "made")
    return tomllib.loads((done.folder / "department.toml").read_text("utf-8"))


def around(**more: Table) -> Table:
    return {"type": "object", "properties": {"rows": ROWS, **more}}


@pytest.mark.parametrize(
    ("answer", "asked", "paging"),
    [
        (around(total={"type": "integer"}), ["page", "pageSize"], {"style": "page", "total": "total", "first": 1}),
        (around(count={"type": "integer"}), ["page", "pageSize"], {"style": "page", "total": "count", "first": 1}),
        (around(total={"type": "integer"}), ["offset", "limit"], {"style": "offset", "total": "total"}),
        (around(), ["startRow", "rows"], {"style": "offset", "total": "?"}),
        (around(nextCursor={"type": "string"}, total={"type": "integer"}), ["cursor", "limit"], {"style": "cursor", "next": "nextCursor", "total": "total"}),
        (around(nextCursor={"type": "string"}, count={"type": "integer"}), ["cursor", "limit"], {"style": "cursor", "next": "nextCursor"}),
        (around(pagingToken={"type": "string"}), ["pagingToken", "numberOfResultsPerPage"], {"style": "cursor", "next": "pagingToken"}),
        (around(next={"type": "string", "format": "uri"}), ["limit"], {"style": "next", "next": "next"}),
        (around(next_url={"type": "string"}, total={"type": "integer"}), ["limit"], {"style": "next", "next": "next_url", "total": "total"}),
        (around(next={"type": "string"}), ["limit"], {"style": "none"}),
    ],
)  # fmt: skip
def test_the_style_of_paging_is_guessed(answer: Table, asked: list[str], paging: Table, tmp_path: Path) -> None:
    got = scaffold(tmp_path, answer, asked)["feeds"]["licenses"]["paging"]
    assert {key: value for key, value in got.items() if key != "size"} == paging


def test_headers_tell_the_next_page_and_the_total(tmp_path: Path) -> None:
    good = {"headers": {"Link": {}, "X-Total-Count": {}}}
    feed = scaffold(tmp_path, ROWS, ["limit"], good=good)["feeds"]["licenses"]
    assert feed["records"] == "."
    assert feed["paging"] == {"style": "link", "total_header": "X-Total-Count", "size": 1000}
    assert "success" not in feed


HOLDER = {
    "xh": {"type": "string"}, "czzt": {"type": "string"}, "czztdm": {"type": "string"}, "czztdmlx": {"type": "string"},
    "zzbh": {"type": "string"}, "fzrq": {"type": "string"}, "yxqz": {"type": "string"}, "gxsj": {"type": "string"},
}  # fmt: skip
HOLDERS = {"type": "array", "items": {"type": "object", "properties": HOLDER}}
LICENSE = {
    "zzbh": {"type": "string"}, "zzmc": {"type": "string"}, "fzrq": {"type": "string"}, "yxqz": {"type": "string"},
    "gxsj": {"type": "string"}, "holders": HOLDERS,
}  # fmt: skip
REGION = {"code": {"type": "string"}, "name": {"type": "string"}}


def nested(inner: Table, **values: Table) -> Table:
    return {"type": "array", "items": {"type": "object", "properties": {**values, **inner}}}


@pytest.mark.parametrize(
    ("answer", "records", "others"),
    [
        ({"properties": {"rows": nested(LICENSE)}}, "rows", "rows/holders"),  # each license has holders, told at length
        (nested(LICENSE), ".", "holders"),
        ({"properties": {"regions": nested({"rows": nested(LICENSE)}, **REGION)}}, "regions/rows", "regions, regions/rows/holders"),
        ({"properties": {"rows": nested({"czzt": {"type": "string"}, "holders": HOLDERS})}}, "rows/holders", "rows"),
    ],
)  # fmt: skip
def test_of_lists_within_lists_the_outermost_that_looks_like_records_is_taken(
    answer: Table, records: str, others: str, tmp_path: Path
) -> None:
    assert scaffold(tmp_path, answer, ["page"])["feeds"]["licenses"]["records"] == records
    text = (tmp_path / "made/new/department.toml").read_text("utf-8")
    assert f"# other lists of the answer, if these are no records: {others}\n" in text


def test_an_answer_that_is_xml_only_is_declared_so(tmp_path: Path) -> None:
    assert scaffold(tmp_path, around(), kind="application/xml")["feeds"]["licenses"]["answer"] == "xml"
    assert "answer" not in scaffold(tmp_path / "..", around())["feeds"]["licenses"]


OAUTH = {
    "type": "oauth2",
    "flows": {"clientCredentials": {"tokenUrl": "https://a.invalid/t/token", "scopes": {"a": "", "b": ""}}},
}
SCHEMES: list[tuple[Table, str, Table]] = [
    ({"type": "http", "scheme": "Basic"}, "basic", {}),
    ({"type": "http", "scheme": "bearer"}, "bearer", {}),
    ({"type": "mutualTLS"}, "mtls", {}),
    ({"type": "apiKey", "in": "header", "name": "X-Key"}, "api-key", {"carry": "header", "name": "X-Key", "prefix": ""}),
    ({"type": "apiKey", "in": "query", "name": "appkey"}, "api-key", {"carry": "query", "name": "appkey", "prefix": ""}),
    ({"type": "apiKey", "in": "cookie", "name": "sid"}, "none", {}),
    (OAUTH, "oauth2-client", {"path": "/t/token", "request": {"scope": "a b"}}),
    ({"type": "oauth2", "flows": {"implicit": {}}}, "none", {}),
]  # fmt: skip


@pytest.mark.parametrize(("scheme", "auth", "token"), SCHEMES)
def test_the_sign_in_is_guessed(scheme: Table, auth: str, token: Table, tmp_path: Path) -> None:
    transport = scaffold(tmp_path, around(), components={"securitySchemes": {"one": scheme}})["transport"]
    assert (transport["auth"], transport.get("token", {})) == (auth, token)


def test_what_is_demanded_counts_before_what_is_only_described(tmp_path: Path) -> None:
    schemes = {"one": {"type": "http", "scheme": "basic"}, "two": {"type": "mutualTLS"}}
    operation = {"security": [{"two": []}]}
    made = scaffold(tmp_path, around(), components={"securitySchemes": schemes}, operation=operation)
    assert made["transport"]["auth"] == "mtls"


def test_the_old_form_tells_its_flow_too(tmp_path: Path) -> None:
    old = {"type": "oauth2", "flow": "application", "tokenUrl": "https://a.invalid/token"}
    transport = scaffold(tmp_path, around(), securityDefinitions={"one": old})["transport"]
    assert (transport["auth"], transport["token"]) == ("oauth2-client", {"path": "/token"})


def test_headers_give_the_national_gateway_away(tmp_path: Path) -> None:
    header = {"name": "gjgxjhpt_rid", "in": "header", "schema": {"type": "string"}}
    made = scaffold(tmp_path, around(), operation={"parameters": [header]})
    assert made["transport"]["auth"] == "national-gateway"


def test_a_whole_contract_is_guessed(tmp_path: Path) -> None:
    text = tomllib.loads((make("openapi_forestry", tmp_path).folder / "department.toml").read_text("utf-8"))
    assert text["transport"]["token"] == {"path": "/oauth2/token", "request": {"scope": "permits.read"}}
    assert text["feeds"]["licenses"]["paging"]["total_header"] == "X-Total-Count"


def test_all_of_one_of_any_of_and_null_are_looked_through(tmp_path: Path) -> None:
    base = {"type": "object", "required": ["id"], "properties": {
        "id": {"type": "string"}, "czzt": {"anyOf": [{"type": "string"}, {"type": "null"}]}, "fzrq": {"type": "string", "format": "date"},
        "gxsj": {"oneOf": [{"type": "null"}, {"type": "string", "format": "date-time"}]},
    }}  # fmt: skip
    kinds = [
        {"allOf": [base, {"properties": {"zzbh": {"type": "string", "nullable": True}}}]},
        {"allOf": [base, {"required": ["fslb"], "properties": {"fslb": {"type": "string"}}}]},
    ]
    rows = {"properties": {"rows": {"type": "array", "items": {"oneOf": kinds}}}}
    data = {"allOf": [{"type": "object", "properties": {"total": {"type": "integer"}}}, rows]}
    answer = {"allOf": [{"properties": {"code": {"type": "string"}}}, {"type": "object", "properties": {"data": data}}]}
    feed = scaffold(tmp_path, answer, ["page", "pageSize"])["feeds"]["licenses"]
    assert (feed["records"], feed["paging"]["total"], feed["key"]) == ("data/rows", "data/total", ["id"])
    assert (feed["cursor"]["field"], feed["cursor"]["format"]) == ("gxsj", "%Y-%m-%dT%H:%M:%S")
    assert (feed["fields"]["license_number"], feed["fields"]["holder_name"]) == ("zzbh", "czzt")


@pytest.mark.parametrize(("since", "told", "form", "asked"), [
    ("date", "date-time", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"),
    ("date", "date", "%Y-%m-%d", None),
    ("date-time", "date-time", "%Y-%m-%dT%H:%M:%S", None),
])  # fmt: skip
def test_since_is_asked_in_the_form_of_its_parameter(
    tmp_path: Path, since: str, told: str, form: str, asked: str | None
) -> None:
    record = RECORD | {"gxsj": {"type": "string", "format": told}}
    answer = {"properties": {"rows": {"type": "array", "items": {"type": "object", "properties": record}}}}
    parameter = {"name": "gxsjq", "in": "query", "schema": {"type": "string", "format": since}}
    made = scaffold(tmp_path, answer, operation={"parameters": [parameter]})
    cursor = made["feeds"]["licenses"]["cursor"]
    assert (cursor["field"], cursor["format"], cursor.get("asked")) == ("gxsj", form, asked)


def asking(root: Path, schema: Table, schemas: Table) -> Table:
    """Scaffold a department that is asked by a JSON body of such a schema, and return its request."""
    body = {"content": {"application/json": {"schema": schema}}}
    answer = {"description": "ok", "content": {"application/json": {"schema": around()}}}
    operation = {"requestBody": body, "responses": {"200": answer}}
    document = {"openapi": "3.0.0", "paths": {"/a": {"post": operation}}, "components": {"schemas": schemas}}
    (root / "a.json").write_text(json.dumps(document))
    done = scaffold_department("new", Source("openapi", root / "a.json"), root / "made")
    request: Table = tomllib.loads((done.folder / "department.toml").read_text("utf-8"))["feeds"]["licenses"]["request"]
    return request


TEXTS = {name: {"type": "string"} for name in ("qyzl", "bmdm", "bz")}


@pytest.mark.parametrize(
    ("schema", "wanted"),
    [
        ({"$ref": "#/components/schemas/Query"}, {"qyzl"}),
        ({"allOf": [{"$ref": "#/components/schemas/Query"}]}, {"qyzl"}),
        ({"allOf": [{"$ref": "#/components/schemas/Query"}, {"required": ["bmdm"]}]}, {"qyzl", "bmdm"}),
        ({"allOf": [{"allOf": [{"$ref": "#/components/schemas/Query"}]}], "required": ["bz"]}, {"qyzl", "bz"}),
        ({"oneOf": [{"$ref": "#/components/schemas/Query"}, {"properties": TEXTS, "required": ["qyzl", "bz"]}]}, {"qyzl"}),
        ({"anyOf": [{"$ref": "#/components/schemas/Query"}, {"type": "null"}]}, {"qyzl"}),
        ({"anyOf": [{"$ref": "#/components/schemas/Query"}, {"properties": TEXTS}]}, set()),
        ({"$ref": "#/components/schemas/Circle"}, {"qyzl"}),
    ],
)  # fmt: skip
def test_what_a_schema_demands_through_references_and_parts_is_asked_for(
    tmp_path: Path, schema: Table, wanted: set[str]
) -> None:
    query = {"type": "object", "properties": TEXTS, "required": ["qyzl"]}
    circle = {"allOf": [{"$ref": "#/components/schemas/Circle"}, {"$ref": "#/components/schemas/Query"}]}
    request = asking(tmp_path, schema, {"Query": query, "Circle": circle})
    assert {name for name, value in request.items() if value == "?"} == wanted
