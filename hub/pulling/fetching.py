"""The file of one license, fetched from its department by the declared connection and kept with where it came from.

Knows the way only: what may be asked is the connectors' business, what is kept the library's.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

from connectors.declarations.declaration import load_department
from connectors.pages.license_file import fetch_license_file
from connectors.wire.connection import read_connection
from hub.context import HubContext
from license_library.answers import FileBrief
from license_library.files.license_files import named_file
from license_library.service.acts import filing
from license_library.service.acts.filing import FileRequest
from license_library.service.acts.purposes import check_purpose
from license_library.service.settings import ServiceSettings


def fetch_file(
    hub: HubContext, service: ServiceSettings, license_id: int, actor: str, purpose: str, environ: Mapping[str, str]
) -> FileBrief:
    """Keep the file that the present version of a license names; NotFound where it names none."""
    purpose = check_purpose(purpose)
    with hub.engine.connect() as conn:
        named = named_file(conn, license_id)
    department = hub.amend(load_department(named.department, hub.connectors_folder))
    connection = read_connection(department, environ)
    content = fetch_license_file(department, connection, named.address, service.files.max_bytes, hub.clock)
    asked = FileRequest(license_id, _name(named.address), purpose, named.version_count, named.address)
    return filing.attach(service, actor, content, asked)


def _name(address: str) -> str:
    return unquote(urlsplit(address).path)
