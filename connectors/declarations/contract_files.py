"""The vendored contract files of a department and their pinned digests.

A contract that changed on disk without its SHA256SUMS line is refused: it would change what every record means.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from schemas.errors import DeclarationError

SUMS = "SHA256SUMS"


def verify_contract(folder: Path) -> dict[str, str]:
    """Return {file name: sha256} of `folder`/contract after comparing every file with its pinned digest."""
    contract = folder / "contract"
    pinned = _read_sums(contract / SUMS)
    found = {
        p.relative_to(contract).as_posix(): p for p in sorted(contract.rglob("*")) if p.is_file() and p.name != SUMS
    }
    for name in sorted(pinned.keys() | found.keys()):
        _verify_file(_shown(contract / SUMS), name, pinned.get(name), found.get(name))
    return pinned


def digest_declaration(folder: Path, pinned: dict[str, str]) -> str:
    """Return one sha256 over the declaration and its contract: the mapping version."""
    content = (folder / "department.toml").read_bytes()
    digest = hashlib.sha256(f"department.toml:{len(content)}\n".encode() + content)
    # Of a file that never came: without this line every department would have another version.
    digest.update(b"hooks.py:0\n")
    digest.update("".join(f"{sha} {name}\n" for name, sha in sorted(pinned.items())).encode())
    return digest.hexdigest()


def _read_sums(path: Path) -> dict[str, str]:
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise DeclarationError(
            f"{_shown(path)}: cannot be read; expected one line 'sha256  file' per contract file"
        ) from error
    pairs = [_line(path, number, line).split(maxsplit=1) for number, line in enumerate(lines, 1)]
    wrong = [n for n, pair in enumerate(pairs, 1) if pair and (len(pair) != 2 or len(pair[0]) != 64)]
    if wrong:
        raise DeclarationError(f"{_shown(path)}: line {wrong[0]} is not 'sha256  file'")
    return {pair[1].lstrip("*"): pair[0].lower() for pair in pairs if pair}


def _line(path: Path, number: int, line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        raise DeclarationError(
            f"{_shown(path)}: line {number} is not UTF-8; expected 'sha256  file' in UTF-8; "
            "the department is not spoken to until it is"
        ) from None


def _shown(path: Path) -> str:
    """Name a file from its department's folder on: where the project lies is nobody's business."""
    return "/".join(path.parts[-3:])


def _verify_file(sums: str, name: str, expected: str | None, path: Path | None) -> None:
    if path is None:
        raise DeclarationError(f"{sums}: {name} is pinned but the file is missing")
    if expected is None:
        raise DeclarationError(f"{sums}: {name} lies in the contract folder but is not pinned; add its sha256")
    try:
        got = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise DeclarationError(
            f"{sums}: {name} cannot be read: {error.strerror}; expected a file that the hub may read; "
            "the department is not spoken to until it can"
        ) from error
    if got != expected:
        raise DeclarationError(
            f"{sums}: {name} changed; expected sha256 {expected}, got {got}; "
            "the department is not spoken to until the change is reviewed and pinned"
        )
