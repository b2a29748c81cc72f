"""A tour with mem0's own client: `python _mem0_client.py URL KEY`, in an environment that has mem0ai."""

from __future__ import annotations

import os
import sys

os.environ["MEM0_TELEMETRY"] = "False"  # noqa: TID251 - before it is imported

from mem0 import MemoryClient


def main(url: str, key: str) -> None:
    client = MemoryClient(api_key=key, host=url)
    said = [
        {"role": "user", "content": "I am allergic to walnuts."},
        {"role": "assistant", "content": "I will remember that."},
    ]
    (added,) = client.add(said, user_id="ana", metadata={"topic": "health"})["results"]
    assert added["memory"] == "User is allergic to walnuts", added
    (found,) = client.search("Can she eat walnuts?", filters={"user_id": "ana"}, top_k=3)["results"]
    assert found["id"] == added["id"], found
    assert client.get_all(filters={"AND": [{"user_id": "ana"}]}, page=1, page_size=10)["count"] == 1
    assert client.get(added["id"])["metadata"] == {"topic": "health"}
    client.update(added["id"], text="Ana is allergic to pecans")
    assert [each["event"] for each in client.history(added["id"])] == ["ADD", "UPDATE"]
    assert client.users()["results"] == [{"type": "user", "name": "ana"}]
    client.batch_update([{"memory_id": added["id"], "text": "Ana is allergic to plums"}])
    assert client.get(added["id"])["memory"] == "Ana is allergic to plums"
    client.delete(added["id"])
    client.add("I like figs.", user_id="ana")
    client.delete_all(user_id="ana")
    client.add("I like figs.", user_id="ben", agent_id="bot", timestamp=1700000000)
    client.delete_users(user_id="ben")
    assert client.get_all(filters={"user_id": "*"})["results"] == []


main(*sys.argv[1:])
