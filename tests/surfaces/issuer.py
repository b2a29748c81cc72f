"""An identity provider for tests: two keys, and tokens of every kind."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm
from served import NOW

from lukasa.surfaces.http.tokens import TokenRules

ISSUER, AUDIENCE = "https://issuer.example", "lukasa"


class Issuer:
    """Signs tokens, and publishes its keys in a file."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "keys.json"
        self.keys = {"k1": ec.generate_private_key(ec.SECP256R1())}
        self.stranger = ec.generate_private_key(ec.SECP256R1())
        self.publish()

    def publish(self) -> None:
        keys = [
            {**ECAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": name, "use": "sig", "alg": "ES256"}
            for name, key in self.keys.items()
        ]
        others = [{"kty": "oct", "kid": "shared", "k": "c2VjcmV0", "alg": "HS256"}, {"kty": "??"}, 7]
        self.file.write_text(json.dumps({"keys": [*keys, *others]}))

    def rules(self, **more: Any) -> TokenRules:
        return TokenRules(**{"issuer": ISSUER, "audience": AUDIENCE, "keys": str(self.file), **more})

    def claims(self, *, user: str = "ana", role: str = "read", **more: Any) -> dict[str, Any]:
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": user,
            "exp": NOW.timestamp() + 60,
            "scope": f"openid lukasa:{role}",
            **more,
        }
        return {name: value for name, value in claims.items() if value is not None}

    def token(self, *, kid: str | None = "k1", key: Any = None, **claims: Any) -> str:
        headers = {} if kid is None else {"kid": kid}
        return jwt.encode(self.claims(**claims), key or self.keys[kid or "k1"], "ES256", headers=headers)

    def forged(self) -> dict[str, str]:
        """Return tokens that nobody may come in with, by what is wrong."""
        good, at = self.token(), NOW.timestamp()
        head, body, signature = good.split(".")
        pem = (
            self.keys["k1"]
            .public_key()
            .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
        )
        signed = f"{_part({'alg': 'HS256', 'kid': 'k1'})}.{body}"
        shared = (
            base64.urlsafe_b64encode(hmac.digest(pem, signed.encode(), hashlib.sha256)).rstrip(b"=").decode()
        )
        return {
            "no signature": f"{head}.{body}.",
            "alg none": f"{_part({'alg': 'none', 'kid': 'k1'})}.{body}.",
            "public key as a secret": f"{signed}.{shared}",
            "shared secret": jwt.encode(self.claims(), "secret" * 8, "HS256", headers={"kid": "shared"}),
            "other claims under the signature": f"{head}.{_part(self.claims(user='eve'))}.{signature}",
            "signed by a stranger": self.token(key=self.stranger),
            "unknown key": jwt.encode(self.claims(), self.stranger, "ES256", headers={"kid": "k9"}),
            "expired token": self.token(exp=at - 31),
            "never expires": self.token(exp=None),
            "expires at a word": self.token_of({**self.claims(), "exp": "tomorrow"}),
            "not yet": self.token(nbf=at + 60),
            "foreign issuer": self.token(iss="https://evil.example"),
            "no issuer": self.token(iss=None),
            "foreign audience": self.token(aud="other"),
            "no audience": self.token(aud=None),
            "no scope": self.token(scope="openid"),
            "foreign scope": self.token(scope="lukasa:root xlukasa:admin"),
            "no user": self.token(sub=None),
            "a list for a user": self.token_of({**self.claims(), "sub": ["ana"]}),
            "an empty user": self.token(user=""),
            "too long": self.token(extra="x" * 10_000),
            "three dots": "a.b.c",
            "two words": f"{good} {good}",
        }

    def token_of(self, claims: dict[str, Any]) -> str:
        """Sign claims that a library would refuse to sign."""
        head = _part({"alg": "ES256", "kid": "k1", "typ": "JWT"})
        signed = f"{head}.{_part(claims)}"
        algorithm = ECAlgorithm(ECAlgorithm.SHA256)
        return f"{signed}.{base64.urlsafe_b64encode(algorithm.sign(signed.encode(), self.keys['k1'])).rstrip(b'=').decode()}"


def _part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
