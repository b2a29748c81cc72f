"""Exports of messengers and mailboxes, odd in the ways that people bring them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from taken import Odd, failures, read, write

from lukasa.errors import ImportFormatError

N, L = "\u202f", "\u200e"

NAMES = (
    "Ana", "Maria do Carmo de Sousa Pinto Ribeiro", "Dr. Ann Lee, PhD", "🌸Rosa🌸", "!Ben", "(Cleo)", '"Didi"',
    "@dev", "#1 Mum", "Who?", "a;b", "+44 20 7946 0000", "李雷", "محمد", "O'Neil", "Jean-Luc", "x/y", "[VIP] Max",
    "Team: Ops", "1st Floor", "me & you", "A",
)  # fmt: skip


def android(line: str, at: str = "09/10/2023, 11:10") -> str:
    return f"{at} - {line}\n"


WHATSAPP = {
    "a notice first, a narrow space before PM": Odd(
        f"1/4/23, 7:02{N}PM - Messages and calls are end-to-end encrypted.\n2/4/23, 7:03{N}PM - Olu: hi\n",
        ["2023-02-04 Olu: hi"],
    ),
    "marks of direction": Odd(
        f"{L}[07.03.26, 21:22:39] Anna: {L}Messages are end-to-end encrypted.\n[07.03.26, 21:22:40] Chris: Hey\n",
        ["2026-03-07 Chris: Hey"],
    ),
    "month first, told by a day beyond twelve": Odd(
        "[3/17/26, 9:28:10 PM] Chris: Hi.\n", ["2026-03-17 Chris: Hi."]
    ),
    "month first, told by another line": Odd(
        "2/4/23, 10:36 - Olu: Hi.\n2/14/23, 10:36 - Olu: Yes.\n",
        ["2023-02-04 Olu: Hi.", "2023-02-14 Olu: Yes."],
    ),
    "day first, told by time that would run back": Odd(
        "10/2/2023, 10:36 PM - Olu: Hi.\n9/3/2023, 10:36 PM - Olu: Yes.\n",
        ["2023-02-10 Olu: Hi.", "2023-03-09 Olu: Yes."],
    ),
    "an American phone": Odd("2/4/23, 10:36 PM - Olu: hi\n", ["2023-02-04 Olu: hi"]),
    "asked for": Odd("2/4/23, 10:36 PM - Olu: hi\n", ["2023-04-02 Olu: hi"], assumed={"dates": "dmy"}),
    "year first, two figures": Odd(
        "26/3/17, 10:36 - Olu: hi\n", ["2026-03-17 Olu: hi"], assumed={"dates": "ymd"}
    ),
    "p. m.": Odd("28/3/2025, 9:29 p.\u00a0m. - Rafael: Hola.\n", ["2025-03-28 Rafael: Hola."]),
    "Chinese": Odd("[2024/10/31 15:50:46] 小明: 你好。\n", ["2024-10-31 小明: 你好。"]),
    "Chinese, half of the day before the time": Odd(
        "[2024/10/31 下午3:50:46] 小明: 你好。\n", ["2024-10-31 小明: 你好。"]
    ),
    "Korean": Odd("2024. 10. 31. 오후 3:50, 지민 : 안녕\n", ["2024-10-31 지민: 안녕"]),
    "Korean, with words": Odd("2024년 10월 31일 오후 3:50, 지민 : 안녕\n", ["2024-10-31 지민: 안녕"]),
    "Japanese, with words": Odd("2024年10月31日 15:50 - 美咲: はい。\n", ["2024-10-31 美咲: はい。"]),
    "French": Odd("31/10/2024 à 15:50 - Zoë: Oui.\n", ["2024-10-31 Zoë: Oui."]),
    "Hindi": Odd("31/10/24, 9:50 अपराह्न - नेहा: हाँ।\n", ["2024-10-31 नेहा: हाँ।"]),
    "Turkish": Odd("31.10.2024 ÖS 9:50 - Işıl: Evet.\n", ["2024-10-31 Işıl: Evet."]),
    "Thai, years of Buddha": Odd("31/10/2567 15:50 - แก้ว: ใช่\n", ["2024-10-31 แก้ว: ใช่"]),
    "Arabic figures": Odd("١٢\u200f/٣\u200f/٢٠٢٤، ٩:٣٠ م - محمد: مرحبا\n", ["2024-03-12 محمد: مرحبا"]),
    "dots in the time": Odd("14.2.2024 klo 9.29 - Aino: Hei.\n", ["2024-02-14 Aino: Hei."]),
    "a paste with colons": Odd(
        android("Sam: my config:") + "host: example.org\nName: Bob\n",
        ["Sam: my config:\nhost: example.org\nName: Bob"],
    ),
    "empty lines within a message": Odd(android("Sam: One.") + "\nTwo.\n", ["Sam: One.\n\nTwo."]),
    "a line that may be another's": Odd(
        android("Sam: One.") + android("Ana: Two.") + "Sam: Three.\n",
        ["Sam: One.", "Ana: Two.\nSam: Three."],
        mended=1,
    ),
    "notices with and without a colon": Odd(
        android("Olu added Ana")
        + android("Sam: One.")
        + android('Olu changed the subject to "Trip: Lisbon"')
        + android("Ana left")
        + android("Sam: Two."),
        ["Sam: One.", "Sam: Two."],
    ),
    "media, with a caption on the next line": Odd(
        android("Sam: <Media omitted>") + android("Sam: IMG-1.jpg (file attached)") + "Our garden.\n",
        ["Sam: Our garden."],
    ),
    "an iPhone's picture": Odd(
        f"[07.03.26, 21:22:39] Chris: {L}<attached: 1.jpg>\n[07.03.26, 21:22:40] Chris: Hey\n", ["Chris: Hey"]
    ),
    "deleted and edited": Odd(
        android("Sam: This message was deleted") + android(f"Sam: Hi. {L}<This message was edited>"),
        ["Sam: Hi."],
    ),
    "a contact that is not saved": Odd(
        f"[07.03.26, 21:22:40] ~{N}Chris: Hey\n[07.03.26, 21:22:41] \u202a+44 20 7946 0000\u202c: Hi\n",
        ["Chris: Hey", "+44 20 7946 0000: Hi"],
    ),
    "Windows line ends and a mark at the start": Odd(
        "\ufeff" + android("Sam: One.").replace("\n", "\r\n") + "Two.\r\n", ["Sam: One.\nTwo."]
    ),
    "a day that does not exist": Odd(
        android("Sam: One.") + android("Ana: Two.", "31/02/2023, 11:10") + "More.\n" + android("Sam: Three."),
        ["Sam: One.", "Sam: Three."],
        skipped=1,
    ),
    "the same words twice in a minute": Odd(android("Sam: haha") * 2, ["Sam: haha", "Sam: haha"]),
    "an address and a time in the text": Odd(
        android("Sam: See https://x.org: at 10:30, ok: yes."), ["Sam: See https://x.org: at 10:30, ok: yes."]
    ),
    "NUL": Odd(android("Sam: a\0b and so on and so forth"), ["Sam: ab and so on and so forth"], mended=1),
    "a dash that is long": Odd("09/10/2023, 11:10 – Sam: Hi.\n", ["Sam: Hi."]),
}


def test_whatsapp_exports_are_read_as_phones_write_them(tmp_path: Path):
    table = {title: odd._replace(name="WhatsApp Chat.txt") for title, odd in WHATSAPP.items()}
    assert failures(table, tmp_path) == []


def test_evenings_are_evenings_in_every_language(tmp_path: Path):
    stamps = [
        "31/10/24, 9:50 PM",
        "2024/10/31 下午9:50",
        "2024. 10. 31. 오후 9:50",
        "31/10/24, 9:50 अपराह्न",
        "31.10.2024 ÖS 9:50",
    ]
    path = write(tmp_path / "WhatsApp Chat.txt", "".join(f"{stamp} - Ana: {stamp}\n" for stamp in stamps))

    messages, _ = read(path)

    assert [message["content"] for message in messages if message["at"].hour == 21] == stamps


def test_any_name_may_speak_on_a_line_with_a_date(tmp_path: Path):
    table = {}
    for style in ("android", "iphone", "plain"):
        for name in NAMES:
            start = {
                "android": "09/10/2023, 11:10 - ",
                "iphone": "[09.10.23, 11:10:59] ",
                "plain": "2023-10-09 11:10 ",
            }[style]
            if style == "plain" and name in {"Team: Ops", "[VIP] Max"}:
                continue  # without a mark after the date, these cannot be told
            text = f"{start}Sam: I live in Leeds.\n{start}{name}: I have a cat.\n{start}{name}: Yes.\n"
            table[f"{style} {name}"] = Odd(
                text, ["Sam: I live in Leeds.", f"{name}: I have a cat.", f"{name}: Yes."], name="w.txt"
            )

    assert failures(table, tmp_path) == []


def test_dates_that_nothing_tells_are_asked_for(tmp_path: Path):
    path = write(tmp_path / "w.txt", "10/11/2023, 10:36 PM - Olu: hi\n")

    with pytest.raises(
        ImportFormatError, match=r"10/11/2023 can be read in two ways; say which with --dates"
    ):
        read(path)
    assert read(path, dates="mdy")[0][0]["at"].month == 10


def test_what_stands_before_bytes_that_are_no_text_is_kept(tmp_path: Path):
    wrong = []
    for start in ("09/10/2023, 11:10 - ", "2023-10-09 11:10 "):
        messages, notes = read(
            write(tmp_path / "w.txt", f"{start}Sam: Hi.\n".encode() * 20_000 + b"caf\xe9\n")
        )
        if len(messages) < 10_000 or "byte 0xe9" not in notes.broken:
            wrong.append((start, len(messages), notes.broken))

    assert wrong == []


PLAIN = {
    "month first, told by the file": Odd("# 5/13/2026\nAda: Hi.\n", ["2026-05-13 Ada: Hi."]),
    "a date line that cannot be read": Odd(
        "# 8 May 2026\nAda: Hi.\n# 31/02/2026\nAda: Lost.\n# 9 May 2026\nAda: Yes.\n",
        ["Ada: Hi.", "Ada: Yes."],
        skipped=2,
    ),
    "words before anybody speaks": Odd("# 8 May 2026\nonce upon a time\nAda: Hi.\n", ["Ada: Hi."], skipped=1),
    "a notice with a date": Odd(
        "2026-05-08 13:56 Ada: Hi.\n2026-05-08 13:57 Ben joined\n2026-05-08 13:58 Ben: Yes.\n",
        ["Ada: Hi.", "Ben: Yes."],
    ),
    "a paste with colons among dated lines": Odd(
        "2026-05-08 13:56 Ada: My config.\nhost: x.org\nAssistant: Noted.\n",
        ["Ada: My config.\nhost: x.org", "assistant: Noted."],
        mended=1,
    ),
    "a clock that does not exist": Odd(
        "# 8 May 2026\n[25:00] Ada: Hi.\n[13:00] Ada: Yes.\n", ["Ada: Yes."], skipped=1
    ),
    "a title and an empty line": Odd("# Our chat\n\n# 8 May 2026\n\nAda: Hi.\n", ["Ada: Hi."]),
    "an odd name after a clock": Odd("# 8 May 2026\n[13:00] 🌸Rosa🌸: Hi.\n", ["🌸Rosa🌸: Hi."]),
    "prose with a colon goes on": Odd(
        "# 8 May 2026\nAda: A list.\n- one: two\n", ["Ada: A list.\n- one: two"]
    ),
    "a date alone in a sentence": Odd(
        "# 8 May 2026\nAda: Hi.\n9 May 2026 is when we all said that it was far too late for this: no.\n",
        ["Ada: Hi.\n9 May 2026 is when we all said that it was far too late for this: no."],
    ),
    "NUL": Odd("# 8 May 2026\nAda: a\0b and so on.\n", ["Ada: ab and so on."], mended=1),
}


def test_plain_text_is_read_past_what_is_odd(tmp_path: Path):
    assert failures({title: odd._replace(name="chat.txt") for title, odd in PLAIN.items()}, tmp_path) == []


# --- Telegram


def sent(
    text: Any = "Hi.", name: Any = "Ana", date: Any = "2024-01-02T10:00:00", **more: Any
) -> dict[str, Any]:
    stamp = {"date_unixtime": "1704189600"} if date == "2024-01-02T10:00:00" else {}
    return {
        "id": 1,
        "type": "message",
        "date": date,
        "from": name,
        "from_id": "user1",
        "text": text,
        **stamp,
        **more,
    }


def telegram(*messages: Any) -> dict[str, Any]:
    return {"name": "Ana", "type": "personal_chat", "id": 7, "messages": [*messages]}


TELEGRAM = {
    "one chat": Odd(telegram(sent(), sent("Yes.", "Ben")), ["2024-01-02 Ana: Hi.", "2024-01-02 Ben: Yes."]),
    "all chats": Odd(
        {
            "about": "x",
            "chats": {"list": [telegram(sent()), telegram(sent("Yes."))]},
            "left_chats": {"list": [telegram(sent("Bye."))]},
        },
        ["Ana: Hi.", "Ana: Yes.", "Ana: Bye."],
    ),
    "a text in pieces": Odd(
        telegram(sent(["See ", {"type": "link", "text": "x.org"}, " now", None])), ["Ana: See x.org now"]
    ),
    "notices": Odd(
        telegram({"type": "service", "action": "pin_message", "actor": "Ana"}, sent()), ["Ana: Hi."]
    ),
    "a picture": Odd(telegram(sent("", photo="x.jpg"), sent()), ["Ana: Hi."]),
    "a picture with a caption": Odd(telegram(sent("Our garden.", photo="x.jpg")), ["Ana: Our garden."]),
    "a deleted account": Odd(telegram(sent(name=None)), ["user1: Hi."]),
    "nobody": Odd(telegram(sent(name=None, from_id=None), sent()), ["Ana: Hi."], skipped=1),
    "what was passed on is another's": Odd(
        telegram(sent("I moved.", forwarded_from="Zoë")), ["Zoë: I moved."]
    ),
    "passed on from nobody known": Odd(
        telegram(sent("I moved.", forwarded_from=None)), ["unknown: I moved."]
    ),
    "a null message": Odd(telegram(None, sent()), ["Ana: Hi."], skipped=1),
    "a local time alone, and a zone": Odd(
        telegram(sent(date="2024-01-02T23:30:00")), ["2024-01-02 Ana: Hi."], assumed={"zone": "Europe/Lisbon"}
    ),
    "a local time alone": Odd(
        telegram(sent(), sent("Yes.", date="2024-01-02T23:30:00")), ["Ana: Hi."], skipped=1
    ),
    "half an emoji": Odd(telegram(sent("x \ud83d")), ["Ana: x \ufffd"], mended=1),
}


def test_telegram_exports_are_read_past_what_is_odd(tmp_path: Path):
    table = {title: odd._replace(name="result.json") for title, odd in TELEGRAM.items()}
    assert failures(table, tmp_path) == []


# --- Slack


def posted(text: Any = "Hi.", user: Any = "U1", ts: Any = "1704189600.000100", **more: Any) -> dict[str, Any]:
    return {"type": "message", "user": user, "text": text, "ts": ts, **more}


USERS = [
    {"id": "U1", "name": "ana", "profile": {"real_name": "Ana Silva", "display_name": "ana"}},
    {"id": "U2", "name": "ben", "profile": None},
    None,
]
SLACK = {
    "names of people": Odd(
        [posted(), posted("Yes.", "U2")], ["2024-01-02 Ana Silva: Hi.", "2024-01-02 ben: Yes."]
    ),
    "links, names and entities": Odd(
        [posted("<@U2> see <https://x.org|x> in <#C1|general> &amp; &lt;b&gt; <!channel>")],
        ["Ana Silva: @ben see x (https://x.org) in #general & <b> @channel"],
    ),
    "joins": Odd([posted("<@U1> has joined", subtype="channel_join"), posted()], ["Ana Silva: Hi."]),
    "a bot": Odd(
        [posted("I am up.", None, subtype="bot_message", username="CI"), posted()],
        ["CI: I am up.", "Ana Silva: Hi."],
    ),
    "a user nobody knows": Odd([posted(user="U9")], ["U9: Hi."]),
    "a profile in the message": Odd([posted(user="U9", user_profile={"real_name": "Zoë"})], ["Zoë: Hi."]),
    "nobody": Odd([posted(user=None), posted()], ["Ana Silva: Hi."], skipped=1),
    "a file without words": Odd([posted("", files=[{"id": "F"}]), posted()], ["Ana Silva: Hi."]),
    "no time": Odd([posted(), posted("Yes.", ts="")], ["Ana Silva: Hi."], skipped=1),
    "a null text": Odd([posted(None), posted()], ["Ana Silva: Hi."]),
    "a text that is a number": Odd([posted(5), posted()], ["Ana Silva: Hi."], skipped=1),
    "a reply in a thread": Odd(
        [posted(thread_ts="1704189600.000100", subtype="thread_broadcast")], ["Ana Silva: Hi."]
    ),
}


def test_slack_exports_are_read_past_what_is_odd(tmp_path: Path):
    beside = {"users.json": USERS, "channels.json": [{"id": "C1", "name": "general"}]}
    wrong = []
    for n, (title, odd) in enumerate(SLACK.items()):
        folder = tmp_path / str(n)
        for name, content in beside.items():
            write(folder / name, content)
        path = write(folder / "general" / "2024-01-02.json", odd.content)
        wrong += failures(
            {title: odd._replace(content=path.read_bytes(), name="general/x.json", beside=beside)},
            folder / "again",
            "slack",
        )

    # `users.json` itself, read as a channel, holds no messages: what is in it is counted as skipped.
    assert [line for line in wrong if "mended and skipped" not in line] == []


def test_slack_sessions_are_days_of_a_channel(tmp_path: Path):
    write(tmp_path / "users.json", USERS)
    path = write(tmp_path / "general" / "2024-01-02.json", [posted(), posted("Yes.", "U2")])

    assert [(m["name"], m["content"]) for m in read(path)[0]] == [("Ana Silva", "Hi."), ("ben", "Yes.")]


# --- Discord


def wrote(content: Any = "Hi.", name: Any = "ana", kind: str = "Default", **more: Any) -> dict[str, Any]:
    author = {"id": "1", "name": name, "nickname": None, "isBot": False}
    return {
        "id": "9",
        "type": kind,
        "timestamp": "2024-01-02T10:00:00+01:00",
        "content": content,
        "author": author,
        **more,
    }


def discord(*messages: Any) -> dict[str, Any]:
    return {"guild": {"name": "G"}, "channel": {"name": "general"}, "messages": [*messages]}


DISCORD = {
    "two people": Odd(
        discord(wrote(), wrote("Yes.", "ben", "Reply")), ["2024-01-02 ana: Hi.", "2024-01-02 ben: Yes."]
    ),
    "a nickname": Odd(
        discord(wrote(author={"id": "1", "name": "ana", "nickname": "Ana 🌸"})), ["Ana 🌸: Hi."]
    ),
    "joins and pins": Odd(discord(wrote("Joined.", kind="GuildMemberJoin"), wrote()), ["ana: Hi."]),
    "a bot": Odd(discord(wrote(author={"id": "2", "name": "CI", "isBot": True})), ["CI: Hi."]),
    "a picture": Odd(discord(wrote("", attachments=[{"url": "x"}]), wrote()), ["ana: Hi."]),
    "a null author": Odd(discord(wrote(author=None), wrote()), ["ana: Hi."], skipped=1),
    "an author with an id alone": Odd(discord(wrote(author={"id": "7"})), ["7: Hi."]),
    "a null content": Odd(discord(wrote(None), wrote()), ["ana: Hi."]),
    "a null message": Odd(discord(None, wrote()), ["ana: Hi."], skipped=1),
    "no time": Odd(discord(wrote(timestamp=None), wrote()), ["ana: Hi."], skipped=1),
    "half an emoji": Odd(discord(wrote("x \udc00")), ["ana: x \ufffd"], mended=1),
    "NUL": Odd(discord(wrote("a\0b")), ["ana: ab"], mended=1),
}


def test_discord_exports_are_read_past_what_is_odd(tmp_path: Path):
    assert failures(DISCORD, tmp_path) == []


# --- mbox


def mail(
    body: str = "Hi.",
    head: str = "From: Ana <ana@example.org>",
    date: str = "Tue, 02 Jan 2024 10:00:00 +0000",
    extra: str = "",
) -> str:
    return f"From ana@example.org Tue Jan  2 10:00:00 2024\n{head}\nDate: {date}\nSubject: Boots\nMessage-ID: <1@x>\n{extra}\n{body}\n\n"


ALTERNATIVE = """Content-Type: multipart/alternative; boundary="b"

--b
Content-Type: text/html; charset=utf-8

<p>Hi <b>there</b>.</p>
--b--"""
MBOX = {
    "plain": Odd(mail(), ["2024-01-02 Ana: Hi."]),
    "a name in another script": Odd(mail(head="From: =?utf-8?b?5p2O6Zu3?= <l@x.org>"), ["李雷: Hi."]),
    "an address alone": Odd(mail(head="From: ana@example.org"), ["ana@example.org: Hi."]),
    "a reply with what it answers": Odd(
        mail("Yes.\n\nOn Mon, 1 Jan 2024 at 09:00, Ben <b@x.org> wrote:\n> I live in Bonn.\n> Bye."),
        ["Ana: Yes."],
    ),
    "an answer below each line": Odd(mail("> Where?\nIn Faro."), ["Ana: In Faro."]),
    "a German reply": Odd(
        mail("Ja.\n\nAm 01.01.24 um 09:00 schrieb Ben:\n> Ich wohne in Bonn."), ["Ana: Ja."]
    ),
    "From at the start of a line": Odd(mail("Hi.\n>From here on."), ["Ana: Hi.\nFrom here on."]),
    "a signature": Odd(mail("Hi.\n-- \nAna, CEO"), ["Ana: Hi."]),
    "HTML alone": Odd(
        mail("", extra=ALTERNATIVE.partition("\n\n")[0] + "\n").replace(
            "\n\n\n\n", "\n\n" + ALTERNATIVE.partition("\n\n")[2] + "\n\n"
        ),
        ["Ana: Hi there."],
    ),
    "no date": Odd(mail(date=""), ["2024-01-02 Ana: Hi."]),
    "a date that is no date": Odd(mail(date="yesterday"), ["2024-01-02 Ana: Hi."]),
    "bytes of another encoding": Odd(mail("Caf\xe9.").encode("latin-1"), ["Ana: Caf\ufffd."]),
    "a charset nobody knows": Odd(mail(extra="Content-Type: text/plain; charset=x-none\n"), ["Ana: Hi."]),
    "no words": Odd(mail("") + mail(), ["Ana: Hi."]),
    "nobody": Odd(mail(head="X: y") + mail(), ["Ana: Hi."], skipped=1),
}


def test_mailboxes_are_read_past_what_is_odd(tmp_path: Path):
    assert failures({title: odd._replace(name="x.mbox") for title, odd in MBOX.items()}, tmp_path) == []


# --- counts


def test_every_message_that_is_written_is_read_once(tmp_path: Path):
    count = 300
    texts = [f"Note {n}: the kettle boils." for n in range(count)]
    made = {
        "whatsapp.txt": "".join(android(f"Sam: {text}") for text in texts),
        "text.txt": "# 8 May 2026\n" + "".join(f"Sam: {text}\n" for text in texts),
        "result.json": telegram(*(sent(text) for text in texts)),
        "slack.json": [posted(text) for text in texts],
        "discord.json": discord(*(wrote(text) for text in texts)),
        "x.mbox": "".join(mail(text) for text in texts),
    }
    counts = {}
    for name, content in made.items():
        messages, notes = read(write(tmp_path / name, content))
        counts[name] = (len({item["content"] for item in messages}), len(messages), notes.counts.total())

    assert counts == dict.fromkeys(made, (count, count, 0))
