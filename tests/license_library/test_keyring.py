"""What is encrypted comes back, what is altered does not, and a fingerprint tells nothing without the key."""

from __future__ import annotations

import stat

import pytest

from license_library.storage.keyring import Keyring, KeyringError, load_or_create

CODE = "370283199003077211"


def test_what_was_encrypted_comes_back(keyring):
    assert keyring.decrypt(keyring.encrypt(CODE.encode())) == CODE.encode()


def test_a_value_encrypted_twice_looks_different(keyring):
    assert len(set(keyring.encrypt_many([CODE, CODE]))) == 2
    assert [keyring.decrypt(sealed).decode() for sealed in keyring.encrypt_many([CODE, "x"])] == [CODE, "x"]


@pytest.mark.parametrize("place", [0, 1, 20, -1])
def test_an_altered_value_is_refused(keyring, place):
    sealed = bytearray(keyring.encrypt(CODE.encode()))
    sealed[place] ^= 1
    with pytest.raises(KeyringError):
        keyring.decrypt(bytes(sealed))


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01" * 12])
def test_a_value_cut_short_is_refused(keyring, sealed):
    with pytest.raises(KeyringError):
        keyring.decrypt(sealed)


def test_fingerprints_agree_and_each_kind_has_its_own_key(keyring):
    assert keyring.fingerprint_many("holder", [CODE, "x"]) == [
        keyring.fingerprint("holder", text) for text in (CODE, "x")
    ]
    assert keyring.fingerprint("holder", CODE) != keyring.fingerprint("question", CODE)
    assert keyring.fingerprint("holder", CODE) != Keyring(b"y" * 32).fingerprint("holder", CODE)


def test_a_short_secret_is_refused():
    with pytest.raises(KeyringError, match="too short"):
        Keyring(b"short")


def test_the_secret_is_made_once_and_is_nobody_elses(tmp_path):
    path = tmp_path / "new" / "secret"
    sealed = load_or_create(path).encrypt(b"x")
    assert load_or_create(path).decrypt(sealed) == b"x"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
