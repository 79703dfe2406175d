"""The files a contract consists of, gathered beside each other: what it imports is found on disk, never fetched.

Bytes stay as they came unless an address or an encoding would stop us; then the file is written again, and said so.
"""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
from lxml import etree

from connectors.soap.wsdl_schemas import WSDL, XS
from schemas.errors import DeclarationError

KNOWN_SPACES = {  # every reader knows these; the addresses beside them are decoration
    "http://schemas.xmlsoap.org/soap/encoding/", WSDL, XS,
    "http://www.w3.org/XML/1998/namespace", "http://www.w3.org/2005/08/addressing",
}  # fmt: skip
ROOTS = {f"{{{WSDL}}}definitions", f"{{{XS}}}schema"}
LINKS = (
    (f"{{{WSDL}}}import", "location"),
    (f"{{{XS}}}import", "schemaLocation"),
    (f"{{{XS}}}include", "schemaLocation"),
    (f"{{{XS}}}redefine", "schemaLocation"),
)


class Gathered(msgspec.Struct):
    """Hold the files of one contract by name, the first one named `main`, and what was changed in them."""

    main: str
    files: dict[str, bytes]
    notes: list[str] = []


def gather_xml(path: Path) -> Gathered:
    """Read a WSDL or XSD with everything it imports; DeclarationError says which file is missing where."""
    folder = path.parent.resolve()
    names = {path.resolve(): path.name}
    gathered, waiting = Gathered(path.name, {}), [path.resolve()]
    while waiting:
        source = waiting.pop(0)
        content = read_bytes(source)
        root = parse_contract(content, source.name)
        if source != path.resolve() and root.tag not in ROOTS:
            raise DeclarationError(
                f"contract: {source.name} is imported and begins with <{etree.QName(root).localname}>; "
                "expected a schema or a WSDL; nothing was written"
            )
        is_changed = _needs_rewriting(content, root, names[source], gathered.notes)
        for link, attribute in _links(root):
            target = _find(link.get(attribute, ""), link.get("namespace", ""), source, folder)
            if target is None:
                del link.attrib[attribute]
                is_changed = True
                continue
            if target not in names:
                names[target] = _free_name(target, set(names.values()))
                waiting.append(target)
            is_changed |= link.get(attribute) != names[target]
            link.set(attribute, names[target])
        written = etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8")
        gathered.files[names[source]] = written if is_changed else content
    return gathered


def read_bytes(path: Path) -> bytes:
    """Read one file; DeclarationError when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise DeclarationError(
            f"contract: {path.name} cannot be read: {error.strerror}; nothing was written"
        ) from error


def parse_contract(content: bytes, name: str) -> etree._Element:
    """Parse XML without doing anything it asks for."""
    if b"<!DOCTYPE" in content:
        hint = " (a sign-in page?)" if b"<html" in content[:500].lower() else ""
        raise DeclarationError(f"contract: {name} holds a DOCTYPE{hint}, which is refused; nothing was written")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=False)
    try:
        return etree.fromstring(content.removeprefix(b"\xef\xbb\xbf"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", 0)
        raise DeclarationError(f"contract: {name} is not XML (line {line}); nothing was written") from error


def _needs_rewriting(content: bytes, root: etree._Element, name: str, notes: list[str]) -> bool:
    label = (root.getroottree().docinfo.encoding or "UTF-8").upper()
    if label in {"UTF-8", "ASCII", "US-ASCII"}:
        return False
    notes.append(f"{name} came in {label}; it is kept in UTF-8")
    return bool(content)


def _links(root: etree._Element) -> list[tuple[etree._Element, str]]:
    return [(e, attribute) for tag, attribute in LINKS for e in root.iter(tag) if e.get(attribute)]


def _find(location: str, namespace: str, source: Path, folder: Path) -> Path | None:
    """Return the file an import means; None where only an address must go."""
    for name in _names_of(location, source):
        target = (source.parent / name).resolve()
        if not _is_there(target):
            continue
        if not target.is_relative_to(folder):
            raise DeclarationError(
                f"contract: {source.name} imports {location} from outside its folder; "
                "copy it beside the contract and name it so; nothing was written"
            )
        return target
    if namespace in KNOWN_SPACES:
        return None
    raise DeclarationError(
        f"contract: {source.name} imports {location[:200]}, which is never fetched; "
        f"save it beside the contract as {candidate_names(location)[-1][:200]}; nothing was written"
    )


def _names_of(location: str, source: Path) -> list[str]:
    try:
        return candidate_names(location)
    except ValueError as error:
        raise DeclarationError(
            f"contract: {source.name} imports {location[:200]!r}, which is no address ({error}); nothing was written"
        ) from error


def _is_there(path: Path) -> bool:
    """Say whether a file lies there; none does under a name that no disk takes."""
    try:
        return path.is_file()
    except OSError:
        return False


def candidate_names(location: str) -> list[str]:
    """Return where an import may lie on disk: at its relative path, or by the last part of its address."""
    parts = urlsplit(location)
    if not parts.scheme and not parts.query:
        return [location]
    last = parts.path.rpartition("/")[2]
    asked = re.sub(r"[^\w.-]", "_", parts.query.rpartition("=")[2])
    if not parts.query:
        return [last]
    kind = "wsdl" if "wsdl" in parts.query.lower() else "xsd"
    return [f"{asked}", f"{last}_{asked}.{kind}", f"{asked}.{kind}"]


def _free_name(path: Path, taken: set[str]) -> str:
    name, number = path.name, 2
    while name in taken:
        name, number = f"{path.stem}{number}{path.suffix}", number + 1
    return name
