"""The paths that mem0's client calls, on a real server."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import httpx2
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "surfaces"))

from served import Served, served


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("mem0")) as server:
        yield server


def calling(server: Served, secret: str) -> httpx2.Client:
    return httpx2.Client(
        base_url=f"{server.url}/mem0", headers={"Authorization": f"Token {secret}"}, timeout=60
    )


def test_a_tour_by_the_paths_of_the_client(server: Served):
    with calling(server, server.key()) as api:
        assert api.get("/v1/ping/").json()["org_id"] == "default"
        body = {
            "messages": [{"role": "user", "content": "I am allergic to walnuts."}],
            "user_id": "ana/b",
            "app_id": "x",
        }
        (added,) = api.post("/v3/memories/add/", json=body).json()["results"]
        id_ = added["id"].replace("%", "%25")
        filters = {"filters": {"user_id": "ana/b"}}
        found = api.post("/v3/memories/search/", json={"query": "walnuts", **filters}).json()["results"]
        assert [each["id"] for each in found] == [added["id"]]
        listed = api.post("/v3/memories/", params={"page": 1, "page_size": 1}, json=filters).json()
        assert (listed["count"], listed["next"]) == (1, None)
        assert api.get(f"/v1/memories/{id_}/").json()["memory"] == "User is allergic to walnuts"
        assert (
            api.put(f"/v1/memories/{id_}/", json={"text": "Ana likes figs"}).json()["memory"]
            == "Ana likes figs"
        )
        assert len(api.get(f"/v1/memories/{id_}/history/").json()) == 2
        assert api.get("/v1/entities/").json()["results"] == [{"type": "user", "name": "ana/b"}]
        assert (
            api.request("DELETE", "/v1/batch/", json={"memories": [{"memory_id": added["id"]}]}).status_code
            == 200
        )
        assert api.get(f"/v1/memories/{id_}/").status_code == 404
        assert api.delete("/v2/entities/user/ana%2Fb/").status_code == 200
        assert api.post("/v3/memories/", json=filters).json()["results"] == []


@pytest.mark.parametrize(
    "body",
    [{}, {"messages": "I like figs."}, {"messages": 3, "user_id": "ana"}, {"messages": [1], "user_id": "ana"}, {"messages": "x", "user_id": "ana", "nonsense": 1}],
)  # fmt: skip
def test_what_cannot_be_stored_is_a_problem_of_the_caller(server: Served, body: dict[str, object]):
    with calling(server, server.key()) as api:
        assert api.post("/v3/memories/add/", json=body).status_code == 422


HOSTILE = [
    "",
    " ",
    "\x00",
    "../..",
    "'; DROP TABLE facts; --",
    "*",
    "a" * 20_000,
    10**400,
    -1,
    True,
    None,
    [],
    [[]],
    {},
    {"$ne": 1},
]


def test_no_value_of_any_field_breaks_the_server(server: Served):
    fields = [
        "messages",
        "user_id",
        "agent_id",
        "run_id",
        "metadata",
        "timestamp",
        "expiration_date",
        "infer",
        "prompt",
    ]
    fields += [
        "query",
        "filters",
        "top_k",
        "limit",
        "threshold",
        "reference_date",
        "show_expired",
        "text",
        "memories",
    ]
    whole = (
        {"messages": "I like figs.", "user_id": "ana"},
        {"query": "figs", "filters": {"user_id": "ana"}},
        {"text": "x"},
    )
    with calling(server, server.key(tenant="hostile")) as api:
        for field, value in product(fields, HOSTILE):
            for method, path, body in (
                ("POST", "/v3/memories/add/", whole[0]),
                ("POST", "/v3/memories/search/", whole[1]),
                ("PUT", "/v1/memories/f_x.u.ana/", whole[2]),
                ("DELETE", "/v1/batch/", {}),
            ):
                answer = api.request(method, path, content=json.dumps({**body, field: value}))
                assert answer.status_code < 500, (method, path, field, str(value)[:50], answer.text)


def test_a_key_of_one_user_reaches_nobody_else(server: Served):
    with calling(server, server.key(tenant="acme")) as api:
        (bens,) = api.post("/v3/memories/add/", json={"messages": "I like figs.", "user_id": "ben"}).json()[
            "results"
        ]
    with calling(server, server.key(tenant="acme", user="ana")) as api:
        assert api.get(f"/v1/memories/{bens['id']}/").status_code == 404
        assert (
            api.post("/v3/memories/add/", json={"messages": "I like figs.", "user_id": "ben"}).status_code
            == 404
        )
        for filters in ({"user_id": "*"}, {"agent_id": "*"}, {"user_id": {"ne": "ana"}}):
            assert api.post("/v3/memories/", json={"filters": filters}).json()["results"] == []
        assert api.delete("/v1/memories/", params={"user_id": "ben"}).status_code == 404
    with calling(server, server.key(tenant="other")) as api:
        assert api.get(f"/v1/memories/{bens['id']}/").status_code == 404
    with calling(server, server.key(tenant="acme", role="read")) as api:
        assert (
            api.post("/v3/memories/add/", json={"messages": "I like figs.", "user_id": "ben"}).status_code
            == 403
        )
