"""Every byte that was stored comes back, or nothing does: in a folder, and in a store that only fsspec knows."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from license_library.files.file_store import FileDamaged, FileStore, FileStoreUnavailable, FileTooLarge
from license_library.storage.keyring import Keyring
from schemas.errors import RequestError

KEYRING = Keyring(b"a secret of thirty-two bytes, ok")


@pytest.fixture(params=["folder", "file://", "memory://"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> FileStore:
    """Give an empty store of each kind."""
    places = {"folder": str(tmp_path), "file://": f"file://{tmp_path}", "memory://": f"memory://{tmp_path.name}"}
    return FileStore(places[request.param], KEYRING, 1_000_000)


def place(folder: Path, digest: bytes) -> Path:
    return folder / digest.hex()[:2] / digest.hex()


def test_what_was_stored_comes_back(store: FileStore) -> None:
    digest = store.put(b"content")
    assert digest == hashlib.sha256(b"content").digest()
    assert store.put(b"content") == digest
    assert store.get(digest) == b"content"
    assert store.list_digests() == [digest]


@settings(max_examples=60, deadline=None)
@given(content=st.binary(max_size=5000))
def test_every_byte_comes_back(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = tmp_path_factory.getbasetemp() / "every"
    kept = FileStore(str(folder), KEYRING)
    assert kept.get(kept.put(content)) == content


def test_what_is_stored_cannot_be_read_in_the_folder_nor_by_others(tmp_path: Path) -> None:
    digest = FileStore(str(tmp_path), KEYRING).put(b"a name and a number" * 20)
    stored = place(tmp_path, digest)
    assert b"a name" not in stored.read_bytes()
    assert stored.stat().st_mode & 0o077 == 0
    with pytest.raises(FileDamaged, match="another key"):
        FileStore(str(tmp_path), Keyring(b"another secret of 32 bytes, okay")).get(digest)


def test_an_empty_store_lists_nothing(store: FileStore) -> None:
    assert store.list_digests() == []


def test_what_is_missing_is_never_given_out(store: FileStore) -> None:
    with pytest.raises(FileDamaged, match="is missing"):
        store.get(bytes(32))


@pytest.mark.parametrize(
    "damage", [lambda sealed: sealed[:-1], lambda sealed: sealed[:0], lambda sealed: sealed[:40] + b"?" + sealed[41:]]
)
def test_what_is_damaged_is_never_given_out_and_is_mended_by_storing_again(tmp_path: Path, damage) -> None:
    kept = FileStore(str(tmp_path), KEYRING)
    digest = kept.put(b"content" * 100)
    stored = place(tmp_path, digest)
    stored.write_bytes(damage(stored.read_bytes()))
    with pytest.raises(FileDamaged, match="was altered"):
        kept.get(digest)
    kept.put(b"content" * 100)
    assert kept.get(digest) == b"content" * 100


def test_what_lies_under_another_digest_is_never_given_out(tmp_path: Path) -> None:
    kept = FileStore(str(tmp_path), KEYRING)
    one, other = kept.put(b"one"), kept.put(b"other")
    place(tmp_path, one).write_bytes(place(tmp_path, other).read_bytes())
    with pytest.raises(FileDamaged, match="not what its name says"):
        kept.get(one)


def test_what_is_too_large_is_not_stored(store: FileStore) -> None:
    with pytest.raises(FileTooLarge, match="HUB_FILES_MAX_BYTES"):
        store.put(bytes(1_000_001))
    assert store.list_digests() == []


@pytest.mark.parametrize("address", ["nothing-like-this://x", "filecache://secret"])
def test_an_address_that_cannot_be_used_is_refused_in_words(address: str) -> None:
    with pytest.raises(RequestError, match="HUB_FILES_URL cannot be used") as refused:
        FileStore(address, KEYRING)
    assert address not in str(refused.value)


def test_a_store_that_fails_is_said_to_be_unavailable(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, no folder")
    with pytest.raises(FileStoreUnavailable, match="store of license files failed"):
        FileStore(str(tmp_path / "taken"), KEYRING).put(b"content")


KILLED = """
import os, signal, sys
from pathlib import Path
from license_library.files.file_store import FileStore
from license_library.storage.keyring import Keyring
Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
FileStore(sys.argv[1], Keyring(b"a secret of thirty-two bytes, ok")).put(b"content")
"""


def test_a_process_killed_while_it_writes_leaves_no_half_file(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path)], env={**os.environ, "PYTHONPATH": "."}, check=False
    )
    assert done.returncode == -signal.SIGKILL
    kept = FileStore(str(tmp_path), KEYRING)
    assert kept.list_digests() == []
    assert kept.get(kept.put(b"content")) == b"content"


@pytest.mark.parametrize("scheme", ["sftp", "ftp"])
def test_a_store_that_does_not_answer_when_it_is_opened_is_a_clear_error(scheme: str) -> None:
    with pytest.raises(FileStoreUnavailable, match="license files failed"):
        FileStore(f"{scheme}://hub:s3cret@127.0.0.1:1/files", KEYRING)


def test_a_store_that_cannot_be_listed_is_unavailable_and_not_empty() -> None:
    store = FileStore("webhdfs://127.0.0.1:1/files", KEYRING)
    with pytest.raises(FileStoreUnavailable, match="license files failed"):
        store.list_digests()
