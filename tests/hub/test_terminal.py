"""What departments delivered is shown and never obeyed: a terminal takes some characters for orders."""

from __future__ import annotations

import json
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

from hub.commands.output import explain, note, print_json, print_table
from schemas.errors import HubError
from schemas.visible_text import visible

RED, CLEARED, TURNED = "\x1b[31m", "\x9b2J", "\u202e"
SENT = f"鲁{RED}A{CLEARED}:on:{TURNED}1\r\n\x07\U000e0041"
SHOWN = r"鲁\x1b[31mA\x9b2J:on:\u202e1\r\n\x07\U000e0041"


def is_harmless(text: str) -> bool:
    return all(char == "\n" or unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Zl", "Zp"} for char in text)


def test_a_table_shows_what_a_terminal_would_obey(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(SENT, ["number"], [[SENT], [None]])
    print_table(SENT, ["number"], [])
    shown = capsys.readouterr().out
    assert is_harmless(shown)
    assert shown.count(SHOWN) == 2
    assert SHOWN.replace(r"\n", "\n") in shown  # a sentence, which may have lines


def test_notes_and_errors_show_it_too(capsys: pytest.CaptureFixture[str]) -> None:
    note(SENT)
    explain(HubError(SENT))
    shown = capsys.readouterr().err
    assert is_harmless(shown)
    assert shown.count(r"鲁\x1b[31mA\x9b2J:on:\u202e1") == 2


def test_json_means_what_was_delivered_and_moves_no_cursor(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    print_json({SENT: [SENT, 1]})
    written = capfdbinary.readouterr().out.decode()
    assert is_harmless(written)
    assert json.loads(written) == {SENT: [SENT, 1]}


def test_every_character_that_cannot_be_seen_is_written_out() -> None:
    unseen = [chr(code) for code in range(0x110000) if not is_harmless(chr(code))]
    assert [hex(ord(char)) for char in unseen if visible(char) == char] == []
    assert visible("平度市𠮷ï\ue000 A\n") == "平度市𠮷ï\ue000 A\n"


def test_a_warning_shows_it_on_one_line_and_keeps_the_lines_of_a_traceback() -> None:
    warned = f"import logging; log = logging.getLogger('x'); log.warning('%s', {SENT!r})"
    failed = "try: 1 / 0\nexcept ZeroDivisionError: log.exception('failed')"
    code = f"from hub.command import app; app(['--help'], standalone_mode=False)\n{warned}\n{failed}"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False
    )
    lines = done.stderr.splitlines()
    assert is_harmless(done.stderr)
    assert lines[:3] == [SHOWN, "failed", "Traceback (most recent call last):"]
