"""Exports of chat assistants, odd in the ways that people bring them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from taken import Odd, failures, lines, packed, read, write

# --- ChatGPT


def node(
    text: Any = "x", role: str = "user", at: float | None = 1.7e9, parent: str | None = None, **more: Any
) -> dict[str, Any]:
    content = {"content_type": "text", "parts": [text]}
    message = {"author": {"role": role}, "create_time": at, "content": content} | more
    return {"message": message, "parent": parent, "children": []}


def chat(*, current: str | None = "n", **nodes: dict[str, Any]) -> dict[str, Any]:
    return {"id": "c", "title": "Chat", "create_time": 1.7e9, "current_node": current, "mapping": nodes}


def around(odd: Any) -> list[Any]:
    """Return an export in which an odd conversation stands between two plain ones."""
    first, last = chat(n=node("My dog is Rex.")), chat(n=node("My sister is Ana."))
    return [first | {"id": "c0"}, odd, last | {"id": "c2"}]


def rest(*taken: str) -> list[str]:
    return ["user: My dog is Rex.", *taken, "user: My sister is Ana."]


PARTS = [
    {"content_type": "audio_transcription", "text": "Spoken words.", "direction": "in"},
    {"content_type": "image_asset_pointer", "asset_pointer": "file-service://x"},
    {"content_type": "audio_asset_pointer", "asset_pointer": "file-service://y"},
]
CHATGPT = {
    "NUL": Odd(around(chat(n=node("a\0b"))), rest("user: ab"), mended=1),
    "half an emoji": Odd(around(chat(n=node("Porto \ud83d"))), rest("user: Porto \ufffd"), mended=1),
    "a whole emoji in two halves": Odd(around(chat(n=node("Porto 😀"))), rest("user: Porto 😀")),
    "a null part": Odd(around(chat(n=node(None))), rest()),
    "no parts": Odd(around(chat(n=node(content={"content_type": "text"}))), rest(), skipped=1),
    "null content": Odd(around(chat(n=node(content=None))), rest(), skipped=1),
    "parts that are a text": Odd(around(chat(n=node(content={"parts": "x"}))), rest(), skipped=1),
    "no time at all": Odd(around(chat(n=node(at=None)) | {"create_time": None}), rest(), skipped=1),
    "only a time of update": Odd(
        [chat(n=node(at=None)) | {"create_time": None, "update_time": 1.7e9}], ["2023-11-14 user: x"]
    ),
    "a time in milliseconds": Odd([chat(n=node(at=1.7e12))], ["2023-11-14 user: x"]),
    "a current node that is not there": Odd(
        around(chat(n=node(), current="gone")), rest("user: x"), mended=1
    ),
    "a ring": Odd(around(chat(n=node(parent="n"))), rest("user: x"), mended=1),
    "a parent that is not there": Odd(around(chat(n=node(parent="gone"))), rest("user: x"), mended=1),
    "a null conversation": Odd(around(None), rest(), skipped=1),
    "a text for a conversation's tree": Odd(around({"id": "c", "mapping": "x"}), rest(), skipped=1),
    "an unknown role": Odd(around(chat(n=node(role="moderator"))), rest(), skipped=1),
    "a branch that was left": Odd(
        [chat(r=node("Hi."), a=node("I like tea.", parent="r"), n=node("I like coffee.", parent="r"))],
        ["user: Hi.", "user: I like coffee."],
    ),
    "voice and pictures": Odd(
        [chat(n=node(content={"content_type": "multimodal_text", "parts": PARTS}))], ["user: Spoken words."]
    ),
    "code, thoughts and custom instructions": Odd(
        [
            chat(
                i=node(content={"content_type": "user_editable_context", "user_profile": "I am a pirate."}),
                h=node("Hidden.", metadata={"is_visually_hidden_from_conversation": True}, parent="i"),
                u=node("Run it.", parent="h"),
                t=node(role="assistant", content={"content_type": "thoughts", "thoughts": []}, parent="u"),
                c=node(
                    role="assistant",
                    recipient="python",
                    content={"content_type": "code", "text": "1+1"},
                    parent="t",
                ),
                o=node(role="tool", content={"content_type": "execution_output", "text": "2"}, parent="c"),
                n=node("Two.", role="assistant", parent="o"),
            )
        ],
        ["user: Run it.", "assistant: Two."],
    ),
    "one conversation alone, pretty": Odd(json.dumps(chat(n=node()), indent=2), ["user: x"]),
    "an empty tree": Odd(around(chat()), rest(), mended=1),
    "a title that is a number, no id": Odd([chat(n=node()) | {"title": 7, "id": None}], ["user: x"]),
    "a folder of the newest exports": Odd(
        [chat(n=node("Two."))],
        ["user: Ten.", "user: Two."][::-1],
        name="conversations-002.json",
        beside={
            "conversations-010.json": [chat(n=node("Ten.")) | {"id": "c10"}],
        },
    ),
}


def test_chatgpt_exports_are_read_past_what_is_odd(tmp_path: Path):

    assert failures(CHATGPT, tmp_path, "chatgpt") == []


def test_a_message_beyond_the_limit_is_split_between_words(tmp_path: Path):
    text = "Lorem ipsum dolor.\n" * 40
    messages, notes = read(write(tmp_path / "c.json", [chat(n=node(text))]), limit=200)

    assert all(len(message["content"]) <= 200 for message in messages)
    assert all(message["content"].endswith("dolor.\n") for message in messages)
    assert "".join(message["content"] for message in messages) == text
    assert notes.counts["mended"] == 1


# --- Claude


def said(
    sender: Any,
    text: Any,
    parts: Any = None,
    *,
    files: Any = (),
    at: Any = "2025-06-01T10:00:00Z",
    **more: Any,
) -> dict[str, Any]:
    attachments = [{"file_name": "paste.txt", "extracted_content": file} for file in files]
    return {
        "sender": sender,
        "text": text,
        "content": parts,
        "created_at": at,
        "attachments": attachments,
    } | more


def claude(*messages: Any, **more: Any) -> list[Any]:
    return [
        {
            "uuid": "k",
            "name": None,
            "created_at": "2025-05-31T10:00:00Z",
            "chat_messages": [*messages],
            **more,
        }
    ]


def leaf(uuid: str, parent: str, text: str) -> dict[str, Any]:
    return said("human", "", [{"type": "text", "text": text}], uuid=uuid, parent_message_uuid=parent)


TREE = [
    leaf("a", "0", "I am allergic to nuts."),
    leaf("b", "0", "I am allergic to bees."),
    leaf("c", "b", "Yes."),
]
BEES = ["user: I am allergic to bees.", "user: Yes."]
CLAUDE = {
    "an attachment alone": Odd(
        claude(said("human", "", files=["The rent is 640 euros."])),
        ["user: [attachment: paste.txt]\n```\nThe rent is 640 euros.\n```"],
    ),
    "an attachment with a fence of its own": Odd(
        claude(said("human", "Look.", files=["```\nx\n```"])),
        ["user: Look.\n\n[attachment: paste.txt]\n````\n```\nx\n```\n````"],
    ),
    "a null text in a part": Odd(
        claude(
            said("human", "", [{"type": "text", "text": None}, {"type": "text", "text": "I live in Porto."}])
        ),
        ["user: I live in Porto."],
    ),
    "a null text": Odd(claude(said("human", None), said("human", "Hi.")), ["user: Hi."]),
    "a null message": Odd(claude(None, said("human", "Hi.")), ["user: Hi."]),
    "a sender nobody knows": Odd(claude(said("robot", "x"), said("human", "Hi.")), ["user: Hi."], skipped=1),
    "only the last branch": Odd(claude(*TREE, current_leaf_message_uuid="c"), BEES),
    "a current leaf that is not there": Odd(claude(*TREE, current_leaf_message_uuid="z"), BEES, mended=1),
    "parents in a ring": Odd(
        claude(leaf("a", "b", "One."), leaf("b", "a", "Two."), current_leaf_message_uuid="b"),
        ["user: One.", "user: Two."],
    ),
    "the API's style, roles and all": Odd(
        claude({"role": "user", "content": "Hi.", "created_at": "2025-06-01T10:00:00Z"}), ["user: Hi."]
    ),
    "one object alone": Odd(claude(said("human", "Hi."))[0], ["user: Hi."]),
    "the conversation's date serves": Odd(claude(said("human", "Hi.", at=None)), ["2025-05-31 user: Hi."]),
    "a date that is no date": Odd(claude(said("human", "Hi.", at="May")), ["2025-05-31 user: Hi."], mended=1),
    "tool calls and thoughts": Odd(
        claude(
            said(
                "assistant",
                "mixed",
                [{"type": "thinking", "thinking": "x"}, {"type": "text", "text": "Now."}],
            )
        ),
        ["assistant: Now."],
    ),
    "an attachment without content": Odd(claude(said("human", "Hi.", files=[None])), ["user: Hi."]),
    "messages that are no list": Odd(
        [*claude(said("human", "Hi.")), {"uuid": "u", "chat_messages": {}}], ["user: Hi."], skipped=1
    ),
}


def test_claude_exports_are_read_past_what_is_odd(tmp_path: Path):
    assert failures(CLAUDE, tmp_path, "claude") == []


# --- Gemini


def activity(
    title: Any, answer: Any = "<p>Yes.</p>", at: Any = "2026-03-04T05:06:07.008Z", **more: Any
) -> dict[str, Any]:
    items = None if answer is None else [{"html": answer}]
    return {
        "header": "Gemini Apps",
        "title": title,
        "time": at,
        "products": ["Gemini Apps"],
        "safeHtmlItem": items,
        **more,
    }


GEMINI = {
    "a prompt and its answer": Odd(
        [activity("Prompted Is it so?", "<p>Yes,<br>it <b>is</b> &amp; was.</p><ul><li>One</li></ul>")],
        ["user: Is it so?", "assistant: Yes,\nit is & was.\n\n- One"],
    ),
    "a no-break space after the verb": Odd(
        [activity("Prompted\u00a0Is it?")], ["user: Is it?", "assistant: Yes."]
    ),
    "another language": Odd([activity("Ist es so?")], ["user: Ist es so?", "assistant: Yes."]),
    "no answer": Odd([activity("Prompted Hello", None)], ["user: Hello"]),
    "feedback and canvases": Odd(
        [
            activity("Gave feedback: Good response", None),
            activity("Created Gemini Canvas titled X"),
            activity("Prompted A"),
        ],
        ["user: A", "assistant: Yes."],
    ),
    "other products": Odd(
        [activity("Watched a film", header="YouTube", products=["YouTube"]), activity("Prompted A")],
        ["user: A", "assistant: Yes."],
    ),
    "the newest first": Odd(
        [
            activity("Prompted B", None, "2026-03-04T06:00:00Z"),
            activity("Prompted A", None, "2026-03-04T05:00:00Z"),
        ],
        ["user: A", "user: B"],
    ),
    "no time": Odd(
        [activity("Prompted A"), activity("Prompted B", at="")], ["user: A", "assistant: Yes."], skipped=1
    ),
    "a title that is a number": Odd(
        [activity(5), activity("Prompted A")], ["user: A", "assistant: Yes."], skipped=1
    ),
    "an item that is one object": Odd(
        [activity("Prompted A", None, safeHtmlItem={"html": "<p>B</p>"})], ["user: A", "assistant: B"]
    ),
    "scripts and styles in an answer": Odd(
        [activity("Prompted A", "<style>p {}</style><script>1<2</script><p>B</p>")],
        ["user: A", "assistant: B"],
    ),
    "NUL": Odd([activity("Prompted A\0B", None)], ["user: AB"], mended=1),
}


def test_gemini_activity_is_read_past_what_is_odd(tmp_path: Path):
    assert failures(GEMINI, tmp_path, "gemini") == []


def test_gemini_sessions_are_conversations_where_the_address_is_there(tmp_path: Path):
    details = [{"name": "x", "url": "https://gemini.google.com/app/abc123"}]
    messages, _ = read(write(tmp_path / "MyActivity.json", [activity("Prompted A", details=details)]))

    assert [message["content"] for message in messages] == ["A", "Yes."]


# --- OpenAI


def message(content: Any = "Hi.", role: Any = "user", **more: Any) -> dict[str, Any]:
    return {"role": role, "content": content, **more}


MAY = "2026-05-08T10:00:00Z"
NOVEMBER = ["2023-11-14 user: Hi."]
OPENAI = {
    "created_at": Odd(lines(message(created_at="2023-11-14T22:13:20Z")), NOVEMBER),
    "timestamp in seconds": Odd(lines(message(timestamp=1700000000)), NOVEMBER),
    "timestamp in milliseconds": Odd(lines(message(timestamp=1700000000000)), NOVEMBER),
    "ts as a text of seconds": Odd(lines(message(ts="1700000000.000100")), NOVEMBER),
    "a date as in mail": Odd(lines(message(date="Tue, 14 Nov 2023 22:13:20 +0000")), NOVEMBER),
    "a number in at": Odd(lines(message(at=1700000000)), NOVEMBER),
    "a date in the file, and --at": Odd(
        lines(message(created_at="2023-11-14T22:13:20Z")), NOVEMBER, assumed={"at": "never"}
    ),
    "an unknown role": Odd(
        lines(message(role="ipython", at=MAY), message(at=MAY)), ["tool: Hi.", "user: Hi."], mended=1
    ),
    "a broken first line": Odd("{oops\n" + lines(message(at=MAY)), ["user: Hi."], skipped=1),
    "a broken line between": Odd(
        lines(message(at=MAY)) + "{oops\n" + lines(message("Yes.", at=MAY)),
        ["user: Hi.", "user: Yes."],
        skipped=1,
    ),
    "a line without a date after one with": Odd(
        lines(message(at=MAY), message("Yes.")), ["2026-05-08 user: Hi.", "2026-05-08 user: Yes."], mended=1
    ),
    "items of the Responses API": Odd(
        lines(
            {"type": "message", **message([{"type": "input_text", "text": "Hi."}], at=MAY)},
            {"type": "function_call", "name": "f", "arguments": "{}"},
            {"type": "function_call_output", "output": "2"},
        ),
        ["user: Hi."],
    ),
    "a message without a role": Odd(
        lines({"content": "x", "at": MAY}, message(at=MAY)), ["user: Hi."], skipped=1
    ),
    "parts that are null and numbers": Odd(
        lines(message([None, {"type": "text", "text": "Hi."}, 5], at=MAY)),
        ["user: Hi."],
        mended=1,
    ),
    "content that is a number": Odd(lines(message(5, at=MAY)), ["user: 5"], mended=1),
    "a chat whose first message has no date": Odd(
        lines({"messages": [message(), message("Yes.", created_at="2023-11-14T22:13:20Z")]}),
        [*NOVEMBER, "2023-11-14 user: Yes."],
    ),
    "ShareGPT": Odd(
        lines(
            {
                "created_at": MAY,
                "conversations": [{"from": "human", "value": "Hi."}, {"from": "gpt", "value": "Yes."}],
            }
        ),
        ["user: Hi.", "assistant: Yes."],
    ),
    "metadata that is no JSON elsewhere": Odd(
        lines(message(at=MAY, metadata={"": 1, "a\0": 10**30})), ["user: Hi."]
    ),
    "a number that no clock has": Odd(
        '{"role": "user", "content": "x", "ts": ' + "9" * 400 + "}\n" + lines(message(ts="NaN", at=MAY)),
        ["user: Hi."],
        skipped=1,
    ),
    "NaN": Odd(
        '{"role": "user", "content": "x", "ts": NaN}\n' + lines(message(at=MAY)), ["user: Hi."], skipped=1
    ),
    "a zone by its name": Odd(lines(message(at="2026-05-08 10:00:00 UTC")), ["2026-05-08 user: Hi."]),
    "a session that is half a character": Odd(lines(message(session="\ud800", at=MAY)), ["user: Hi."]),
    "a name that is a number": Odd(lines(message(name=5, at=MAY)), ["5: Hi."]),
    "a role that is a list": Odd(
        lines(message(at=MAY), message(role=["user"], at=MAY)), ["user: Hi.", "tool: Hi."], mended=1
    ),
    "a raw control character": Odd(
        '{"role": "user", "at": "' + MAY + '", "content": "Hi.\x01"}\n', ["user: Hi.\x01"]
    ),
    "a list with null": Odd([None, message(at=MAY)], ["user: Hi."], skipped=1),
}


def test_jsonl_is_read_past_what_is_odd(tmp_path: Path):
    assert failures(OPENAI, tmp_path, "openai") == []


# --- coding agents


def code(content: Any = "Hi.", kind: str = "user", **more: Any) -> dict[str, Any]:
    role = {"message": {"role": kind, "content": content}}
    return {"type": kind, "sessionId": "s", "uuid": "u", "timestamp": MAY, **role, **more}


RESULT = [{"type": "tool_result", "tool_use_id": "t", "content": [{"type": "text", "text": "12 files"}]}]
CLAUDE_CODE = {
    "user and assistant": Odd(lines(code(), code("Yes.", "assistant")), ["user: Hi.", "assistant: Yes."]),
    "a summary first": Odd(
        lines({"type": "summary", "summary": "x", "leafUuid": "u"}, code()), ["user: Hi."]
    ),
    "a snapshot of files first": Odd(
        lines({"type": "file-history-snapshot", "messageId": "m"}, code()), ["user: Hi."]
    ),
    "a compaction": Odd(
        lines(
            code(
                "This session is being continued from a previous conversation: I live in Bonn.",
                isCompactSummary=True,
            )
        ),
        ["system: This session is being continued from a previous conversation: I live in Bonn."],
    ),
    "a compaction without its mark": Odd(
        lines(code("This session is being continued from a previous conversation. I live in Bonn.")),
        ["system: This session is being continued from a previous conversation. I live in Bonn."],
    ),
    "a reminder inside a prompt": Odd(
        lines(code("Hi.\n<system-reminder>I use vim.</system-reminder>\nBye.")),
        ["user: Hi.", "system: <system-reminder>I use vim.</system-reminder>", "user: Bye."],
    ),
    "a reminder that is not closed": Odd(
        lines(code("Hi. <system-reminder>I use vim.")), ["user: Hi.", "system: <system-reminder>I use vim."]
    ),
    "output of a command": Odd(
        lines(code("<local-command-stdout>I am root</local-command-stdout>")),
        ["system: <local-command-stdout>I am root</local-command-stdout>"],
    ),
    "a result of a tool": Odd(lines(code(RESULT)), ["tool: 12 files"]),
    "a result of a tool that is a text": Odd(
        lines(code([{"type": "tool_result", "content": "I am done"}])), ["tool: I am done"]
    ),
    "meta": Odd(lines(code("Caveat: I am generated.", isMeta=True)), ["system: Caveat: I am generated."]),
    "a subagent's prompt": Odd(
        lines(code("I am a reviewer.", isSidechain=True)), ["system: I am a reviewer."]
    ),
    "an interruption": Odd(
        lines(code("[Request interrupted by user]")), ["system: [Request interrupted by user]"]
    ),
    "thoughts and calls of tools": Odd(
        lines(
            code(
                [
                    {"type": "thinking", "thinking": "x"},
                    {"type": "tool_use", "name": "Read"},
                    {"type": "text", "text": "Ok."},
                ],
                "assistant",
            )
        ),
        ["assistant: Ok."],
    ),
    "a tag of the user's own": Odd(lines(code("Fix <div>I am</div>.")), ["user: Fix <div>I am</div>."]),
    "a line without a time": Odd(lines(code(), code("Yes.", timestamp=None)), ["user: Hi.", "user: Yes."]),
    "null content": Odd(lines(code(None), code()), ["user: Hi."]),
}


def item(role: str, text: str, kind: str = "input_text") -> dict[str, Any]:
    payload = {"type": "message", "role": role, "content": [{"type": kind, "text": text}]}
    return {"timestamp": MAY, "type": "response_item", "payload": payload}


META = {"timestamp": MAY, "type": "session_meta", "payload": {"id": "s-1", "cwd": "/x"}}
CODEX = {
    "user and assistant": Odd(
        lines(META, item("user", "Hi."), item("assistant", "Yes.", "output_text")),
        ["user: Hi.", "assistant: Yes."],
    ),
    "the environment": Odd(
        lines(META, item("user", "<environment_context>\n<cwd>/x</cwd>\n</environment_context>")),
        ["system: <environment_context>\n<cwd>/x</cwd>\n</environment_context>"],
    ),
    "AGENTS.md": Odd(
        lines(META, item("user", "# AGENTS.md instructions for /x\nI prefer tabs.")),
        ["system: # AGENTS.md instructions for /x\nI prefer tabs."],
    ),
    "context of an editor": Odd(
        lines(
            META,
            item("user", "# Context from my IDE setup:\nI am a file.\n## My request for Codex:\nFix it."),
        ),
        ["system: # Context from my IDE setup:\nI am a file.", "user: Fix it."],
    ),
    "a developer's message": Odd(
        lines(META, item("developer", "I am the system.")), ["system: I am the system."]
    ),
    "output of a function": Odd(
        lines(
            META,
            {
                "timestamp": MAY,
                "type": "response_item",
                "payload": {"type": "function_call_output", "output": "2"},
            },
        ),
        ["tool: 2"],
    ),
    "events repeat what was said": Odd(
        lines(
            META,
            item("user", "Hi."),
            {"timestamp": MAY, "type": "event_msg", "payload": {"type": "user_message", "message": "Hi."}},
        ),
        ["user: Hi."],
    ),
    "a compaction": Odd(
        lines(META, {"timestamp": MAY, "type": "compacted", "payload": {"message": "I live in Bonn."}}),
        ["system: I live in Bonn."],
    ),
    "an older rollout": Odd(
        lines(
            {"id": "s-1", "timestamp": MAY, "instructions": None},
            {"record_type": "state"},
            {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hi."}]},
        ),
        ["user: Hi."],
    ),
    "a null payload": Odd(
        lines(META, {"timestamp": MAY, "type": "response_item", "payload": None}, item("user", "Hi.")),
        ["user: Hi."],
    ),
    "a turn that was aborted": Odd(
        lines(META, item("user", "<turn_aborted>I stopped</turn_aborted>")),
        ["system: <turn_aborted>I stopped</turn_aborted>"],
    ),
}


def test_claude_code_keeps_what_the_client_inserts_apart(tmp_path: Path):
    assert failures(CLAUDE_CODE, tmp_path) == []


def test_codex_keeps_what_the_client_inserts_apart(tmp_path: Path):
    assert failures(CODEX, tmp_path) == []


SPECSTORY = "<!-- Generated by SpecStory -->\n\n# 2026-05-08_10-00Z-boots\n\n_**User**_\n\nHi.\n\n---\n\n_**Assistant**_\n\nYes.\n\n---\n"
CURSOR = "# Boots\n_Exported on 28/9/2026 at 17:49:33 GMT+1 from Cursor (1.2.1)_\n\n---\n\n**User**\n\nHi.\n\n---\n\n**Cursor**\n\nYes.\n"
TWO = ["user: Hi.", "assistant: Yes."]
MARKDOWN = {
    "SpecStory": Odd(SPECSTORY, ["2026-05-08 user: Hi.", "2026-05-08 assistant: Yes."]),
    "a date in each message": Odd(
        SPECSTORY.replace("User**", "User (2026-05-09 11:00Z)**"),
        ["2026-05-09 user: Hi.", "2026-05-09 assistant: Yes."],
    ),
    "a model in the heading": Odd(SPECSTORY.replace("Assistant**", "Agent (model x, mode agent)**"), TWO),
    "an American date in the title": Odd(
        SPECSTORY.replace("# 2026-05-08_10-00Z-boots", "## Boots (3/8/2025, 11:08:35 AM)"),
        ["2025-03-08 user: Hi.", "2025-03-08 assistant: Yes."],
    ),
    "a call of a tool": Odd(
        SPECSTORY.replace("Yes.", "<details>\n<summary>I am a tool</summary>\n</details>\n\nYes."), TWO
    ),
    "a heading without a name": Odd(
        SPECSTORY.replace("_**Assistant**_", "_****_\n\nRead it.\n\n_**Assistant**_"), TWO
    ),
    "a speaker's mark inside a fence": Odd(
        SPECSTORY.replace("Yes.", "```\n_**User**_\nI am code.\n```"),
        ["user: Hi.", "assistant: ```\n_**User**_\nI am code.\n```"],
    ),
    "Cursor": Odd(CURSOR, ["2026-09-28 user: Hi.", "2026-09-28 assistant: Yes."]),
    "Cursor with Windows line ends": Odd(CURSOR.replace("\n", "\r\n"), TWO),
    "a rule inside a message": Odd(
        CURSOR.replace("Yes.", "Yes.\n\n---\n\nNo."), ["user: Hi.", "assistant: Yes.\n\n---\n\nNo."]
    ),
    "a reminder in a prompt": Odd(
        CURSOR.replace("Hi.", "<system-reminder>I am it</system-reminder>Hi."),
        ["system: <system-reminder>I am it</system-reminder>", *TWO],
    ),
}


def test_markdown_of_coding_assistants_is_read_past_what_is_odd(tmp_path: Path):
    assert failures(MARKDOWN, tmp_path, "markdown") == []
    assert (
        failures(
            {title: odd for title, odd in MARKDOWN.items() if "User" in str(odd.content)[:100]}, tmp_path
        )
        == []
    )


# --- counts


def test_every_message_that_is_written_is_read_once(tmp_path: Path):
    count = 300
    texts = [f"Note {n}: the kettle boils." for n in range(count)]
    tree = {f"m{n}": node(text, parent=f"m{n - 1}" if n else None) for n, text in enumerate(texts)}
    made = {
        "chatgpt": [chat(current=f"m{count - 1}", **tree)],
        "claude": claude(*(said("human", text) for text in texts)),
        "gemini": [activity(f"Prompted {text}", None) for text in texts],
        "openai": lines(*(message(text, at=MAY) for text in texts)),
        "claude-code": lines(*(code(text) for text in texts)),
        "codex": lines(META, *(item("user", text) for text in texts)),
        "markdown": "<!-- Generated by SpecStory -->\n# 2026-05-08 10:00Z x\n"
        + "".join(f"_**User**_\n\n{text}\n\n---\n\n" for text in texts),
    }
    counts = {}
    for name, content in made.items():
        messages, notes = read(write(tmp_path / f"{name}.json", content))
        counts[name] = (len({item["content"] for item in messages}), len(messages), notes.counts.total())

    assert counts == dict.fromkeys(made, (count, count, 0))


def test_a_zip_archive_is_read_like_its_folder(tmp_path: Path):
    folder = tmp_path / "export"
    write(folder / "conversations.json", [chat(n=node("Hi."))])
    write(folder / "chat.html", "<html></html>")

    assert [message["content"] for message in read(packed(folder))[0]] == ["Hi."]
