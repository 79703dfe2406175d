"""Settings come from HUB_… variables, and everything has a default that works on a fresh machine."""

from __future__ import annotations

import resource
from pathlib import Path

import pytest

from hub.context import open_keyring, sign_in_token
from hub.settings import Settings
from schemas.errors import RequestError


def test_nothing_has_to_be_set() -> None:
    settings = Settings()
    assert settings.home == Path("var")
    assert settings.database_url is None
    assert settings.host == "127.0.0.1"


def test_an_empty_variable_is_no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_DATABASE_URL", "")
    assert Settings().database_url is None


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_DATABASE_URL", "postgresql+psycopg://hub:quiet@db/hub")
    monkeypatch.setenv("HUB_SECRET_KEY", "ab" * 32)
    assert "quiet" not in repr(Settings())
    assert "abab" not in repr(Settings())


def test_the_token_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    assert sign_in_token(settings) == sign_in_token(settings)
    assert len(sign_in_token(settings)) >= 32
    assert (tmp_path / "token").stat().st_mode & 0o777 == 0o600


def test_no_half_token_is_kept_where_the_disk_is_full(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5, hard))  # no file may grow beyond five bytes
    try:
        with pytest.raises(OSError, match="File too large"):
            sign_in_token(Settings(home=tmp_path))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(tmp_path.iterdir()) == []
    assert len(sign_in_token(Settings(home=tmp_path))) >= 32


def test_a_given_key_is_used_and_a_wrong_one_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HUB_SECRET_KEY", "ab" * 32)
    one = open_keyring(Settings(home=tmp_path)).fingerprint("holder", "x")
    assert one == open_keyring(Settings(home=tmp_path / "elsewhere")).fingerprint("holder", "x")
    monkeypatch.setenv("HUB_SECRET_KEY", "not hexadecimal")
    with pytest.raises(RequestError, match="HUB_SECRET_KEY") as refused:
        open_keyring(Settings(home=tmp_path))
    assert "not hexadecimal" not in str(refused.value).replace("is not hexadecimal", "")
