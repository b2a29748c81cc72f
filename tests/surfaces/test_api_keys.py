"""Keys of the server: how they are made, kept, found and revoked."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from command_line import Run

from lukasa.errors import ConfigError, InputError, NotFoundError
from lukasa.surfaces.keys import ROLES, KeyFile, beside, new_key

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)


def made(path: Path, **more: str) -> tuple[KeyFile, str, str]:
    keys = KeyFile(path)
    key, secret = new_key(tenant="default", now=NOW, **more)
    keys.add(key)
    return keys, key.id, secret


def test_a_key_opens_until_it_expires_or_is_revoked(tmp_path: Path):
    keys, id_, secret = made(tmp_path / "keys", expires="2h", role="write", user="ana")
    other = KeyFile(tmp_path / "keys")

    found = other.find(secret, now=NOW)
    assert found is not None
    assert (found.user, found.role, [found.allows(role) for role in ROLES]) == (
        "ana",
        "write",
        [True, True, False],
    )
    assert other.find(secret, now=NOW + timedelta(hours=2)) is None
    for wrong in (
        "",
        "lk",
        "lk__",
        f"lk_{id_}_",
        secret[:-1],
        secret + "x",
        secret.upper(),
        "x" * 10_000,
        "\ud800_a_b",
    ):
        assert other.find(wrong, now=NOW) is None

    keys.revoke(id_, now=NOW)
    assert other.find(secret, now=NOW) is None
    assert other.keys() == []
    with pytest.raises(NotFoundError):
        keys.revoke(id_, now=NOW)


def test_the_file_holds_no_key_and_is_its_owners_alone(tmp_path: Path):
    path = tmp_path / "keys"
    _, _, secret = made(path)

    assert path.stat().st_mode & 0o777 == 0o600
    assert secret.split("_", 2)[2] not in path.read_text()
    path.chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        KeyFile(path).keys()


def test_writers_at_the_same_time_lose_nothing_and_damage_is_an_error(tmp_path: Path):
    path = tmp_path / "keys"
    one, two = KeyFile(path), KeyFile(path)
    for keys in (one, two, one):
        keys.add(new_key(tenant="default", now=NOW)[0])
    assert len(one.keys()) == len(two.keys()) == 3

    with path.open("a") as file:
        file.write('{"id": "cut of')  # by a crash
    for use in (one.keys, lambda: one.add(new_key(tenant="default", now=NOW)[0])):
        with pytest.raises(ConfigError, match=r"is no key .* remove it"):
            use()


@pytest.mark.parametrize(
    "wrong", [{"role": "root"}, {"expires": "soon"}, {"expires": "2020-01-01T00:00Z"}, {"user": "a\0b"}]
)
def test_what_cannot_be_a_key_is_refused(wrong: dict[str, str]):
    with pytest.raises(InputError):
        new_key(tenant="default", now=NOW, **wrong)


def test_keys_lie_beside_the_store():
    assert beside("a/b.lukasa") == beside("sqlite:a/b.lukasa") == Path("a/b.lukasa.keys")
    assert beside("memory:") is beside("postgresql://host/db") is None


def test_the_commands_make_list_and_revoke_keys(lukasa: Run, db: Path):
    done = lukasa("keys", "create", "--user", "ana", "--role", "write", "--expires", "90d", "--json")
    listed = lukasa("keys", "list")
    members = lukasa("keys", "list", "--json")
    revoked = lukasa("keys", "revoke", done.json["id"])

    assert done.json["key"].startswith(f"lk_{done.json['id']}_")
    assert "default/ana" in listed.out
    assert "digest" not in members.out
    assert revoked.code == 0
    assert lukasa("keys", "list").out == "No keys.\n"
    assert not db.exists()
    assert json.loads(members.out)[0]["role"] == "write"


def test_an_address_that_others_reach_needs_a_key(lukasa: Run):
    done = lukasa("serve", "--host", "0.0.0.0")

    assert done.code == 1
    assert "lukasa keys create" in done.err
