"""One REST and one SOAP department in three versions, one for each class of deliveries, each with a fake of its own."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from connectors.declarations.declaration import load_department

ASK = """ask = { call = "/yzxt/open/decisions/sought", request = { bh = "{case_number}", xh = "{sequence}" }, \
found_when = { field = "data/jg", values = ["有"] }, missing_when = { field = "data/jg", values = ["无"] }, after = "0s" }"""
KEY = re.compile(r"^key +=.*X-Request-Id.*$", re.MULTILINE)
SOAP_ASK = re.compile(r"^ask +=.*$", re.MULTILINE)
SOAP_NUMBER = re.compile(
    r"^JDWH +=.*$", re.MULTILINE
)  # what carries the key in class A, in the place of a document's number
CLASS = re.compile(r"^class +=.*$", re.MULTILINE)


def make_departments(folder: Path) -> None:
    """Write class_a, class_b and class_c into a folder; each answers within a second, none has a window of maintenance."""
    for letter in "ABC":
        target = folder / f"class_{letter.lower()}"
        shutil.copytree(load_department("transport").folder, target)
        file = target / "department.toml"
        file.write_text(_versioned(file.read_text("utf-8"), letter), "utf-8")


def _versioned(text: str, letter: str) -> str:
    text = re.sub(r"deadline_seconds = \d+", "deadline_seconds = 1", text)
    text = re.sub(r"(?m)^maintenance.*\n", "", text)
    text = CLASS.sub(f'class = "{letter}"', text)
    return text if letter == "A" else KEY.sub(ASK if letter == "B" else "", text)


def make_soap_departments(folder: Path) -> None:
    """Write soap_a, soap_b and soap_c into a folder; B is as it is declared."""
    for letter in "ABC":
        target = folder / f"soap_{letter.lower()}"
        shutil.copytree(load_department("market_regulation").folder, target)
        file = target / "department.toml"
        text = file.read_text("utf-8")
        if letter != "B":
            text = CLASS.sub(
                f'class = "{letter}"', SOAP_ASK.sub('key = { field = "JDWH" }' if letter == "A" else "", text)
            )
        file.write_text(SOAP_NUMBER.sub("", text) if letter == "A" else text, "utf-8")
