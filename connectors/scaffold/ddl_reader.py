"""Table definitions, read into an outline: columns, types, comments, keys and checks, as MySQL, Oracle, PostgreSQL, SQL
Server and their domestic kin write them.

A small reader of CREATE TABLE and of the four ways to comment a column; executes nothing.
"""

from __future__ import annotations

import re
from pathlib import Path

from msgspec.structs import replace

from connectors.scaffold.code_tables import read_codes
from connectors.scaffold.outline import Call, Kind, Node, Outline
from connectors.scaffold.time_guesses import TIME, guess_form
from connectors.scaffold.vendoring import Gathered, read_bytes
from schemas.errors import DeclarationError

NAME = r"[\"`\[]?([\w$#\u4e00-\u9fff]+)[\"`\]]?"
TABLE = re.compile(
    rf"create\s+(?:\w+\s+)?table\s+(?:if\s+not\s+exists\s+)?(?:{NAME}\s*\.\s*)*?{NAME}\s*\(", re.IGNORECASE
)
COLUMN = re.compile(rf"{NAME}\s+([A-Za-z]\w*)(?:\s+varying|\s+precision)?\s*(?:\(\s*(\d+)[^)]*\))?(.*)", re.DOTALL)
INLINE = re.compile(r"comment\s+'((?:[^']|'')*)'", re.IGNORECASE)
OF_COLUMN = re.compile(
    rf"comment\s+on\s+column\s+(?:{NAME}\s*\.\s*)*?{NAME}\s*\.\s*{NAME}\s+is\s+N?'((?:[^']|'')*)'", re.IGNORECASE
)
OF_TABLE = re.compile(rf"comment\s+on\s+table\s+(?:{NAME}\s*\.\s*)*?{NAME}\s+is\s+N?'((?:[^']|'')*)'", re.IGNORECASE)
EXTENDED = re.compile(
    r"sp_addextendedproperty\s+(?:(?:@name\s*=\s*)?N?'MS_Description'\s*,)?.*?N?'((?:[^']|'')*)'\s*,.*?N?'TABLE'\s*,(?:\s*@\w+\s*=)?\s*N?'(\w+)'"
    r"(?:\s*,(?:\s*@\w+\s*=)?\s*N?'COLUMN'\s*,(?:\s*@\w+\s*=)?\s*N?'(\w+)')?",
    re.IGNORECASE | re.DOTALL,
)
PRIMARY = re.compile(r"primary\s+key\s*(?:clustered\s*)?\(([^)]*)\)", re.IGNORECASE)
CHECK = re.compile(rf"check\s*\(\s*\(?{NAME}\s+in\s*\(([^)]*)\)", re.IGNORECASE)
CONSTRAINTS = {"primary", "unique", "key", "index", "constraint", "foreign", "check", "fulltext"}
KINDS: dict[str, Kind] = {
    "date": "date",
    "datetime": "time",
    "datetime2": "time",
    "timestamp": "time",
    "smalldatetime": "time",
}
NUMBERS = re.compile(r"(big|small|tiny|medium)?int(eger)?|number|numeric|decimal|float|double|real", re.IGNORECASE)


def gather_ddl(path: Path) -> Gathered:
    """Read the file; one in GB18030 is kept in UTF-8."""
    content = read_bytes(path)
    try:
        content.decode("utf-8")
        return Gathered(path.name, {path.name: content})
    except UnicodeDecodeError:
        pass
    try:
        text = content.decode("gb18030")
    except UnicodeDecodeError as error:
        raise DeclarationError(f"contract: {path.name} is neither UTF-8 nor GB18030; nothing was written") from error
    return Gathered(path.name, {path.name: text.encode()}, [f"{path.name} came in GB18030; it is kept in UTF-8"])


def read_ddl(gathered: Gathered) -> Outline:
    """Return the outline: one call for each table."""
    text = gathered.files[gathered.main].decode("utf-8-sig")
    comments = _comments(text)
    calls = []
    for match in TABLE.finditer(_blank_comments(text)):
        body = _inside_parentheses(text, match.end())
        name = str(match.group(match.lastindex or 1))
        columns = tuple(_columns(name, body, comments))
        record = Node("row", kind="group", is_list=True, children=columns)
        label = comments.get((name.upper(), ""), "") or _table_comment(text, match.end() + len(body))
        calls.append(Call(name, Node("query", kind="group"), Node("answer", kind="group", children=(record,)), label))
    if not calls:
        raise DeclarationError(f"contract: {gathered.main} holds no CREATE TABLE; nothing was written")
    return Outline("table", tuple(calls), " ".join(call.label for call in calls), notes=tuple(gathered.notes))


def _columns(table: str, body: str, comments: dict[tuple[str, str], str]) -> list[Node]:
    key, is_oracle = PRIMARY.search(body), "varchar2" in body.lower()
    keys = set(re.findall(r"[\w\u4e00-\u9fff]+", key[1])) if key else set()
    checks = {m[1]: re.findall(r"'([^']*)'|(\d+)", m[2]) for m in CHECK.finditer(body)}
    columns = []
    for part, trailing in _split(body):
        match = COLUMN.match(part)
        if match is None or match[1].lower() in CONSTRAINTS:
            continue
        name, rest = match[1], match[4]
        said = INLINE.search(rest)
        label = comments.get((table.upper(), name.upper()), "") or (said[1] if said else trailing)
        node = _column(name, match[2].lower(), int(match[3] or 0), label.replace("''", "'"), is_oracle=is_oracle)
        values = {one or other: "" for one, other in checks.get(name, [])}
        codes = {code: node.codes.get(code, "") for code in values} or node.codes
        is_key = name in keys or "primary key" in rest.lower()
        columns.append(replace(node, codes=codes, is_key=is_key, is_required="not null" in rest.lower()))
    return columns


def _column(name: str, written: str, length: int, label: str, *, is_oracle: bool) -> Node:
    kind = KINDS.get(written, "number" if NUMBERS.fullmatch(written) else "text")
    kind = "time" if kind == "date" and is_oracle else kind  # Oracle's DATE holds the time of day
    form = TIME if kind == "time" else guess_form(kind, label, length=length)
    return Node(name, label, kind, form, read_codes(label))


def _comments(text: str) -> dict[tuple[str, str], str]:
    """Return {(TABLE, COLUMN): comment} of the statements that stand apart; COLUMN is empty for the table's own."""
    found = {(m[2].upper(), m[3].upper()): m[4] for m in OF_COLUMN.finditer(text)}
    found |= {(m[2].upper(), ""): m[3] for m in OF_TABLE.finditer(text)}
    found |= {(m[2].upper(), (m[3] or "").upper()): m[1] for m in EXTENDED.finditer(text)}
    return found


def _blank_comments(text: str) -> str:
    """Blank comments out, length for length, so that places stay."""
    return re.sub(r"--[^\n]*|/\*.*?\*/", lambda match: " " * len(match[0]), text, flags=re.DOTALL)


def _inside_parentheses(text: str, start: int) -> str:
    depth, quoted = 1, False
    for place in range(start, len(text)):
        character = text[place]
        quoted ^= character == "'"
        depth += 0 if quoted else (character == "(") - (character == ")")
        if depth == 0:
            return text[start:place]
    return text[start:]


def _split(body: str) -> list[tuple[str, str]]:
    """Split at the commas between columns; give each part the `-- comment` that ends its line."""
    parts, current, depth, quoted = [], "", 0, False
    lines = [line.partition("--") for line in body.splitlines()]
    trailing = ""
    for code, _, comment in lines:
        for character in code:
            quoted ^= character == "'"
            depth += 0 if quoted else (character == "(") - (character == ")")
            if character == "," and depth == 0 and not quoted:
                parts.append((current.strip(), ""))
                current = ""
            else:
                current += character
        current += "\n"
        trailing = comment.strip()
        if trailing and current.strip():
            parts.append((current.strip(), trailing))
            current = ""
        elif trailing and parts:
            parts[-1] = (parts[-1][0], trailing)
    return [*parts, (current.strip(), trailing)]


def _table_comment(text: str, end: int) -> str:
    said = re.match(r"\)[^;]*?comment\s*=?\s*'((?:[^']|'')*)'", text[end : end + 400], re.IGNORECASE)
    return said[1] if said else ""
