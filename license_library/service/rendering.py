"""From an answer struct to a page: the template environment, the language of the reader, times of the bureau.

Asks nothing and decides nothing; every value is escaped by the environment.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from urllib.parse import parse_qsl, urlencode

from fastapi import Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse

from license_library.answers import Words
from license_library.service.access import find_session, form_token_of, keep_cookie, settings_of
from license_library.service.acts.purposes import kept_purpose
from license_library.service.shown import FILTERS, moment, span
from license_library.service.texts import Language, choose_language, say, say_or
from schemas.bureau_time import local_millisecond, local_minute, local_second
from schemas.identifiers.holder_code_types import HOLDER_CODE_TYPES

LANGUAGE_COOKIE = "hub_language"


def build_environment() -> Environment:
    """Return the template environment: always escaping, and an unknown name is an error."""
    environment = Environment(
        loader=PackageLoader("license_library.service", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(FILTERS)
    environment.globals["holder_code_types"] = HOLDER_CODE_TYPES
    return environment


def language_of(request: Request) -> Language:
    """Return the language wished for in this request, or before, or Chinese."""
    posted = getattr(request.state, "form", {})
    return choose_language(posted.get("lang"), request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE))


def render(
    request: Request, template: str, status: int = 200, *, page: str | None = None, **values: object
) -> HTMLResponse:
    """Render a template for whoever asks; remember a language that was wished for.

    `page` is where the other language is found, where the address that was asked for answers a write only.
    """
    language = language_of(request)
    shown = {**_surroundings(request, language, page or _address_of(request)), **values}
    response = HTMLResponse(request.app.state.templates.get_template(template).render(**shown), status)
    if request.cookies.get(LANGUAGE_COOKIE) != language:
        keep_cookie(response, settings_of(request), LANGUAGE_COOKIE, language)
    return response


def _surroundings(request: Request, language: Language, page: str) -> dict[str, object]:
    """Return what every template may use beside its own answer."""
    settings = settings_of(request)
    return {
        "language": language,
        "t": partial(say, language),
        "t_or": partial(say_or, language),
        "words": _words_in(language),
        "minute": partial(moment, local_minute),
        "second": partial(moment, local_second),
        "millisecond": partial(moment, local_millisecond),
        "ago": _ago(settings.now(), language),
        "span": partial(span, language),
        "path": request.url.path,
        "other_language_url": _switch(page, "en" if language == "zh" else "zh"),
        "csrf": form_token_of(request),
        "actor": settings.actor if find_session(request) else "",
        "purpose": kept_purpose(request),
        "today": settings.today(),
        "requires_activation": settings.requires_activation,
    }


def _words_in(language: Language) -> Callable[[Words | None], str]:
    return lambda words: getattr(words, language) if words else ""


def _ago(now: datetime, language: Language) -> Callable[[datetime | None], str]:
    def ago(instant: datetime | None) -> str:
        if instant is None:
            return say(language, "time.never")
        return say(language, "time.ago", span=span(language, max(0.0, (now - instant).total_seconds())))

    return ago


def _address_of(request: Request) -> str:
    return f"{request.url.path}?{request.url.query}"


def _switch(page: str, language: str) -> str:
    path, _, query = page.partition("?")
    kept = [(name, text) for name, text in parse_qsl(query, keep_blank_values=True) if name != "lang"]
    return f"{path}?{urlencode([*kept, ('lang', language)])}"
