"""Six odd files of each format, as people bring them, written from what the applications export."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from taken import Odd, failures, lines

MARCH = "2026-03-01T10:00:00Z"
START = 1772359200  # the same, in seconds


def gpt(*messages: dict[str, Any], **conversation: Any) -> list[dict[str, Any]]:
    nodes: dict[str, Any] = {"root": {"id": "root", "message": None, "parent": None, "children": ["n0"]}}
    for n, message in enumerate(messages):
        role, after = message.pop("role", "user"), [f"n{n + 1}"] if n + 1 < len(messages) else []
        whole = {
            "id": f"n{n}",
            "author": {"role": role},
            "create_time": START + n,
            "recipient": "all",
        } | message
        nodes[f"n{n}"] = {
            "id": f"n{n}",
            "message": whole,
            "parent": f"n{n - 1}" if n else "root",
            "children": after,
        }
    last = f"n{len(messages) - 1}"
    return [
        {"title": "T", "create_time": START, "mapping": nodes, "current_node": last, "id": "c"} | conversation
    ]


def said(text: str, **more: Any) -> dict[str, Any]:
    return {"content": {"content_type": "text", "parts": [text]}} | more


HEARD = {
    "content_type": "audio_transcription",
    "text": "Book a table.",
    "direction": "in",
    "decoding_id": None,
}
SOUND = {"content_type": "real_time_user_audio_video_asset_pointer", "frames_asset_pointers": []}
HIDDEN = {"metadata": {"is_visually_hidden_from_conversation": True}}

CHATGPT = {
    "a spoken message": Odd(
        gpt({"content": {"content_type": "multimodal_text", "parts": [HEARD, SOUND]}}), ["user: Book a table."]
    ),
    "code that was run": Odd(
        gpt(
            said("Add 2 and 2."),
            {"role": "assistant", "recipient": "python", "content": {"content_type": "code", "text": "2 + 2"}},
            {"role": "tool", "content": {"content_type": "execution_output", "text": "4"}},
            said("It is 4.", role="assistant"),
        ),
        ["user: Add 2 and 2.", "assistant: It is 4."],
    ),
    "a hidden message of the system": Odd(
        gpt(said("", role="system", **HIDDEN), said("Hello.")), ["user: Hello."]
    ),
    "no node is the current one": Odd(
        gpt(said("Hello."), said("Hi.", role="assistant"), current_node=None), ["user: Hello.", "assistant: Hi."]
    ),
    "custom instructions": Odd(
        gpt({"content": {"content_type": "user_editable_context", "user_profile": "I sail."}, **HIDDEN}, said("Hello.")),
        ["user: Hello."],
    ),
    "messages without a time": Odd(
        gpt(said("Hello.", create_time=None), said("Hi.", role="assistant", create_time=None)),
        ["2026-03-01 user: Hello.", "2026-03-01 assistant: Hi."],
    ),
}  # fmt: skip


def claude(*messages: dict[str, Any], **conversation: Any) -> list[dict[str, Any]]:
    whole = [
        {"uuid": f"m{n}", "sender": "human", "text": "", "created_at": MARCH, "attachments": [], "files": []}
        | message
        for n, message in enumerate(messages)
    ]
    return [
        {"uuid": "c", "name": "T", "created_at": MARCH, "updated_at": MARCH, "chat_messages": whole}
        | conversation
    ]


BLOCKS = [
    {"type": "thinking", "thinking": "Hm."},
    {"type": "tool_use", "name": "web_search", "input": {"query": "kite"}},
    {"type": "tool_result", "name": "web_search", "content": [{"type": "text", "text": "A page."}]},
    {"type": "text", "text": "A kite is a bird."},
]
EMPTY_FILE = {"file_name": "a.txt", "file_size": 0, "file_type": "txt", "extracted_content": ""}

CLAUDE = {
    "thoughts and tools between": Odd(
        claude({"text": "A kite?"}, {"sender": "assistant", "content": BLOCKS}),
        ["user: A kite?", "assistant: A kite is a bird."],
    ),
    "only a picture": Odd(
        claude({"files": [{"file_name": "a.png"}], "content": []}, {"sender": "assistant", "text": "A lamp."}),
        ["assistant: A lamp."],
    ),
    "a time with an offset": Odd(
        claude({"text": "Late.", "created_at": "2026-03-01T23:30:00.123456-05:00"}), ["2026-03-01 user: Late."]
    ),
    "one conversation, not in a list": Odd(claude({"text": "Hello."})[0], ["user: Hello."]),
    "an attachment without text": Odd(
        claude({"text": "Read it.", "attachments": [EMPTY_FILE]}), ["user: Read it."]
    ),
    "an empty conversation, and one with a message without a time": Odd(
        claude() + claude({"text": "Hello.", "created_at": None}, uuid="d"), ["2026-03-01 user: Hello."]
    ),
}  # fmt: skip


def asked(title: str, html: str = "", at: str = MARCH, **more: Any) -> dict[str, Any]:
    answer = {"safeHtmlItem": [{"html": html}]} if html else {}
    return {"header": "Gemini Apps", "title": title, "time": at, "products": ["Gemini Apps"]} | answer | more


GEMINI = {
    "newest first": Odd(
        [asked("Prompted Two?", "<p>2</p>", "2026-03-01T10:05:00.123Z"), asked("Prompted One?", "<p>1</p>")],
        ["user: One?", "assistant: 1", "user: Two?", "assistant: 2"],
    ),
    "other products beside it": Odd(
        [
            asked("Prompted Hello."),
            {"header": "Search", "title": "Searched for kites", "time": MARCH, "products": ["Search"]},
        ],
        ["user: Hello."],
    ),
    "what is no prompt": Odd(
        [asked("Prompted Hello."), asked("Used Gemini Apps"), asked("Created Gemini Canvas titled Boats")],
        ["user: Hello."],
    ),
    "entities": Odd(
        [asked("Prompted a < b?", "<p>5 &lt; 6 &amp;&nbsp;7 &gt; 6</p>")],
        ["user: a < b?", "assistant: 5 < 6 & 7 > 6"],
    ),
    "lines in the prompt": Odd([asked("Prompted One.\nTwo.")], ["user: One.\nTwo."]),
    "a file with the prompt": Odd(
        [
            asked(
                "Prompted Whose lamp?",
                "<p>Yours.</p>",
                subtitles=[{"name": "Attached 1 file."}],
                imageFile="a.png",
            )
        ],
        ["user: Whose lamp?", "assistant: Yours."],
    ),
}


def chat(content: Any, role: str = "user", **more: Any) -> dict[str, Any]:
    return {"role": role, "content": content, "at": MARCH} | more


CALL = [{"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": "{}"}}]

OPENAI = {
    "parts with a picture": Odd(
        lines(chat([{"type": "text", "text": "A lamp?"}, {"type": "image_url", "image_url": {"url": "https://a.b"}}])),
        ["user: A lamp?"],
    ),
    "a call of a tool": Odd(
        lines(chat("Warm?"), chat(None, "assistant", tool_calls=CALL), chat("21", "tool", tool_call_id="call_1")),
        ["user: Warm?", "tool: 21"],
    ),
    "the role of the developer": Odd(lines(chat("Be brief.", "developer"), chat("Hi.")), ["system: Be brief.", "user: Hi."]),
    "for fine-tuning, with a weight and no times": Odd(
        lines({"messages": [{"role": "user", "content": "Hi."}, {"role": "assistant", "content": "Hey.", "weight": 0}]}),
        ["2026-03-01 user: Hi.", "2026-03-01 assistant: Hey."],
        assumed={"at": datetime(2026, 3, 1, tzinfo=UTC)},
    ),
    "a byte order mark, CRLF, empty lines": Odd(
        "\ufeff" + (lines(chat("One.")) + "\n" + lines(chat("Two."))).replace("\n", "\r\n"), ["user: One.", "user: Two."]
    ),
    "parts of the newer interface, in milliseconds": Odd(
        lines(
            chat([{"type": "input_text", "text": "Hi."}], at=START * 1000),
            chat([{"type": "output_text", "text": "Hey.", "annotations": []}], "assistant", at=START * 1000 + 1),
        ),
        ["2026-03-01 user: Hi.", "2026-03-01 assistant: Hey."],
    ),
}  # fmt: skip

ANDROID = "13/04/2023, 19:03 - "
IPHONE = "[13.04.23, 19:03:11] "

WHATSAPP = {
    "only an attachment": Odd(
        f"{IPHONE}Olu: \u200e<attached: 00000012-PHOTO-2023-04-13-19-03-11.jpg>\n{IPHONE}Ben: Nice.\n", ["Ben: Nice."]
    ),
    "media left out, in German": Odd(f"{ANDROID}Olu: <Medien ausgeschlossen>\n{ANDROID}Ben: Schön.\n", ["Ben: Schön."]),
    "deleted messages": Odd(
        f"{ANDROID}Olu: This message was deleted\n{ANDROID}Ben: You deleted this message\n{ANDROID}Ben: Yes.\n",
        ["Ben: Yes."],
    ),
    "an edited message": Odd(f"{ANDROID}Olu: At eight. <This message was edited>\n", ["Olu: At eight."]),
    "lines that look like dates": Odd(
        f"{ANDROID}Olu: Days:\n\n14/04 is free\n15/04/2023 too\n{ANDROID}Ben: No.\n",
        ["Olu: Days:\n\n14/04 is free\n15/04/2023 too", "Ben: No."],
    ),
    "a clock in Spanish": Odd(
        "13/4/23, 7:03\u202fp.\xa0m. - Olu: Hola.\n13/4/23, 11:59\u202fp.\xa0m. - Ben: Sí.\n",
        ["2023-04-13 Olu: Hola.", "2023-04-13 Ben: Sí."],
    ),
}  # fmt: skip


def telegram(*messages: dict[str, Any]) -> dict[str, Any]:
    whole = [
        {"id": n, "type": "message", "date": "2026-03-01T11:00:00", "date_unixtime": str(START + n), "from": "Ben"}
        | {"from_id": "user1", "text": ""} | message
        for n, message in enumerate(messages)
    ]  # fmt: skip
    return {"name": "Ben", "type": "personal_chat", "id": 1, "messages": whole}


LINK = {"type": "link", "text": "https://a.b"}

TELEGRAM = {
    "text in pieces": Odd(
        telegram({"text": ["See ", LINK, " and ", {"type": "bold", "text": "call"}, "."]}),
        ["Ben: See https://a.b and call."],
    ),
    "a call": Odd(telegram({"type": "service", "actor": "Ben", "action": "phone_call"}, {"text": "Hi."}), ["Ben: Hi."]),
    "an account that is gone": Odd(telegram({"from": None, "from_id": "user9", "text": "Bye."}), ["user9: Bye."]),
    "a sticker, and a photo with words": Odd(
        telegram({"media_type": "sticker", "sticker_emoji": "x"}, {"photo": "a.jpg", "text": "My lamp."}),
        ["Ben: My lamp."],
    ),
    "edited on another day": Odd(
        telegram({"text": "Hi.", "edited": "2026-03-09T11:00:00", "edited_unixtime": str(START + 700_000)}),
        ["2026-03-01 Ben: Hi."],
    ),
    "all chats, local times only": Odd(
        {"about": "x", "chats": {"list": [
            telegram({"text": "Late.", "date": "2026-03-01T23:30:00", "date_unixtime": None}),
            {"type": "saved_messages", "id": 2, "messages": []},
        ]}},
        ["2026-03-01 Ben: Late."],
        assumed={"zone": "America/New_York"},
    ),
}  # fmt: skip

USERS = [
    {"id": "U1", "name": "ada", "profile": {"display_name": "Ada", "real_name": "Ada L"}},
    {"id": "U2", "name": "ben", "profile": {"display_name": "", "real_name": "Ben K"}},
]


def slack(*messages: dict[str, Any], taken: list[str]) -> Odd:
    whole = [
        {"type": "message", "user": "U1", "ts": f"{START + n}.000100"} | message
        for n, message in enumerate(messages)
    ]
    return Odd(whole, taken, name="general/2026-03-01.json", beside={"users.json": USERS})


SLACK = {
    "a mention": slack(
        {"text": "Hi <@U2>."}, {"user": "U2", "text": "Yes?"}, taken=["Ada L: Hi @Ben K.", "Ben K: Yes?"]
    ),
    "joins": slack(
        {"subtype": "channel_join", "text": "<@U1> has joined the channel"},
        {"text": "Hi."},
        taken=["Ada L: Hi."],
    ),
    "a bot": slack(
        {"subtype": "bot_message", "user": None, "bot_id": "B1", "username": "CI", "text": "Green."},
        taken=["CI: Green."],
    ),
    "entities and an address": slack(
        {"text": "&lt;3 &amp; <https://a.b>"}, taken=["Ada L: <3 & https://a.b"]
    ),
    "a reply shown in the channel": slack(
        {"text": "When?", "thread_ts": f"{START}.000100", "reply_count": 1},
        {"user": "U2", "subtype": "thread_broadcast", "thread_ts": f"{START}.000100", "text": "Now."},
        taken=["Ada L: When?", "Ben K: Now."],
    ),
    "a message that was deleted": slack(
        {"subtype": "tombstone", "user": "USLACKBOT", "text": "This message was deleted."},
        {"text": "Hi.", "edited": {"user": "U1", "ts": f"{START + 9}.000000"}},
        taken=["Ada L: Hi."],
    ),
}


def discord(*messages: dict[str, Any]) -> dict[str, Any]:
    ada = {"id": "1", "name": "ada", "discriminator": "0000", "nickname": "Ada", "isBot": False}
    whole = [
        {"id": str(n), "type": "Default", "timestamp": MARCH, "content": "", "author": ada, "attachments": []}
        | message
        for n, message in enumerate(messages)
    ]
    channel = {"id": "2", "type": "GuildTextChat", "name": "general"}
    return {
        "guild": {"id": "3", "name": "G"},
        "channel": channel,
        "messages": whole,
        "messageCount": len(whole),
    }


DISCORD = {
    "a nickname": Odd(discord({"content": "Hi."}), ["Ada: Hi."]),
    "a reply, and one who joined": Odd(
        discord(
            {"type": "GuildMemberJoin", "content": "Joined the server."},
            {"type": "Reply", "content": "Welcome.", "reference": {"messageId": "0"}},
        ),
        ["Ada: Welcome."],
    ),
    "only an attachment": Odd(
        discord({"attachments": [{"id": "9", "fileName": "a.png"}]}, {"content": "Mine."}), ["Ada: Mine."]
    ),
    "a pin": Odd(discord({"type": "ChannelPinnedMessage", "content": "Pinned a message."}, {"content": "x"}), ["Ada: x"]),
    "a name with a number, no nickname": Odd(
        discord({"content": "Hi.", "author": {"id": "4", "name": "ben", "discriminator": "0001", "isBot": False}}),
        ["ben: Hi."],
    ),
    "a bot, late in another zone": Odd(
        discord({
            "content": "Green.",
            "timestamp": "2026-03-01T23:30:00.1234567-05:00",
            "author": {"id": "5", "name": "CI", "discriminator": "0002", "isBot": True},
        }),
        ["2026-03-01 CI: Green."],
    ),
}  # fmt: skip


def mail(
    body: str, *headers: str, sender: str = "Ada <ada@a.b>", date: str = "Sun, 1 Mar 2026 10:00:00 +0000"
) -> str:
    head = [
        f"From: {sender}",
        "To: ben@a.b",
        f"Date: {date}",
        "Subject: Lamps",
        "Message-ID: <1@a.b>",
        *headers,
    ]
    return "From ada@a.b Sun Mar  1 10:00:00 2026\n" + "\n".join(head) + f"\n\n{body}\n\n"


BOTH = (
    "--b\nContent-Type: text/plain; charset=utf-8\n\nGreen lamps.\n"
    "--b\nContent-Type: text/html; charset=utf-8\n\n<p>Green <b>lamps</b>.</p>\n--b--"
)
BASE64 = "Content-Transfer-Encoding: base64"

MBOX = {
    name: odd._replace(name="a.mbox")
    for name, odd in {
        "text and markup": Odd(
            mail(BOTH, "MIME-Version: 1.0", 'Content-Type: multipart/alternative; boundary="b"'), ["Ada: Green lamps."]
        ),
        "only markup": Odd(
            mail("<html><style>p {}</style><p>Tom &amp; I.</p></html>", "Content-Type: text/html"), ["Ada: Tom & I."]
        ),
        "an encoded sender": Odd(mail("Hi.", sender="=?utf-8?q?Zo=C3=AB_K?= <z@a.b>"), ["Zoë K: Hi."]),
        "a line that begins with From": Odd(mail("Go.\n\n>From here on, left."), ["Ada: Go.\n\nFrom here on, left."]),
        "base64, with the letters of Latin 1": Odd(
            mail(
                base64.b64encode("Grün.".encode("latin-1")).decode(),
                "MIME-Version: 1.0", "Content-Type: text/plain; charset=iso-8859-1", BASE64,
            ),
            ["Ada: Grün."],
        ),
        "a date with a comment": Odd(
            mail("Late.", date="Sun, 1 Mar 2026 23:30:00 -0500 (EST)"), ["2026-03-01 Ada: Late."]
        ),
    }.items()
}  # fmt: skip


def code(role: str, content: Any, **more: Any) -> dict[str, Any]:
    message = {"role": role, "content": content}
    return {
        "type": role,
        "message": message,
        "timestamp": MARCH,
        "sessionId": "s",
        "isSidechain": False,
    } | more


def codex(type_: str, **payload: Any) -> dict[str, Any]:
    return {"timestamp": MARCH, "type": type_, "payload": payload}


def typed(text: str) -> dict[str, Any]:
    return codex("response_item", type="message", role="user", content=[{"type": "input_text", "text": text}])


META = codex(
    "session_meta", id="s", timestamp=MARCH, cwd="/a", originator="codex_cli_rs", cli_version="0.50.0"
)
SPECSTORY = """<!-- Generated by SpecStory, Markdown v2.1.0 -->

# 2026-03-01 10:00:00Z Lamps

_**User (2026-03-01 10:00:00Z)**_

Fix it.

---

_**Agent (claude-sonnet 2026-03-01 10:00:05Z)**_

Done.

---
"""

CODING = {
    "a summary, a call and its result": Odd(
        lines(
            {"type": "summary", "summary": "Lamps", "leafUuid": "x"},
            code("user", "Fix it."),
            code("assistant", [{"type": "text", "text": "I look."}, {"type": "tool_use", "id": "t", "name": "Read", "input": {}}]),
            code("user", [{"type": "tool_result", "tool_use_id": "t", "content": "x = 1"}]),
        ),
        ["user: Fix it.", "assistant: I look.", "tool: x = 1"],
    ),
    "what the client says of itself": Odd(
        lines(code("user", "Caveat: by the client.", isMeta=True), code("user", "Fix it.")),
        ["system: Caveat: by the client.", "user: Fix it."],
    ),
    "a last line that was cut": Odd(
        lines(code("user", "Fix it."), code("assistant", [{"type": "text", "text": "Done."}])) + '{"type": "user", "mess',
        ["user: Fix it.", "assistant: Done."],
        skipped=1,
    ),
    "an event that repeats the message": Odd(
        lines(META, typed("Fix it."), codex("event_msg", type="user_message", message="Fix it.", kind="plain")),
        ["user: Fix it."],
    ),
    "the surroundings are not the user's": Odd(
        lines(META, typed("<environment_context>\n<cwd>/a</cwd>\n</environment_context>"), typed("Fix it.")),
        ["system: <environment_context>\n<cwd>/a</cwd>\n</environment_context>", "user: Fix it."],
    ),
    "a history with times for each": Odd(SPECSTORY, ["user: Fix it.", "assistant: Done."], name="a.md"),
}  # fmt: skip

TABLES = {
    "chatgpt": CHATGPT, "claude": CLAUDE, "gemini": GEMINI, "openai": OPENAI, "whatsapp": WHATSAPP,
    "telegram": TELEGRAM, "slack": SLACK, "discord": DISCORD, "mbox": MBOX, "coding": CODING,
}  # fmt: skip


@pytest.mark.parametrize("format", TABLES)
def test_odd_files_are_taken_as_their_application_shows_them(format: str, tmp_path: Path):
    assert failures(TABLES[format], tmp_path, "slack" if format == "slack" else None) == []
    assert len(TABLES[format]) == 6
