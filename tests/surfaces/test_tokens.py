"""Tokens of an identity provider: what they allow, and when their keys are fetched."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from issuer import ISSUER, Issuer
from served import NOW

from lukasa.errors import ConfigError
from lukasa.surfaces.http.tokens import TokenRules, TokenVerifier
from lukasa.surfaces.keys import Key


@pytest.fixture
def issuer(tmp_path: Path) -> Issuer:
    return Issuer(tmp_path)


def found(rules: TokenRules, *tokens: str) -> list[Key | None]:
    async def run() -> list[Key | None]:
        verifier = TokenVerifier(rules)
        await verifier.load()
        return [await verifier.find(token, now=NOW) for token in tokens]

    return asyncio.run(run())


def test_a_token_is_a_key_of_its_user(issuer: Issuer):
    tokens = [
        issuer.token(user="ana", role="write"),
        issuer.token(user="ana@example.org", scope=None, scp=["lukasa:read", "lukasa:admin", 7]),
        issuer.token(exp=NOW.timestamp() - 20, nbf=NOW.timestamp() + 20),
        issuer.token(aud=["other", "lukasa"]),
    ]
    keys = found(issuer.rules(), *tokens)

    assert [(key.user, key.tenant, key.role) for key in keys if key] == [
        ("ana", "default", "write"),
        ("ana@example.org", "default", "admin"),
        ("ana", "default", "read"),
        ("ana", "default", "read"),
    ]
    # The id, which stands in logs, is the same for all tokens of a subject, and does not name it.
    assert keys[0].id == keys[2].id != keys[1].id  # type: ignore[union-attr]
    assert "ana" not in keys[0].id  # type: ignore[union-attr]


def test_claims_name_tenant_and_user(issuer: Issuer):
    rules = issuer.rules(tenant_claim="org", user_claim="email")
    good = issuer.token(org="acme", email="ana@acme.example")
    keys = found(
        rules, good, issuer.token(email="x"), issuer.token(org="acme"), issuer.token(org="", email="x")
    )

    assert [(key.tenant, key.user) if key else None for key in keys] == [
        ("acme", "ana@acme.example"),
        None,
        None,
        None,
    ]


def test_what_is_forged_is_no_key(issuer: Issuer):
    forged = issuer.forged()

    assert dict(zip(forged, found(issuer.rules(), *forged.values()), strict=True)) == dict.fromkeys(forged)


@pytest.mark.parametrize(
    "more",
    [
        {"audience": ""},
        {"issuer": ""},
        {"keys": ""},
        {"keys": "http://issuer.example/keys"},
        {"keys": "ftp://x/y"},
    ],
)
def test_rules_that_cannot_be_kept_are_refused(issuer: Issuer, more: dict[str, str]):
    with pytest.raises(ConfigError, match="jwt_"):
        TokenVerifier(issuer.rules(**more))


@pytest.mark.parametrize(
    "content", ["", "[]", '{"keys": []}', '{"keys": [{"kty": "oct", "k": "eA", "alg": "HS256"}]}', "{"]
)
def test_without_keys_nothing_starts(issuer: Issuer, content: str):
    issuer.file.write_text(content)

    with pytest.raises(ConfigError, match="jwt_keys"):
        found(issuer.rules())


@pytest.fixture
def published(issuer: Issuer) -> Iterator[tuple[str, list[str]]]:
    """The keys at an address of this machine, and who asked for them."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200 if issuer.file.exists() else 503)
            self.end_headers()
            self.wfile.write(issuer.file.read_bytes() if issuer.file.exists() else b"")

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/keys", asked
    server.shutdown()
    thread.join()
    server.server_close()


def test_keys_are_fetched_again_when_they_are_old_or_one_is_unknown(
    issuer: Issuer, published: tuple[str, list[str]]
):
    url, asked = published
    now = [0.0]
    verifier = TokenVerifier(issuer.rules(keys=url), clock=lambda: now[0])
    fetched = []

    async def run() -> None:
        async def admitted(kid: str) -> bool:
            key = await verifier.find(issuer.token(kid=kid), now=NOW)
            fetched.append(len(asked))
            return key is not None

        await verifier.load()
        assert await admitted("k1")
        issuer.keys["k2"] = ec.generate_private_key(ec.SECP256R1())
        issuer.publish()
        assert not await admitted("k2")  # Not with every token.
        now[0] = 61.0
        assert await admitted("k2")
        now[0] = 4_000.0
        assert await admitted("k1")
        issuer.file.unlink()
        now[0] = 8_000.0
        assert await admitted("k1")  # The issuer is away: what was known is good.

    asyncio.run(run())

    assert fetched == [1, 1, 2, 3, 4]
    assert ISSUER.startswith("https://")
