"""A library is opened under the key that it was filled under, and under no other: none is made beside it."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from typer.testing import CliRunner

from hub.command import app
from hub.context import opened_hub
from hub.settings import Settings
from license_library.storage.key_mark import KeyDiffers
from license_library.storage.keyring import Keyring
from tests.license_library.question_makers import Library

SECRET = b"a secret of thirty-two bytes, ok"


@pytest.fixture
def home(database_address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the home of a hub over a given database, which has no key yet."""
    monkeypatch.setenv("HUB_DATABASE_URL", database_address)
    monkeypatch.setenv("HUB_HOME", str(tmp_path))
    return tmp_path


def fill(database: Engine) -> None:
    """Let the library hold somebody, as it did before it noted its key."""
    with database.begin() as conn:
        Library(conn, Keyring(SECRET)).add_subject()


def noted_keys(database: Engine) -> int:
    with database.connect() as conn:
        return int(conn.execute(text("select count(*) from library_key")).scalar_one())


def test_no_key_is_made_beside_a_library_that_holds_somebody(database: Engine, home: Path) -> None:
    fill(database)
    with pytest.raises(KeyDiffers, match="HUB_SECRET_KEY is not given"), opened_hub(Settings()):
        pass
    assert not (home / "secret.key").exists()
    assert noted_keys(database) == 0


def test_no_key_is_made_beside_an_empty_library_that_noted_another(
    database: Engine, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with opened_hub(Settings()):
        pass
    monkeypatch.setenv("HUB_HOME", str(home / "fresh"))
    with pytest.raises(KeyDiffers), opened_hub(Settings()):
        pass
    assert not (home / "fresh" / "secret.key").exists()
    assert noted_keys(database) == 1


def test_another_key_is_refused_and_the_right_one_is_noted(
    database: Engine, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(database)
    monkeypatch.setenv("HUB_SECRET_KEY", "cd" * 32)
    with pytest.raises(KeyDiffers, match="HUB_SECRET_KEY: is not the key"), opened_hub(Settings()):
        pass
    monkeypatch.setenv("HUB_SECRET_KEY", SECRET.hex())
    with opened_hub(Settings()):
        pass
    monkeypatch.setenv("HUB_SECRET_KEY", "cd" * 32)
    with pytest.raises(KeyDiffers), opened_hub(Settings()):
        pass
    assert noted_keys(database) == 1


@pytest.mark.parametrize("words", [["db", "up"], ["exchange", "list"]])
def test_a_command_says_which_key_is_wrong_and_never_the_key(
    database: Engine, home: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    fill(database)
    monkeypatch.setenv("HUB_SECRET_KEY", "cd" * 32)
    told = CliRunner().invoke(app, words, prog_name="hub")
    assert told.exit_code != 0
    assert "HUB_SECRET_KEY: is not the key" in " ".join(told.stderr.split())
    assert "cdcd" not in told.output
