"""The documents keep up with the code: links lead somewhere, and what the code offers is written down."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import msgspec
import pytest
import typer.main
import yaml

from connectors.declarations import declaration
from connectors.declarations.sign_in_rules import SIGN_INS
from hub.command import app as hub_command
from hub.settings import Settings
from license_library.answers import VerdictCode
from license_library.service import health
from license_library.service.app import DESCRIBED, VERSION
from license_library.service.problems import STATUSES
from schemas.catalogue.catalogue import CATALOGUE_FILE, load_catalogue
from schemas.catalogue.license_types import (
    FaceDefinition,
    FaceKeys,
    TypeDefinition,
    TypeKeys,
    face_labels,
    load_license_types,
)
from schemas.license.problems import PROBLEM_CODES

from .tree import ROOT, modules, pages, parsed, relative

REFERENCE = ROOT / "docs/reference"
LINK = re.compile(r"(?<!\\)\[[^\]]*\]\(([^)\s]+)\)|<img [^>]*src=\"([^\"]+)\"")
CODE = re.compile(r"`([^`\n]+)`")


def read(path: Path) -> str:
    """Return the text of one page."""
    return path.read_text(encoding="utf-8")


def first_column(page: str) -> set[str]:
    """Return what the tables of a reference page list: the code in the first cell of each row."""
    rows = re.findall(r"^\| *`([^`]+)`", read(REFERENCE / page), re.MULTILINE)
    assert len(rows) == len(set(rows)), f"{page} lists something twice"
    return set(rows)


def anchors(path: Path) -> set[str]:
    """Return the anchors that the headings of a page make."""
    headings = re.findall(r"^#+ (.+)$", read(path), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def broken_links(path: Path) -> Iterator[str]:
    """Yield the links of a page that lead nowhere in the project."""
    for target in ("".join(found) for found in LINK.findall(read(path))):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        place = (path.parent / name).resolve() if name else path
        if not place.exists() or (anchor and anchor not in anchors(place)):
            yield f"{relative(path)}: {target}"


def error_codes() -> set[str]:
    """Return the stable codes that error classes of the rooms carry."""
    return {
        statement.value.value
        for path in modules()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ClassDef) and node.bases
        for statement in node.body
        if isinstance(statement, ast.Assign | ast.AnnAssign)
        and ast.unparse(statement.targets[0] if isinstance(statement, ast.Assign) else statement.target) == "code"
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    }


def commands(command: object, words: str = "hub") -> Iterator[str]:
    """Yield every command one can type."""
    below = getattr(command, "commands", {})
    for name, inner in below.items():
        yield from commands(inner, f"{words} {name}")
    if not below:
        yield words


def declared_keys(kind: type[msgspec.Struct]) -> Iterator[str]:
    """Yield the keys that one table of a declaration takes."""
    yield from (field.encode_name.removesuffix("_") for field in msgspec.structs.fields(kind))


def test_every_link_leads_somewhere() -> None:
    assert [broken for page in pages() for broken in broken_links(page)] == []


def test_every_page_can_be_found_from_the_readme() -> None:
    reached, waiting = set(), [ROOT / "README.md", ROOT / "CHANGELOG.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md":
            continue
        reached.add(page)
        targets = ("".join(found).partition("#")[0] for found in LINK.findall(read(page)))
        waiting += [place for name in targets if name and (place := (page.parent / name).resolve()).is_file()]
    assert [relative(page) for page in pages() if page not in reached] == []


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_readme_shows_the_two_commands_on_one_screen(name: str) -> None:
    text = read(ROOT / name)
    block = re.search(r"```sh\n(.*?)```", text, re.DOTALL)
    assert block is not None
    assert [line.split("#")[0].strip() for line in block[1].splitlines()] == ["make demo", "make test"]
    assert len(text.splitlines()) <= 45


def test_both_readmes_lead_to_the_same_pages() -> None:
    english, chinese = (
        {"".join(found) for found in LINK.findall(read(ROOT / name))} for name in ("README.md", "README.zh-CN.md")
    )
    apart = {"README.md", "README.zh-CN.md", "docs/images/flow.svg", "docs/images/flow.zh-CN.svg"}
    assert english - apart == chinese - apart
    assert "README.zh-CN.md" in english
    assert "README.md" in chinese


def test_the_changelog_tells_the_version_that_is_built() -> None:
    built = re.search(r'^version = "(.+)"$', read(ROOT / "pyproject.toml"), re.MULTILINE)
    headings = re.findall(r"^## \[?([^\]\n ]+)", read(ROOT / "CHANGELOG.md"), re.MULTILINE)
    assert built is not None
    assert headings[0] in {"Unreleased", built[1]}
    assert built[1] in headings
    assert built[1] == VERSION


def test_decisions_are_numbered_without_a_gap_and_say_the_four_things() -> None:
    records = sorted((ROOT / "docs/decisions").glob("[0-9]*.md"))
    assert [record.name[:4] for record in records] == [f"{number:04}" for number in range(1, len(records) + 1)]
    for record in records:
        assert re.findall(r"^\*\*(\w+)\.\*\*", read(record), re.MULTILINE) == [
            "Context",
            "Choice",
            "Consequence",
            "Measured",
        ]
        assert f"]({record.name})" in read(record.parent / "README.md")


def test_every_error_code_is_documented_and_no_other() -> None:
    assert first_column("errors.md") == error_codes()


def told_codes() -> set[str]:
    """Return the codes of advice and of refused questions that the library writes."""
    calls = (
        node
        for path in modules()
        if relative(path).startswith("license_library/")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"Advice", "WrongQuestion", "_wrong"}
    )
    codes = {one.args[0].value for one in calls if one.args and isinstance(one.args[0], ast.Constant)}
    assert len(codes) > 30
    return codes


def test_every_code_of_advice_and_of_a_refused_question_is_documented_and_no_other() -> None:
    assert first_column("advice.md") == told_codes()


def test_every_problem_code_is_documented_and_no_other() -> None:
    assert first_column("problems.md") == set(PROBLEM_CODES)


def test_problems_are_documented_in_the_words_the_pages_use() -> None:
    text = read(REFERENCE / "problems.md")
    assert [code for code, words in PROBLEM_CODES.items() if f"| {words.zh} | {words.en} |" not in text] == []


def test_every_setting_is_documented_and_no_other() -> None:
    read_directly = {name for path in modules() for name in re.findall(r"\"(HUB_[A-Z_]+)\"", read(path))}
    assert first_column("settings.md") == {f"HUB_{name.upper()}" for name in Settings.model_fields} | read_directly


def test_every_command_is_documented_and_no_other() -> None:
    headings = re.findall(r"^##+ `(hub [^`]+)`", read(REFERENCE / "commands.md"), re.MULTILINE)
    typed = {re.split(r" [A-Z\[-]", heading)[0] for heading in headings}
    assert typed == set(commands(typer.main.get_command(hub_command)))


def test_every_key_of_a_declaration_is_documented() -> None:
    kinds = (
        getattr(declaration, name)
        for name in (
            "Department",
            "Transport",
            "Limits",
            "Token",
            "Seal",
            "Feed",
            "Paging",
            "Cursor",
            "Success",
            "Expects",
            "Reconcile",
            "AskRecord",
            "FieldRule",
            "Files",
            "Flag",
            "Change",
            "Ask",
            "Delivery",
            "Key",
            "Out",
            "Receipt",
            "Window",
        )
    )
    given_by_us = {"department", "folder", "digest"}
    keys = {key for kind in kinds for key in declared_keys(kind)} - given_by_us
    assert keys - {word for code in CODE.findall(read(REFERENCE / "declaration.md")) for word in code.split()} == set()


def test_every_route_is_documented_and_no_other() -> None:
    served = {
        f"{method} {route.path}"
        for part in (health, *DESCRIBED)
        for route in part.router.routes
        for method in route.methods
    }
    assert set(re.findall(r"^\| `([A-Z]+ /[^`]+)` \|", read(REFERENCE / "api.md"), re.MULTILINE)) == served


def test_the_status_of_every_error_is_documented() -> None:
    rows = re.findall(r"^\| (\d{3}) \| (.+) \|$", read(REFERENCE / "api.md"), re.MULTILINE)
    told = {code: int(status) for status, codes in rows for code in CODE.findall(codes)}
    assert {kind.code: told.get(kind.code) for kind, _ in STATUSES} == {kind.code: status for kind, status in STATUSES}


def type_row(one: TypeDefinition) -> str:
    """Return what the page of license types says of one."""
    face = ", ".join(f"{field.name}{'*' * field.required}" for field in one.face) or "–"
    ended = f"{one.ended_on}{f' → {one.replaced_by}' if one.replaced_by else ''}" if one.ended_on else ""
    name = load_catalogue().license_names()[one.license_type]
    return f"| `{one.license_type}` | {name} | {one.sensitivity} | {one.term} | {face} | {ended} |"


def face_row(one: FaceDefinition) -> str:
    """Return what the page of license types says of one face field."""
    kind = f"{one.kind}: {'、'.join(one.codes)}" if one.codes else one.kind
    return f"| `{one.name}` | {one.zh} | {one.en} | {kind} | {'yes' if one.personal else ''} | {one.severity} |"


def test_the_page_of_license_types_says_what_is_defined() -> None:
    rows = [line for line in read(REFERENCE / "license-types.md").splitlines() if line.startswith("| `")]
    defined = [face_row(one) for one in face_labels().values()] + [
        type_row(one) for one in load_license_types().values()
    ]
    keys = {*FaceKeys.__struct_fields__, *TypeKeys.__struct_fields__}
    assert [row for row in rows if row.count("|") > 4] == defined
    assert keys - set(CODE.findall(read(REFERENCE / "license-types.md"))) == set()


def test_every_verdict_of_a_checklist_is_documented() -> None:
    assert [verdict for verdict in get_args(VerdictCode) if f"| `{verdict}` |" not in read(REFERENCE / "api.md")] == []


def test_every_guarantee_names_a_test_that_exists() -> None:
    named = re.findall(r"`(tests/[^`]+)`", read(ROOT / "docs/guarantees.md"))
    assert named
    for place in named:
        path, _, test = place.partition("::")
        assert (ROOT / path).is_file(), place
        assert not test or re.search(rf"^(async )?def {test}\(", read(ROOT / path), re.MULTILINE), place


SPOKEN = {"SOAP": "soap", "REST": "rest", "front_end_db": "table", "file_drop": "file"}


def city() -> dict[str, list[str]]:
    """Return the cells of each row of the table of departments, by folder."""
    rows = re.findall(r"^\| *`([^`]+)` \|(.*)\|$", read(REFERENCE / "departments.md"), re.MULTILINE)
    return {name: [cell.strip() for cell in cells.split("|")] for name, cells in rows}


@pytest.mark.parametrize("name", declaration.list_departments())
def test_the_table_of_departments_says_what_is_declared(name: str) -> None:
    declared = declaration.load_department(name)
    transport, feeds = declared.transport, declared.feeds.values()
    official, _, network, spoken, sign_in, paging, told = city()[name]
    assert (official, network, sign_in) == (declared.name, declared.network, transport.auth)
    assert spoken.split() == [transport.kind, *([transport.payload] if transport.payload != "none" else [])]
    assert told == "; ".join(f"{feed.name}: {' '.join(feed.license_types())}" for feed in feeds)
    assert transport.kind in {"table", "file"} or paging.split(", ") == sorted({feed.paging.style for feed in feeds})


def test_every_department_and_every_system_of_the_catalogue_is_declared() -> None:
    raw = yaml.safe_load(CATALOGUE_FILE.read_text(encoding="utf-8"))
    rows = city()
    assert rows.keys() == set(declaration.list_departments())
    assert {row[0] for row in rows.values()} >= {entry["name"] for entry in raw["departments"]}
    assumed = {entry["id"]: SPOKEN[entry["transport"]] for entry in raw["vertical_systems"]}
    assert {row[1] for row in rows.values()} - {""} == assumed.keys() - {"vs_sw"}  # the tax office is no department
    other = {name for name, row in rows.items() if row[1] and assumed[row[1]] != row[3].split()[0]}
    assert other == {"transport"}  # the page says why


def test_the_city_speaks_every_transport_paging_and_sign_in() -> None:
    city_of = [declaration.load_department(name) for name in declaration.list_departments()]
    kinds = Counter(department.transport.kind for department in city_of)
    assert kinds.keys() == set(SPOKEN.values())
    assert min(kinds.values()) >= 2
    pagings = {feed.paging.style for department in city_of for feed in department.feeds.values()}
    assert pagings == {"none", "page", "offset", "cursor", "link", "next"}
    assert {department.transport.auth for department in city_of} == SIGN_INS["soap"] | SIGN_INS["rest"]


def test_the_architecture_names_every_package() -> None:
    rooms = [ROOT / name for name in ("hub", "connectors", "license_library", "license_library/service", "schemas")]
    packages = {path.parent.name for room in rooms for path in room.glob("*/__init__.py")}
    table = set(re.findall(r"\| `(\w+)/` (?=\|)", read(ROOT / "docs/architecture.md")))
    assert packages - table - {"service"} == set()
