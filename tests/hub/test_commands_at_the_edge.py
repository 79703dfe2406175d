"""Settings, environments and arguments that cannot work are told in words with their exit code, never as a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from connectors.wire.connection import parse_connection
from hub.command import app
from hub.context import sign_in_token
from hub.serving import open_socket
from hub.settings import Settings
from license_library.storage.keyring import KeyringError, load_or_create
from schemas.errors import DeclarationError, ProcessFailed, RequestError

ADDRESS = "postgresql+psycopg://x@127.0.0.1:1/x"


def type_command(*words: str) -> Result:
    """Type a command."""
    return CliRunner().invoke(app, list(words), prog_name="hub")


@pytest.mark.parametrize(
    ("name", "value", "words", "code", "said"),
    [
        ("HUB_HOME", "/dev/null/x", ("db", "up"), 1, "Not a directory; expected a place that can be read and written"),
        ("HUB_DATABASE_URL", "postgresql+nope://x@h/x", ("exchange", "list"), 2, "its address cannot be used"),
        ("HUB_DATABASE_URL", "postgresql+pg8000://x@h/x", ("exchange", "list"), 2, "its address cannot be used"),
        ("HUB_DATABASE_URL", f"{ADDRESS}?nope=1", ("exchange", "list"), 2, "its address cannot be used"),
        ("HUB_PAGES_DAYS", "9999999", ("db", "retain"), 2, "HUB_PAGES_DAYS: Input should be less than or equal"),
        ("HUB_CONNECTORS_FOLDER", "/nonexistent", ("department", "list"), 2, "/nonexistent is no folder"),
        ("HUB_CONNECTORS_FOLDER", "/etc/hostname", ("department", "check", "x"), 2, "hostname is no folder"),
        ("HUB_CONNECTORS_FOLDER", "/nonexistent", ("push",), 2, "/nonexistent is no folder"),
        ("HUB_CONNECTORS_FOLDER", "/nonexistent", ("airflow", "pools"), 2, "/nonexistent is no folder"),
        ("HUB_CONNECTORS_FOLDER", "/nonexistent", ("demo",), 2, "/nonexistent is no folder"),
        ("HUB_HOST", " ", ("serve",), 2, "HUB_HOST: String should have at least 1 character"),
        ("HUB_PORT", "1", ("serve", "--port", "99999"), 2, "--port"),
        ("HUB_PORT", "1", ("serve", "--port", "-1"), 2, "--port"),
        ("HUB_PORT", "1", ("serve", "--host", ""), 2, "expected an address"),
        ("HUB_PORT", "1", ("department", "fake", "transport", "--port", "99999"), 2, "--port"),
        ("HUB_PORT", "1", ("db", "retain", "--days", "800000"), 2, "--days"),
    ],
)
def test_what_cannot_work_is_told_in_words(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, value: str, words: tuple[str, ...], code: int, said: str
) -> None:
    monkeypatch.setenv("HUB_HOME", str(tmp_path))
    monkeypatch.setenv("HUB_DATABASE_URL", ADDRESS)
    if name == "HUB_HOME":
        monkeypatch.delenv("HUB_DATABASE_URL")
    monkeypatch.setenv(name, value)
    ended = type_command(*words)
    assert (ended.exit_code, isinstance(ended.exception, SystemExit)) == (code, True)
    assert said in ended.output


def test_an_output_that_takes_nothing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("hub.commands.departments.print_json", refuse)
    ended = type_command("department", "list", "--json")
    assert (ended.exit_code, isinstance(ended.exception, SystemExit)) == (1, True)
    assert "a file, or the output: Input/output error" in ended.stderr


@pytest.mark.parametrize("content", [b"not hex", b"\xff\xfe"])
def test_a_damaged_key_is_told_with_its_place(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "secret.key").write_bytes(content)
    with pytest.raises(KeyringError, match=r"secret\.key is damaged; expected 64 hexadecimal digits"):
        load_or_create(tmp_path / "secret.key")


def test_a_token_that_could_be_guessed_is_told_with_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "token").touch()
    with pytest.raises(RequestError, match="token: the token is too short; expected 16"):
        sign_in_token(Settings(home=tmp_path))
    monkeypatch.setenv("HUB_TOKEN", "abc")
    with pytest.raises(RequestError, match="HUB_TOKEN: the token is too short"):
        sign_in_token(Settings(home=tmp_path))


@pytest.mark.parametrize(
    "text",
    [
        '{"host": "http://x", "port": "y"}',
        '{"host": "http://x", "port": 99999}',
        '{"a": ' + "[" * 100_000,
        '{"host": "x", "extra": "' + "[" * 100_000 + '"}',
    ],
)
def test_a_connection_that_is_none_is_refused_in_words(text: str) -> None:
    with pytest.raises(DeclarationError):
        parse_connection(text)


@pytest.mark.parametrize("any_port", [True, False])
@pytest.mark.parametrize("host", ["主机..北", "机" * 70])
def test_a_host_that_is_no_name_is_told(host: str, any_port: bool) -> None:
    with pytest.raises(ProcessFailed, match=r"cannot listen on .*it is no name of a machine"):
        open_socket(Settings(host=host), any_port=any_port)
