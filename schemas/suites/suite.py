"""The expectations stewards keep about whole batches, as TOML files they can read.

Knows names, notes and arguments; runs nothing and imports nothing heavy, so pages can explain a code from here.
"""

from __future__ import annotations

import tomllib
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

import msgspec

from schemas.errors import DeclarationError
from schemas.struct_readers import build_readers

SUITES_FOLDER = Path(__file__).parent

# row: quarantine every row it names; batch: hold the batch; warning: tell the steward.
Severity = Literal["row", "batch", "warning"]


class Expectation(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Say in both languages what is expected, and how Great Expectations judges it."""

    name: str
    expectation: str
    severity: Severity
    zh: str
    en: str
    column: str | None = None
    arguments: dict[str, Any] = {}
    feeds: list[str] = []  # only in a department's own suite: the feeds it is about; empty: all of them

    @property
    def mostly(self) -> float | None:
        """Return the share of values that must fit, where less than all is enough."""
        share = self.arguments.get("mostly")
        return None if share is None else float(share)

    def columns(self) -> list[str]:
        """Return the columns it reads."""
        named = [self.arguments[key] for key in ("column_A", "column_B") if key in self.arguments]
        own = [self.column] if self.column else []
        return [*own, *named, *self.arguments.get("column_list", [])]

    def judged_by(self) -> dict[str, Any]:
        """Return the arguments Great Expectations is given."""
        spread = {"column_A", "column_list"} & self.arguments.keys()
        return self.arguments if spread or not self.column else {"column": self.column} | self.arguments


class Suite(msgspec.Struct, frozen=True):
    """Hold the expectations of one record type; the version is a digest of the files they came from."""

    record: str
    version: str
    expectations: tuple[Expectation, ...]

    def __hash__(self) -> int:
        # The arguments of an expectation have no hash; that two suites are the same one is still judged by all of them.
        return hash((self.record, self.version))

    def columns(self) -> list[str]:
        """Return every column some expectation reads, sorted."""
        return sorted({column for expectation in self.expectations for column in expectation.columns()})


class _SuiteFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    expectations: list[Expectation]


build_readers(_SuiteFile)


def load_suite(record: str, extra: Path | None = None, feed: str = "") -> Suite:
    """Read the suite of a record type, with a department's own expectations of a feed added; DeclarationError names the file."""
    files = [SUITES_FOLDER / f"{record}.toml", *([extra] if extra else [])]
    written = [expectation for file in files for expectation in _read(file)]
    expectations = [one for one in written if not one.feeds or feed in one.feeds]
    names = [expectation.name for expectation in expectations]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DeclarationError(
            f"suite {record}: expected each name once, got {', '.join(twice)} twice; nothing was run"
        )
    digest = sha256(b"".join(sha256(file.read_bytes()).digest() for file in files)).hexdigest()
    return Suite(record, digest[:12], tuple(expectations))


def feeds_named(extra: Path) -> set[str]:
    """Return the feeds that a department's own suite names."""
    return {feed for expectation in _read(extra) for feed in expectation.feeds}


def _read(file: Path) -> list[Expectation]:
    try:
        content = msgspec.convert(tomllib.loads(file.read_text(encoding="utf-8")), _SuiteFile)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        message = f"suite: {file.name} cannot be read; expected a list of expectations, got {error}; nothing was run"
        raise DeclarationError(message) from error
    for expectation in content.expectations:
        _require_sense(file, expectation)
    return content.expectations


def _require_sense(file: Path, expectation: Expectation) -> None:
    """A row expectation quarantines each row it names, so it needs a column and cannot be content with a share."""
    if expectation.severity == "row" and (expectation.column is None or expectation.mostly is not None):
        raise DeclarationError(
            f"suite: {file.name}, {expectation.name}: a row expectation; expected a column and no `mostly`; nothing was run"
        )
