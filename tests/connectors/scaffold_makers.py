"""Contracts in the style of different vendors, and what a scaffold should make of each."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from connectors.scaffold.folder import Scaffolded, Source, scaffold_department

CONTRACTS = Path(__file__).parent / "contracts"
NAMES = sorted(path.parent.name for path in CONTRACTS.glob("*/expected.toml"))
SPOKEN = {"soap", "rest"}  # transports that a declaration can name by now
OPEN = {
    "name": "平度市某局",
    "uscc": "11370283MB9T00230W",
    "network": "专网",
    "contact": "数据科",
    "catalogue": "370283/x/0001",
    "basis": "依据",
    "purpose": "核验",
}


def expected(name: str) -> dict[str, Any]:
    """Return what should be made of a contract."""
    return tomllib.loads((CONTRACTS / name / "expected.toml").read_text("utf-8"))


def source(name: str) -> Source:
    """Return how a contract is given to the scaffold."""
    wanted, folder = expected(name), CONTRACTS / name
    return Source(wanted["form"], folder / wanted["file"], folder / wanted["sample"] if "sample" in wanted else None)


def make(name: str, root: Path) -> Scaffolded:
    """Scaffold a contract as a department of its name."""
    return scaffold_department(name, source(name), root)


def declared(done: Scaffolded) -> dict[str, Any]:
    """Return the one feed that was made."""
    feed: dict[str, Any] = tomllib.loads((done.folder / "department.toml").read_text("utf-8"))["feeds"]["licenses"]
    return feed


def mapped(feed: dict[str, Any], table: str) -> dict[str, str]:
    """Return {our field: source field} for what is taken from the source."""
    rules = {
        name: rule.get("from", "?") if isinstance(rule, dict) else rule for name, rule in feed.get(table, {}).items()
    }
    return {name: value for name, value in rules.items() if value != "?"}


def fill_in(done: Scaffolded, name: str) -> None:
    """Fill in what the scaffold left open, as an engineer would."""
    path = done.folder / "department.toml"
    text = path.read_text("utf-8")
    for key, value in OPEN.items():
        text = re.sub(rf'^({key} *= )"\?"', rf'\g<1>"{value}"', text, flags=re.MULTILINE)
    text = re.sub(r" +=", " =", text)
    for old, new in expected(name).get("fill", []):
        assert old in text, old
        text = text.replace(old, new, 1)
    path.write_text(text, "utf-8")
