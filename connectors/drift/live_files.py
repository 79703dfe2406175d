"""A live contract fetched through the door, with what it imports from the same host; nothing from any other host is asked for.

An import that lies elsewhere is taken from the pinned copy, and said so. Interprets no contract beyond its imports.
"""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from lxml import etree

from connectors.declarations.declared import Department
from connectors.scaffold.vendoring import KNOWN_SPACES, LINKS, candidate_names, parse_contract
from connectors.signing.sign_in import SignIn
from connectors.soap.soap_envelope import ENVELOPES, open_answer
from connectors.wire.connection import PORTS, Connection
from connectors.wire.door import Answer, Call, Door
from schemas.bureau_time import Clock
from schemas.errors import DeclarationError, DepartmentBrokePromise, HubError

MOST_FILES = 60
NO_PLACE = {errno.EISDIR, errno.ENOTDIR, errno.EEXIST, errno.ENAMETOOLONG}  # what else a disk says is ours
LOOKED_AT = 4000  # bytes in which an envelope says that it is one


@dataclass
class LiveFiles:
    """Hold where the live contract lies now, and what of it was not fetched."""

    main: Path
    not_fetched: list[str] = field(default_factory=list)


def fetch_live_files(department: Department, connection: Connection, folder: Path, clock: Clock) -> LiveFiles:
    """Lay the live contract out in `folder`, beside copies of the pinned files for what lies on other hosts."""
    pinned = department.folder / "contract"
    shutil.copytree(pinned, folder, dirs_exist_ok=True)
    main = folder / department.transport.contract.removeprefix("contract/")
    fetcher = _Fetcher(department, connection, clock)
    try:
        main.write_bytes(fetcher.fetch(fetcher.main))
        files = LiveFiles(main)
        if department.transport.kind == "soap":
            _follow_imports(fetcher, files, folder)
    except OSError as error:
        raise HubError(
            f"{department.department}: its live contract cannot be kept on this machine ({error.strerror}), which is no "
            "mistake of the department; nothing was compared"
        ) from None
    else:
        return files
    finally:
        fetcher.close()


class _Fetcher:
    """Fetch files of one department's host, signed as its records are asked for."""

    def __init__(self, department: Department, connection: Connection, clock: Clock) -> None:
        self.department = department.department
        self._who = f"{self.department}.contract"
        self._connection, self._clock = connection, clock
        self._sign_in = SignIn(department, self._who, connection, clock)
        self._door = Door(self._who, replace(connection, path=""), department.transport.limits, clock)
        self._left = MOST_FILES
        self.main = f"{connection.path}{department.transport.live_contract}"
        self.address = f"{connection.origin}{self.main}"

    def fetch(self, path: str) -> bytes:
        """Return one file of the connection's host."""
        self._left -= 1
        if self._left < 0:
            raise DepartmentBrokePromise(
                f"{self._who}: more than {MOST_FILES} files are imported; expected fewer; nothing was compared"
            )
        signed = self._sign_in.sign(self._clock())
        answer = self._door.call(Call("GET", path, signed.query, {"Accept": "*/*", **signed.headers}))
        _refuse_fault(answer, self._who)
        return answer.body

    def path_of(self, address: str) -> str | None:
        """Return the path of an address on the connection's host, or None where it lies elsewhere."""
        parts, own = urlsplit(address), urlsplit(self._connection.origin)
        try:
            port = parts.port or PORTS.get(parts.scheme)
        except ValueError:
            return None
        if (parts.scheme, parts.hostname, port) != (own.scheme, own.hostname, own.port) or not parts.path:
            return None
        return parts.path + (f"?{parts.query}" if parts.query else "")

    def close(self) -> None:
        """Let the connection go."""
        self._door.close()


def _refuse_fault(answer: Answer, who: str) -> None:
    """Raise the Fault that came, with status 200, where a contract was asked for: it says what is wrong there."""
    if any(space.encode() in answer.body[:LOOKED_AT] and b"Envelope" in answer.body[:LOOKED_AT] for space in ENVELOPES):
        with suppress(DepartmentBrokePromise):  # no envelope after all, such as a WSDL that names its namespace
            open_answer(answer.body, answer.media_type, who)


def _follow_imports(fetcher: _Fetcher, files: LiveFiles, folder: Path) -> None:
    """Fetch what is imported from the same address, file after file, under the names by which it is looked for."""
    waiting, seen = [(files.main, fetcher.address)], set[str]()
    while waiting:
        path, address = waiting.pop(0)
        for location in _locations(path, fetcher.department):
            with _told_of_location(fetcher.department, location):
                target = urljoin(address, location)
                if target in seen:
                    continue
                seen.add(target)
                path_there, place = fetcher.path_of(target), (path.parent / candidate_names(location)[0]).resolve()
                if path_there is None or not place.is_relative_to(folder.resolve()):
                    files.not_fetched.append(location)
                    continue
                content = fetcher.fetch(path_there)
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(content)
                waiting.append((place, target))


@contextmanager
def _told_of_location(department: str, location: str) -> Iterator[None]:
    """Say that an import which names no file is a mistake of the department's contract."""
    try:
        yield
    except (ValueError, OSError) as error:
        if isinstance(error, OSError) and error.errno not in NO_PLACE:
            raise
        raise DepartmentBrokePromise(
            f"{department}: its live contract imports {location[:200]!r}, which cannot be laid out as a file "
            f"({getattr(error, 'strerror', None) or error}); nothing was compared"
        ) from error


@contextmanager
def told_of_department(department: str) -> Iterator[None]:
    """Say that what is wrong with a contract is wrong with the one that the department shows."""
    try:
        yield
    except DeclarationError as error:
        raise DepartmentBrokePromise(
            f"{department}: what is served as its live contract is none: "
            f"{str(error).removesuffix('; nothing was written')}; nothing was compared"
        ) from error


def _locations(path: Path, department: str) -> list[str]:
    with told_of_department(department):
        root: etree._Element = parse_contract(path.read_bytes(), path.name)
    links = [(e, attribute) for tag, attribute in LINKS for e in root.iter(tag) if e.get(attribute)]
    return [e.get(attribute, "") for e, attribute in links if e.get("namespace", "") not in KNOWN_SPACES]
