"""From the bytes of a request to a question: strict JSON and plain forms.

Refuses repeated keys, NaN, control characters and halves of characters. Its messages name fields, never values.
"""

from __future__ import annotations

import unicodedata
from typing import Annotated, Any, TypeVar
from urllib.parse import parse_qsl

import msgspec
from fastapi import Depends, Request

from schemas.errors import RequestError
from schemas.strict_json import explain_mismatch, read_strict_json

Question = TypeVar("Question")
Path = tuple[str, ...]  # the names that lead to a value, outermost first
FORM_TYPE = "application/x-www-form-urlencoded"
UPLOAD_TYPE = "multipart/form-data"
FORM_FIELDS = 40
PART_BYTES = 4096  # of a text field beside a file
TEXT_LENGTH = 512
PLAIN_TEXT = "text without control characters"


class FieldProblem(msgspec.Struct, frozen=True):
    """One field of a question that cannot be used."""

    field: str
    expected: str


class MalformedBody(RequestError):
    """The body cannot be read."""

    code = "request.malformed"


class InvalidQuestion(RequestError):
    """A field of the question is wrong."""

    code = "request.invalid"

    def __init__(self, message: str = "", problems: tuple[FieldProblem, ...] = ()) -> None:
        super().__init__(message)
        self.problems = problems


def invalid(field: str, expected: str) -> InvalidQuestion:
    """Return the error for one wrong field."""
    message = f"service: the question is wrong in {field}; expected {expected}; nothing was asked"
    return InvalidQuestion(message, (FieldProblem(field, expected),))


async def read_body(request: Request) -> bytes:
    """Return the whole body; its size is bounded on the wire."""
    return await request.body()


class Uploaded(msgspec.Struct, frozen=True):
    """Hold a file that a form carried."""

    name: str
    content: bytes


async def read_form(request: Request) -> dict[str, str]:
    """Return the fields of a posted form, trimmed; a field given twice is refused."""
    posted = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if posted == UPLOAD_TYPE:
        return await _read_parts(request)
    if posted != FORM_TYPE:
        return {}
    try:
        pairs = parse_qsl(
            (await request.body()).decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=FORM_FIELDS
        )
    except ValueError:
        raise MalformedBody("service: the form cannot be read; expected UTF-8 form fields; nothing was asked") from None
    fields = {name: text.strip() for name, text in pairs}
    if len(fields) != len(pairs):
        raise MalformedBody("service: the form names a field twice; expected each once; nothing was asked")
    request.state.form = fields
    return fields


async def read_upload(request: Request) -> Uploaded:
    """Return the file of a posted form; refuse a form without one."""
    await read_form(request)
    upload: Uploaded | None = getattr(request.state, "upload", None)
    if upload is None or not upload.content:
        raise invalid("file", "a file")
    return upload


async def _read_parts(request: Request) -> dict[str, str]:
    """Take a form with a file apart once; the file is closed when it was read."""
    if (known := getattr(request.state, "form", None)) is not None:
        return dict(known)
    async with request.form(max_files=1, max_fields=FORM_FIELDS, max_part_size=PART_BYTES) as form:
        pairs = form.multi_items()
        texts = [(name, part.strip()) for name, part in pairs if isinstance(part, str)]
        for name, part in pairs:
            if not isinstance(part, str) and name == "file":
                request.state.upload = Uploaded(part.filename or "", await part.read())
    fields = dict(texts)
    if len(fields) != len(texts):
        raise MalformedBody("service: the form names a field twice; expected each once; nothing was asked")
    request.state.form = fields
    return fields


def read_question(body: bytes, kind: type[Question], long: frozenset[Path] = frozenset()) -> Question:
    """Return the JSON body as a question of this kind; texts at the paths `long` are judged by whoever takes them."""
    try:
        values = read_strict_json(body)
    except ValueError:
        raise MalformedBody("service: the body cannot be read; expected one JSON object; nothing was asked") from None
    return as_question(values, kind, long)


def as_question(values: Any, kind: type[Question], long: frozenset[Path] = frozenset()) -> Question:
    """Check plain values against a question struct."""
    try:
        question = msgspec.convert(values, kind)
    except msgspec.ValidationError as error:
        field, expected = explain_mismatch(str(error))
        raise invalid(field or "the question", expected) from None
    except UnicodeEncodeError:  # half a character where a word of a list is expected
        raise invalid("the question", PLAIN_TEXT) from None
    _demand_plain((), msgspec.to_builtins(question), long)
    return question


def _demand_plain(path: Path, value: Any, long: frozenset[Path]) -> None:
    field = path[-1] if path else "the question"
    if isinstance(value, dict):
        for name, inner in value.items():
            _demand_text(field, name)
            _demand_plain((*path, name), inner, long)
    elif isinstance(value, list):
        for inner in value:
            _demand_plain(path, inner, long - {path})
    elif isinstance(value, str) and path not in long:
        _demand_text(field, value)


def _demand_text(field: str, value: str) -> None:
    if len(value) > TEXT_LENGTH:
        raise invalid(field, f"at most {TEXT_LENGTH} characters")
    if any(unicodedata.category(mark) in {"Cc", "Cs"} for mark in value):
        raise invalid(field, PLAIN_TEXT)


Body = Annotated[bytes, Depends(read_body)]
Form = Annotated[dict[str, str], Depends(read_form)]
Upload = Annotated[Uploaded, Depends(read_upload)]
