"""The page for people: what is served of it to whom, and that its bundle is today's. Its tasks: `test_node.py`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

import httpx2
import pytest
from served import Served, served

from lukasa.surfaces.http.app import _openapi

ROOT = Path(__file__).parents[2]
WEB = ROOT / "web"
PAGE = files("lukasa.surfaces.http") / "page"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("page")) as running:
        yield running


@pytest.fixture
def stranger(server: Served) -> Iterator[httpx2.Client]:
    with server.client() as client:
        yield client


def test_the_page_is_served_without_a_key_under_a_policy_that_runs_nothing_else(stranger: httpx2.Client):
    page = stranger.get("/")
    policy = page.headers["content-security-policy"]

    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in policy
    assert "require-trusted-types-for 'script'" in policy
    assert [word for word in ("unsafe", "nonce-", "http:", "https:", "data:", "*") if word in policy] == []
    assert re.findall(r"<style|<script(?![^>]*\bsrc=)|\bstyle=|\bon[a-z]+=", page.text) == []
    addresses = re.findall(r"(?:src|href)=\"([^\"]*)\"", page.text)
    assert addresses
    for address in addresses:
        assert stranger.get(address).status_code == 200, address


def test_a_browser_asks_again_only_for_what_changed(stranger: httpx2.Client):
    script = stranger.get("/page/main.js")

    again = stranger.get("/page/main.js", headers={"If-None-Match": script.headers["etag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert script.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "path", ["/page/", "/page/nothing", "/page/sources.sha256", "/page/..%2Fserve.py", "/page/../serve.py"]
)
def test_nothing_but_the_files_of_the_page_is_served(stranger: httpx2.Client, path: str):
    assert stranger.get(path).status_code in {401, 404}


@pytest.mark.parametrize("path", ["/", "/page/main.js"])
def test_the_page_is_read_and_nothing_else(stranger: httpx2.Client, path: str):
    assert stranger.post(path).status_code == 401
    assert stranger.get(path, headers={"Host": "evil.example"}).status_code == 403


def test_the_bundle_was_built_from_the_sources_of_today():
    folders = [path for name in ("src", "public") for path in (WEB / name).rglob("*") if path.is_file()]
    single = [WEB / name for name in ("index.html", "package-lock.json", "vite.config.ts")]
    digest = sha256()
    for path in sorted((*folders, *single), key=lambda path: path.relative_to(WEB).as_posix()):
        digest.update(f"{path.relative_to(WEB).as_posix()}\0".encode() + path.read_bytes() + b"\0")

    built_from = PAGE.joinpath("sources.sha256").read_text("ascii").strip()
    assert digest.hexdigest() == built_from, "the page is out of date; run: cd web && npm ci && npm run build"


def test_the_bundle_is_small():
    sizes = {entry.name: len(entry.read_bytes()) for entry in PAGE.iterdir()}

    assert sum(size for name, size in sizes.items() if name != "licences.txt") < 600_000
    assert sizes["main.js"] < 460_000


def test_the_lock_names_no_registry_but_the_public_one():
    lock = (WEB / "package-lock.json").read_text("utf-8")

    assert set(re.findall(r"https?://([^/\"]+)/[^\"]*\.tgz", lock)) <= {"registry.npmjs.org"}


def test_what_the_page_reads_is_what_the_server_says(server: Served):
    schemas = _openapi(server.app._app)["components"]["schemas"]  # type: ignore[arg-type]
    text = (WEB / "src" / "api" / "types.ts").read_text("utf-8")
    read = re.findall(r"export interface (\w+) \{\n(.*?)\n\}", text, re.DOTALL)
    unknown = [
        f"{name}.{member}"
        for name, body in read
        for member in re.findall(r"^  (\w+):", body, re.MULTILINE)
        if member not in schemas[name]["properties"]
    ]

    assert len(read) > 15
    assert unknown == []
