"""What the files in `deploy/` promise: they are read, and what they start is started without a container engine."""

from __future__ import annotations

import re
import shlex
import subprocess
from configparser import ConfigParser
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml
from served import served

from lukasa.surfaces.cli.main import make_app
from lukasa.surfaces.keys import KeyFile, new_key

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"


def instructions(text: str) -> list[tuple[str, str]]:
    """Return the instructions of a container file with their arguments."""
    lines = re.sub(r"(?m)^\s*#.*\n", "", text).replace("\\\n", " ").splitlines()
    return [(line.split(maxsplit=1)[0], line.split(maxsplit=1)[1]) for line in lines if line.strip()]


def test_the_container_has_no_root_and_installs_by_hash():
    all_of_it = instructions((DEPLOY / "Containerfile").read_text("utf-8"))
    stages = [index for index, (name, _) in enumerate(all_of_it) if name == "FROM"]
    last = dict(all_of_it[stages[-1] :])
    installs = [words for name, words in all_of_it if name == "RUN" and "pip install" in words]

    assert last["USER"].isdecimal()
    assert int(last["USER"]) > 0
    assert last["VOLUME"] == "/data"
    assert "LUKASA_DB=/data/" in last["ENV"]
    assert last["STOPSIGNAL"] == "SIGTERM"
    assert all("--require-hashes" in words or "--no-deps" in words for words in installs)
    assert len(installs) == 2
    sources = [
        word
        for name, words in all_of_it
        if name == "COPY" and "--from" not in words
        for word in words.split()[:-1]
    ]
    assert [source for source in sources if not (ROOT / source).exists()] == []
    make_app().parse_args(yaml.safe_load(last["CMD"]))


def test_the_composition_cannot_write_but_to_its_volume():
    composed: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    service = composed["services"]["lukasa"]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["volumes"] == ["memory:/data"]
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    assert (ROOT / "deploy" / service["build"]["context"] / service["build"]["dockerfile"]).is_file()
    assert "privileged" not in service


def test_the_unit_gives_the_server_nothing_but_its_folder():
    unit = ConfigParser(strict=True, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read(DEPLOY / "lukasa.service", "utf-8")
    service = unit["Service"]

    wanted = {"DynamicUser": "yes", "NoNewPrivileges": "yes", "ProtectSystem": "strict", "ProtectHome": "yes"}
    wanted |= {
        "PrivateTmp": "yes",
        "CapabilityBoundingSet": "",
        "UMask": "0077",
        "StateDirectoryMode": "0700",
    }
    assert {name: service[name] for name in wanted} == wanted
    assert service["Environment"] == f"LUKASA_DB=/var/lib/{service['StateDirectory']}/memory.lukasa"
    make_app().parse_args(shlex.split(service["ExecStart"])[1:])


def in_kubernetes() -> dict[tuple[str, str], Any]:
    """Return what the manifest asks for, by kind and name."""
    items = yaml.safe_load((DEPLOY / "kubernetes.yaml").read_text("utf-8"))["items"]
    return {(item["kind"], item["metadata"]["name"]): item["spec"] for item in items}


def test_keys_of_a_secret_come_to_the_server_as_a_file_that_it_takes(tmp_path: Path):
    pod = in_kubernetes()["Deployment", "lukasa-serve"]["template"]["spec"]
    (before,), (container,) = pod["initContainers"], pod["containers"]
    key, _ = new_key(tenant="acme", role="read", now=datetime(2026, 12, 1, tzinfo=UTC))
    for folder in ("secret", "keys"):
        (tmp_path / folder).mkdir()
    KeyFile(tmp_path / "secret" / "keys").add(key)
    (tmp_path / "secret" / "keys").chmod(0o644)  # as those of secrets are

    command = [re.sub("^/", f"{tmp_path}/", word) for word in before["command"]]
    subprocess.run(command, check=True)

    options = dict(pairwise(container["args"]))
    assert KeyFile(tmp_path / options["--keys"].removeprefix("/")).keys() == [key]


def test_what_kubernetes_asks_of_a_server_is_answered(tmp_path: Path):
    named = in_kubernetes()
    (container,) = named["Deployment", "lukasa-serve"]["template"]["spec"]["containers"]
    arguments: list[str] = container["args"]
    hosts = [value for name, value in pairwise(arguments) if name in {"--host", "--allow-host"}]

    make_app().parse_args(arguments)
    with served(tmp_path, hosts=hosts) as server, server.client(server.key()) as client:
        for probe in (container["readinessProbe"], container["livenessProbe"]):
            own = {header["name"]: header["value"] for header in probe["httpGet"].get("httpHeaders", ())}
            # Without one of its own, a probe names the address of the pod, which nobody knows before.
            headers = {"Host": "10.1.2.3:8765", **own}
            assert client.get(probe["httpGet"]["path"], headers=headers).status_code == 200
        for service in (name for kind, name in named if kind == "Service"):
            assert client.get("/v1/me", headers={"Host": service}).status_code == 200
