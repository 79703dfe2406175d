"""What no library can take is refused by every verb before it runs, and the argument that held it is named."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final, get_args

import pytest
import typer

from hub.command import app

HALF = "李\udcff"  # what Python makes of a byte that is not UTF-8
HUGE = str(2**63)
SAMPLES = {int: "1", str: "x", datetime: "2026-11-27"}
HUB: Final[Any] = typer.main.get_command(app)


def verbs(group: Any, *words: str) -> Iterator[tuple[list[str], Any]]:
    """Yield every verb with the words it is typed with."""
    for word, verb in group.commands.items():
        if hasattr(verb, "commands"):
            yield from verbs(verb, *words, word)
        else:
            yield [*words, word], verb


def kind_of(argument: Any) -> type:
    """Return what an argument, or each of several, is read as."""
    annotation = argument.type_descriptor.annotation
    kind: type = (get_args(annotation) or (annotation,))[0]
    return kind


def lines(kind: type, value: str) -> Iterator[tuple[list[str], Any]]:
    """Yield a line for each argument of a kind: with the value there, and something harmless wherever one is needed."""
    for words, verb in verbs(HUB):
        for asked in (one for one in verb.params if kind_of(one) is kind):
            line = list(words)
            for one in verb.params:
                given = value if one is asked else SAMPLES.get(kind_of(one), __file__)
                if one.param_type_name == "argument":
                    line.append(given)
                elif one is asked or one.required:
                    line += [one.opts[0], given]
            yield line, asked


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A verb that runs all the same finds no library and ends otherwise."""
    monkeypatch.setenv("HUB_HOME", str(tmp_path))
    monkeypatch.setenv("HUB_DATABASE_URL", "postgresql+psycopg://x@127.0.0.1:1/x")


@pytest.mark.parametrize(
    ("kind", "value", "said"), [(str, HALF, "expected UTF-8 text"), (int, HUGE, "at most|less than")]
)
def test_what_no_library_can_take_is_refused_by_name(kind: type, value: str, said: str) -> None:
    typed = list(lines(kind, value))
    assert len(typed) > 50
    for line, argument in typed:
        with pytest.raises(typer.BadParameter, match=said) as refused:
            HUB.main(line, "hub", standalone_mode=False)
        assert refused.value.param is argument, line


def test_a_file_may_be_called_whatever_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "\udcff.json"
    file.touch()
    with pytest.raises(SystemExit) as ended:
        HUB.main(["delivery", "enqueue", str(file)], "hub")
    assert (ended.value.code, "hub.database_unavailable" in capsys.readouterr().err) == (1, True)


@pytest.mark.parametrize("verb", [["replay"], ["quarantine", "batch", "recheck", "--by", "x"]])
def test_an_exchange_that_no_table_can_hold_narrows_no_batch(verb: list[str]) -> None:
    with pytest.raises(typer.BadParameter, match="expected exchange_id=NUMBER"):
        HUB.main([*verb, "--where", f"exchange_id={HUGE}"], "hub", standalone_mode=False)
