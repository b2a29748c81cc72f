"""Tokens of an identity provider (JWT, OpenID Connect): checked against its published keys, and read as what our own keys are."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from ipaddress import ip_address
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import httpx2
import jwt

from lukasa.domain.scope import Partition
from lukasa.errors import ConfigError, InputError
from lukasa.surfaces.keys import ROLES, Key

_ALGORITHMS = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
)
"""Only those with two keys: with a shared secret, whoever can check a token can make one."""

_LONGEST = 8_192
_LEEWAY = 30.0
"""Seconds by which clocks may differ."""

_FRESH_SECONDS = 3_600.0
_BETWEEN_SECONDS = 60.0
"""Keys are fetched again after an hour; for an unknown one sooner, but not with every token that names one."""

_SCOPE = "lukasa:"


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRules:
    """Which tokens are believed, and what they say."""

    issuer: str
    audience: str
    keys: str
    """A file, or an `https` address, with the issuer's public keys (JWKS)."""

    user_claim: str = "sub"
    tenant_claim: str = ""
    """Empty: every token is of the one tenant of the settings."""

    tenant: str = "default"


class TokenVerifier:
    """Checks tokens. Its keys are kept in memory, and fetched again when they are old or one is unknown."""

    def __init__(self, rules: TokenRules, *, clock: Callable[[], float] = monotonic) -> None:
        self._rules, self._clock = rules, clock
        self._keys: Mapping[str, jwt.PyJWK] = {}
        self._at = self._tried = -float("inf")
        self._lock = asyncio.Lock()
        _check(rules)

    async def load(self) -> None:
        """Get the keys. Raises `ConfigError` when they cannot be had."""
        self._tried = self._clock()
        where = self._rules.keys
        try:
            text = (
                await _fetched(where) if "://" in where else await asyncio.to_thread(Path(where).read_bytes)
            )
            self._keys = _read_keys(json.loads(text))
        except (OSError, ValueError, httpx2.HTTPError, jwt.PyJWTError) as error:
            raise ConfigError(
                f"jwt_keys: no keys could be read from {where!r} ({type(error).__name__})"
            ) from error
        if not self._keys:
            raise ConfigError(f"jwt_keys: there is no key in {where!r} that we can use")
        self._at = self._tried

    async def find(self, token: str, *, now: datetime) -> Key | None:
        """Return what a token allows, unless anything about it is wrong. It has no key of its own: an id stands for its subject."""
        if len(token) > _LONGEST or token.count(".") != 2:  # noqa: PLR2004 - header, claims, signature
            return None
        try:
            header = jwt.get_unverified_header(token)
            key = await self._key(header)
            if key is None or header.get("alg") not in _ALGORITHMS or header.get("crit"):
                return None
            claims = jwt.decode(
                token,
                key,
                algorithms=[key.algorithm_name],
                audience=self._rules.audience,
                issuer=self._rules.issuer,
                # Times are checked below, by the server's own clock.
                options={
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                    "require": ["exp", "iss", "aud"],
                },
            )
            return self._read(claims, now)
        except (jwt.PyJWTError, InputError, ValueError, TypeError, RecursionError):
            return None

    async def _key(self, header: Mapping[str, Any]) -> jwt.PyJWK | None:
        age = self._clock() - self._at
        if (
            self._named(header) is None or age > _FRESH_SECONDS
        ) and self._clock() - self._tried > _BETWEEN_SECONDS:
            async with self._lock:
                if self._clock() - self._tried > _BETWEEN_SECONDS:
                    with suppress(ConfigError):  # Those that we have stay good: the issuer may be away.
                        await self.load()
        return self._named(header)

    def _named(self, header: Mapping[str, Any]) -> jwt.PyJWK | None:
        name = header.get("kid")
        if name is None and len(self._keys) == 1:
            (key,) = self._keys.values()
            return key
        return self._keys.get(name) if isinstance(name, str) else None

    def _read(self, claims: Mapping[str, Any], now: datetime) -> Key | None:
        seconds = now.timestamp()
        expires, begins = _number(claims.get("exp")), _number(claims.get("nbf", 0))
        if expires <= seconds - _LEEWAY or begins > seconds + _LEEWAY:
            return None
        user = claims.get(self._rules.user_claim)
        tenant = claims.get(self._rules.tenant_claim) if self._rules.tenant_claim else self._rules.tenant
        roles = [role for role in ROLES if f"{_SCOPE}{role}" in _scopes(claims)]
        if not isinstance(user, str) or not isinstance(tenant, str) or not roles:
            return None
        Partition(tenant, user)  # It checks both names.
        subject = sha256(f"{self._rules.issuer}\n{tenant}\n{user}".encode()).hexdigest()
        return Key(
            id=f"jwt-{subject[:12]}",
            digest="",
            tenant=tenant,
            user=user,
            role=roles[-1],
            created_at=now,
            expires_at=datetime.fromtimestamp(expires, UTC),
        )


def _check(rules: TokenRules) -> None:
    for name in ("issuer", "audience", "keys"):
        if not getattr(rules, name):
            raise ConfigError(f"jwt_{name} is missing: tokens need jwt_issuer, jwt_audience and jwt_keys")
    if "://" in rules.keys:
        address = urlsplit(rules.keys)
        if address.scheme != "https" and not (address.scheme == "http" and _is_near(address.hostname or "")):
            raise ConfigError(f"jwt_keys must be a file or an https address, not {rules.keys!r}")


def _is_near(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


async def _fetched(url: str) -> bytes:
    async with httpx2.AsyncClient(timeout=10.0, follow_redirects=False) as client:
        return (await client.get(url)).raise_for_status().content


def _read_keys(members: object) -> Mapping[str, jwt.PyJWK]:
    """Return the keys that tokens can be checked with, by name; others of the set are passed over."""
    listed = members.get("keys") if isinstance(members, dict) else None
    keys: dict[str, jwt.PyJWK] = {}
    for each in listed if isinstance(listed, list) else []:
        if not isinstance(each, dict) or each.get("use", "sig") != "sig":
            continue
        try:
            key = jwt.PyJWK(each)
        except jwt.PyJWTError:
            continue
        if key.algorithm_name in _ALGORITHMS:
            keys[str(each.get("kid", ""))] = key
    return keys


def _scopes(claims: Mapping[str, Any]) -> Sequence[str]:
    scopes = claims.get("scope", claims.get("scp", ""))
    if isinstance(scopes, str):
        return scopes.split()
    return [each for each in scopes if isinstance(each, str)] if isinstance(scopes, list) else []


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(type(value).__name__)
    return float(value)
