"""The page for people at `/`: static files of the package, and the headers under which a browser shows them.

The page asks the same routes as every client, with the key that its reader types in. Its sources are in `web/`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from typing import NamedTuple

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_FOLDER = "/page/"

_MEDIA_TYPES: Mapping[str, str] = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
"""Of the files that are served; the folder has others, such as the manifest."""

# Only our own files run or style, and no text can become markup or a script: stored texts are strangers' words.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)

_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-cache",  # Names stay the same from version to version; the ETag says what changed.
}


class _File(NamedTuple):
    body: bytes
    media_type: str
    tag: str


def is_page(method: str, path: str) -> bool:
    """Whether a request is for the page itself, which needs no key: it holds nothing of what is stored."""
    return method in {"GET", "HEAD"} and (path == "/" or path.startswith(_FOLDER))


def page_routes() -> list[Route]:
    """Return the routes of the page."""
    return [Route("/", _answer), Route(f"{_FOLDER}{{name}}", _answer)]


async def _answer(request: Request) -> Response:
    file = _files().get(request.path_params.get("name", "index.html"))
    if file is None:
        raise HTTPException(404, "the page has no such file")
    headers = {**_HEADERS, "ETag": file.tag}
    if request.headers.get("if-none-match") == file.tag:
        return Response(status_code=304, headers=headers)
    return Response(file.body, media_type=file.media_type, headers=headers)


@lru_cache(1)
def _files() -> Mapping[str, _File]:
    return {
        entry.name: _File(body := entry.read_bytes(), media_type, f'"{sha256(body).hexdigest()[:32]}"')
        for entry in files(__package__).joinpath("page").iterdir()
        if (media_type := _MEDIA_TYPES.get(entry.name[entry.name.rfind(".") :]))
    }
