"""Replies as models really write them, and the texts of the items that are in them."""

from __future__ import annotations

import json
from typing import Any, NamedTuple


class Case(NamedTuple):
    """One reply: what it is, its text, and the texts of the items that must be found (`None`: it holds no answer)."""

    name: str
    reply: str
    texts: list[str] | None
    summary: str | None = None


def item(text: str, **more: Any) -> dict[str, Any]:
    """Return an item with everything that is asked for."""
    return {"text": text, "subject": "Ada", "attribute": None, "quote": "q", "kind": "fact", **more}


TEA, CAT, SEA = "Ada drinks tea.", "Ada has a cat.", "Ada swims in the sea."
TWO = {"facts": [item(TEA), item(CAT)], "summary": "Ada talks."}
ONE = {"facts": [item(TEA)], "summary": None}
PLAIN = json.dumps(TWO)
PRETTY = json.dumps(TWO, indent=2)
BOTH = [TEA, CAT]


def changed(old: str, new: str, text: str = PLAIN) -> str:
    """Return the reply with something written otherwise."""
    assert old in text, old
    return text.replace(old, new)


def broken(one: dict[str, Any]) -> str:
    """Return a reply with one item and a comma too many, so that the standard library gives up."""
    return f'{{"facts": [{json.dumps(one, ensure_ascii=False)},]}}'


FENCES = [
    Case("as asked", PLAIN, BOTH, "Ada talks."),
    Case("pretty", PRETTY, BOTH, "Ada talks."),
    Case("fence json", f"```json\n{PRETTY}\n```", BOTH, "Ada talks."),
    Case("fence", f"```\n{PLAIN}\n```", BOTH, "Ada talks."),
    Case("fence JSON upper", f"```JSON\n{PLAIN}\n```", BOTH, "Ada talks."),
    Case("fence without end", f"```json\n{PLAIN}", BOTH, "Ada talks."),
    Case("fence without beginning", f"{PLAIN}\n```", BOTH, "Ada talks."),
    Case("fence on one line", f"```json {PLAIN} ```", BOTH, "Ada talks."),
    Case("fence javascript", f"```javascript\n{PLAIN}\n```", BOTH, "Ada talks."),
    Case("four backticks", f"````\n{PLAIN}\n````", BOTH, "Ada talks."),
    Case(
        "two fences, the last counts",
        f'```json\n{{"facts": []}}\n```\nBetter:\n```json\n{PLAIN}\n```',
        BOTH,
        "Ada talks.",
    ),
]
PROSE = [
    Case("before", f"Sure! Here is the JSON you asked for:\n{PLAIN}", BOTH, "Ada talks."),
    Case("after", f"{PLAIN}\nLet me know if you need anything else!", BOTH, "Ada talks."),
    Case("around", f"Of course.\n\n{PLAIN}\n\nI took 2 facts [1].", BOTH, "Ada talks."),
    Case("with braces before", f"The set {{a, b}} is not it. {PLAIN}", BOTH, "Ada talks."),
    Case("with brackets before", f"See [1] and [2].\n{PLAIN}", BOTH, "Ada talks."),
    Case("with braces after", f"{PLAIN} (as {{requested}})", BOTH, "Ada talks."),
    Case("bold heading", f"**Answer**\n{PLAIN}", BOTH, "Ada talks."),
    Case("answer tag", f"<answer>{PLAIN}</answer>", BOTH, "Ada talks."),
    Case("assistant prefix", f"assistant: {PLAIN}", BOTH, "Ada talks."),
    Case("end token", f"{PLAIN}<|im_end|>", BOTH, "Ada talks."),
    Case("begin token", f"<|start_header_id|>assistant<|end_header_id|>\n{PLAIN}", BOTH, "Ada talks."),
    Case("quoted lines", "\n".join(f"> {line}" for line in PRETTY.splitlines()), BOTH, "Ada talks."),
    Case("German prose", f"Gerne! Hier ist das Ergebnis: {PLAIN}", BOTH, "Ada talks."),
]
KEPT = [
    Case("a fence in a text", json.dumps({"facts": [item("Ada writes ```py x``` often.")]}), ["Ada writes ```py x``` often."]),
    Case("a fence in a text in a fence", f'```json\n{json.dumps({"facts": [item("Ada writes ``` often.")]})}\n```', ["Ada writes ``` often."]),
    Case("a comma before a brace in a text", broken(item("Ada types [a, ] and {b, }.")), ["Ada types [a, ] and {b, }."]),
    Case("slashes in a text", broken(item("See http://example.org/a#b /* c */.")), ["See http://example.org/a#b /* c */."]),
    Case("a line separator in a text", json.dumps({"facts": [item("Ada\u2028sings.")]}, ensure_ascii=False), ["Ada\u2028sings."]),
    Case("typographic quotes in a text", broken(item("Ada says “no”, then “yes”.")), ["Ada says “no”, then “yes”."]),
    Case("escapes in a broken reply", broken(item('Zoë: "a"\n🍵')), ['Zoë: "a"\n🍵']),
]  # fmt: skip
THOUGHTS = [
    Case("think", f"<think>Two facts, I guess.</think>{PLAIN}", BOTH, "Ada talks."),
    Case("thinking", f"<thinking>Hm.</thinking>\n{PLAIN}", BOTH, "Ada talks."),
    Case("think with json in it", f'<think>{{"facts": []}}?</think>{PLAIN}', BOTH, "Ada talks."),
    Case("think without beginning", f"I should look at it.</think>\n{PLAIN}", BOTH, "Ada talks."),
    Case("think without beginning, json in it", f'{{"facts": [1]}} no.</think>\n{PLAIN}', BOTH, "Ada talks."),
    Case("think without end", f"<think>Let me see. {PLAIN}", BOTH, "Ada talks."),
    Case("Think upper", f"<THINK>x</THINK>{PLAIN}", BOTH, "Ada talks."),
    Case("two thoughts", f"<think>a</think><think>b</think>{PLAIN}", BOTH, "Ada talks."),
    Case(
        "an answer, then a thought with another",
        f'{PLAIN}\n<think>or {{"facts": []}}?</think>',
        BOTH,
        "Ada talks.",
    ),
    Case("an answer, then a thought without end", f'{PLAIN}\n<think>or {{"facts": []}}', BOTH, "Ada talks."),
    Case("prose before a thought", f'Well. <think>{{"facts": [1]}}</think>\n{PLAIN}', BOTH, "Ada talks."),
    Case(
        "a tag in a text",
        json.dumps({"facts": [item("Ada types <think> and </think>.")]}),
        ["Ada types <think> and </think>."],
    ),
    Case(
        "a tag in a text, comma behind",
        broken(item("Ada types </think>.")),
        ["Ada types </think>."],
    ),
    Case("nothing but thoughts", "<think>There is nothing to say.</think>", None),
]
CUT = [
    Case("in the second item", PLAIN[: PLAIN.index(CAT) + 5], [TEA]),
    Case("between items", PLAIN[: PLAIN.index("}, {") + 2], [TEA]),
    Case("after the first item", PLAIN[: PLAIN.index("}, {") + 1], [TEA]),
    Case("in a key of the second item", PLAIN[: PLAIN.index("}, {") + 7], [TEA]),
    Case("in the last key", PLAIN[: PLAIN.index('"summary"') + 5], BOTH),
    Case("in the summary", PLAIN[: PLAIN.index("Ada talks") + 4], BOTH),
    Case("only the last brace", PLAIN[:-1], BOTH, "Ada talks."),
    Case("after the list", PLAIN[: PLAIN.index("], ") + 1], BOTH),
    Case("in the first item", PLAIN[: PLAIN.index(TEA) + 5], []),
    Case("in a fence", f"```json\n{PLAIN[: PLAIN.index(CAT) + 5]}", [TEA]),
    Case("pretty", PRETTY[: PRETTY.index(CAT) + 5], [TEA]),
    Case("after an escape", json.dumps({"facts": [item(TEA), item('He said "no"')]})[:-12], [TEA]),
    Case("a bare list", json.dumps([item(TEA), item(CAT)])[:-20], [TEA]),
    Case("in a number", '{"facts": [], "summary": 12', []),
    Case("the fence closed behind the cut", f"```json\n{PLAIN[: PLAIN.index(CAT) + 5]}\n```", [TEA]),
    Case("single quotes", str(TWO)[: str(TWO).index(CAT) + 5], [TEA]),
    Case("in a wrapper", json.dumps({"result": TWO})[: json.dumps({"result": TWO}).index(CAT) + 5], [TEA]),
    Case("with ellipsis", changed(', "summary": "Ada talks."}', ", ...", PLAIN), BOTH),
]
COMMAS_AND_QUOTES = [
    Case("trailing comma in list", changed("}], ", "},], "), BOTH, "Ada talks."),
    Case("trailing comma in object", changed('"kind": "fact"}', '"kind": "fact",}'), BOTH, "Ada talks."),
    Case("trailing comma at the end", changed('talks."}', 'talks.",}'), BOTH, "Ada talks."),
    Case("missing comma between items", changed("}, {", "} {"), BOTH, "Ada talks."),
    Case("missing comma between members", changed(', "subject"', ' "subject"'), BOTH, "Ada talks."),
    Case("single quotes", str(TWO), BOTH, "Ada talks."),
    Case("Python dict with None", repr(ONE), [TEA]),
    Case("curly quotes", PLAIN.replace('"', "“", 1).replace('":', "”:", 1), BOTH, "Ada talks."),
    Case("all curly quotes", PLAIN.replace('"', "”"), BOTH, "Ada talks."),
    Case("keys without quotes", PLAIN.replace('"facts"', "facts").replace('"text"', "text"), BOTH, "Ada talks."),
    Case("quotes inside a text", changed("Ada drinks tea.", 'Ada, the "boss", drinks tea.'), ['Ada, the "boss", drinks tea.', CAT], "Ada talks."),
    Case("comments", changed('"facts": [', '"facts": [ // the facts\n'), BOTH, "Ada talks."),
    Case("block comment", changed('"facts": [', '"facts": /* two */ ['), BOTH, "Ada talks."),
    Case("hash comment", PRETTY.replace('"facts": [', '"facts": [ # two', 1), BOTH, "Ada talks."),
    Case("comma in quotes inside a text", changed("Ada drinks tea.", 'Ada said "yes", then left.'), ['Ada said "yes", then left.', CAT], "Ada talks."),
    Case("quotes at the end of a text", changed("Ada drinks tea.", 'Ada said "yes"'), ['Ada said "yes"', CAT], "Ada talks."),
    Case("apostrophe in single quotes", str(TWO).replace("Ada drinks tea.", "It's Ada's tea."), ["It's Ada's tea.", CAT], "Ada talks."),
    Case("escaped apostrophe", changed("Ada drinks", "Ada\\'s aunt drinks"), ["Ada's aunt drinks tea.", CAT], "Ada talks."),
    Case("three marks of quotation", changed('"Ada drinks tea."', '"""Ada drinks "tea"."""'), ['Ada drinks "tea".', CAT], "Ada talks."),
    Case("missing brace between items", changed('"kind": "fact"}, {', '"kind": "fact", {'), BOTH, "Ada talks."),
    Case("missing bracket", changed("}], ", "}, "), BOTH, "Ada talks."),
    Case("wrong bracket at the end", f"{PLAIN[:-1]}]", BOTH, "Ada talks."),
    Case("a brace too many", f"{PLAIN}}}", BOTH, "Ada talks."),
    Case("double braces", f"{{{PLAIN}}}", BOTH, "Ada talks."),
    Case("a value without quotes", changed('"kind": "fact"', '"kind": fact'), BOTH, "Ada talks."),
    Case("a value that is missing", changed('"attribute": null', '"attribute": '), BOTH, "Ada talks."),
    Case("undefined", changed('"attribute": null', '"attribute": undefined'), BOTH, "Ada talks."),
    Case("arrow for colon", changed('"summary":', '"summary" =>'), BOTH, "Ada talks."),
    Case("tuple for list", repr({"facts": (item(TEA), item(CAT)), "summary": None}), BOTH),
    Case("equals for colon", changed('"summary":', '"summary" ='), BOTH, "Ada talks."),
]  # fmt: skip
CHARACTERS = [
    Case("byte order mark", f"\ufeff{PLAIN}", BOTH, "Ada talks."),
    Case("control character", changed("Ada drinks", "Ada\x02 drinks"), BOTH, "Ada talks."),
    Case("NUL", changed("Ada drinks", "Ada\x00 drinks"), BOTH, "Ada talks."),
    Case("zero width space", f"\u200b{PLAIN}\u200b", BOTH, "Ada talks."),
    Case("newline in a text", changed("Ada drinks tea.", "Ada drinks\ntea."), ["Ada drinks\ntea.", CAT], "Ada talks."),
    Case("tab in a text", changed("Ada drinks tea.", "Ada drinks\ttea."), ["Ada drinks\ttea.", CAT], "Ada talks."),
    Case("no-break spaces between", PRETTY.replace("\n", "\n\u00a0"), BOTH, "Ada talks."),
    Case("windows lines", PRETTY.replace("\n", "\r\n"), BOTH, "Ada talks."),
    Case("NaN", changed('"attribute": null', '"attribute": NaN'), BOTH, "Ada talks."),
    Case("bad escape", changed("Ada drinks tea.", "Ada drinks tea\\."), BOTH, "Ada talks."),
    Case("backslashes in a path", broken(item("Ada keeps it in C:.")).replace("C:", "C:\\Dance"), ["Ada keeps it in C:\\Dance."]),
    Case("emoji", changed("Ada drinks tea.", "Ada drinks 🍵."), ["Ada drinks 🍵.", CAT], "Ada talks."),
]  # fmt: skip
SHAPES = [
    Case("bare list", json.dumps([item(TEA), item(CAT)]), BOTH),
    Case("bare item", json.dumps(item(TEA)), [TEA]),
    Case("list of one object", json.dumps([TWO]), BOTH, "Ada talks."),
    Case("result wrapper", json.dumps({"result": TWO}), BOTH, "Ada talks."),
    Case("data wrapper", json.dumps({"data": TWO}), BOTH, "Ada talks."),
    Case("properties wrapper", json.dumps({"properties": TWO}), BOTH, "Ada talks."),
    Case("two wrappers", json.dumps({"response": {"output": TWO}}), BOTH, "Ada talks."),
    Case("wrapper with a note", json.dumps({"note": "done", "result": TWO}), BOTH, "Ada talks."),
    Case("function call as text", json.dumps({"name": "extract", "arguments": TWO}), BOTH, "Ada talks."),
    Case("double encoded", json.dumps(PLAIN), BOTH, "Ada talks."),
    Case("one object a line", f"{json.dumps(item(TEA))}\n{json.dumps(item(CAT))}", BOTH),
    Case("items by number", json.dumps({"facts": {"1": item(TEA), "2": item(CAT)}}), BOTH),
    Case("items by name", json.dumps({"facts": {"Ada": [item(TEA)], "her pets": [item(CAT)]}}), BOTH),
    Case(
        "a list as text", json.dumps({"facts": json.dumps([item(TEA), item(CAT)]), "summary": "s"}), BOTH, "s"
    ),
    Case("a list as broken text", json.dumps({"facts": str([item(TEA), item(CAT)])}), BOTH),
    Case("another name for the list", json.dumps({"extracted_facts": [item(TEA), item(CAT)]}), BOTH),
    Case("one item for a list", json.dumps({"facts": item(TEA)}), [TEA]),
    Case("null for a list", json.dumps({"facts": None, "summary": "s"}), [], "s"),
    Case("no list", json.dumps({"summary": "Ada talks."}), [], "Ada talks."),
    Case("empty list", json.dumps({"facts": []}), []),
    Case("empty list alone", "[]", []),
    Case("wrapper beside an empty list", json.dumps({"result": TWO, "errors": []}), BOTH, "Ada talks."),
    Case("encoded in a wrapper", json.dumps({"status": "ok", "output": PLAIN}), BOTH, "Ada talks."),
    Case("encoded arguments", json.dumps({"name": "reply", "arguments": PLAIN}), BOTH, "Ada talks."),
    Case("escaped without marks around", json.dumps(PLAIN)[1:-1], BOTH, "Ada talks."),
    Case("double encoded and cut", json.dumps(PLAIN)[: json.dumps(PLAIN).index(CAT) + 5], [TEA]),
    Case("double encoded in a sentence", f"The JSON is {json.dumps(PLAIN)}.", BOTH, "Ada talks."),
    Case("in marks of quotation that escape nothing", f'"{PLAIN}"', BOTH, "Ada talks."),
    Case("in marks of typographic quotation", f"“{PLAIN}”", BOTH, "Ada talks."),
    Case(
        "an object for each message",
        f"{json.dumps({'facts': [item(TEA)]})}\n{json.dumps({'facts': [item(CAT)]})}",
        BOTH,
    ),
    Case("a list of replies", json.dumps([{"facts": [item(TEA)]}, {"facts": [item(CAT), item(TEA)]}]), BOTH),
    Case("a numbered list of objects", f"1. {json.dumps(item(TEA))}\n2. {json.dumps(item(CAT))}", BOTH),
    Case("a bulleted list of objects", f"- {json.dumps(item(TEA))}\n- {json.dumps(item(CAT))}", BOTH),
    Case("objects with commas between", f"{json.dumps(item(TEA))},\n{json.dumps(item(CAT))},", BOTH),
    Case("one object a line, the last cut", f"{json.dumps(item(TEA))}\n{json.dumps(item(CAT))[:-20]}", [TEA]),
    Case("broken objects, one a line", f"{item(TEA)}\n{item(CAT)}", BOTH),
    Case(
        "a draft, then better",
        f"{PLAIN}\nOn reflection:\n{json.dumps({'facts': [item(CAT)], 'summary': None})}",
        [CAT],
    ),
    Case("an example, then the answer cut", f'Like {{"facts": []}}:\n{PLAIN[: PLAIN.index(CAT) + 5]}', [TEA]),
]
KEYS = [
    Case("capital keys", PLAIN.replace('"facts"', '"Facts"').replace('"text"', '"Text"'), BOTH, "Ada talks."),
    Case("upper keys", PLAIN.replace('"quote"', '"QUOTE"'), BOTH, "Ada talks."),
    Case("spaces in keys", PLAIN.replace('"subject"', '" subject "'), BOTH, "Ada talks."),
    Case("hyphens", PLAIN.replace('"summary"', '"sum-mary"'), BOTH, "Ada talks."),
    Case("more keys than asked", PLAIN.replace('"kind"', '"mood": "good", "kind"'), BOTH, "Ada talks."),
]
TYPES = [
    Case("object for a text", json.dumps({"facts": [item({"text": TEA}), item({"value": CAT})]}), BOTH),  # type: ignore[arg-type]
    Case("list for a text", json.dumps({"facts": [item([TEA])]}), [TEA]),  # type: ignore[arg-type]
    Case("number for a text", json.dumps({"facts": [item(TEA, subject=7)]}), [TEA]),
    Case("words for nothing", json.dumps({"facts": [item(TEA, attribute="N/A")], "summary": "none"}), [TEA]),
    Case("another kind", json.dumps({"facts": [item(TEA, kind="Preference"), item(CAT, kind="hobby")]}), [TEA]),
    Case("a kind in words", json.dumps({"facts": [item(TEA, kind="Life Event"), item(CAT, kind="life-event")]}), BOTH),
    Case("a kind in a list", json.dumps({"facts": [item(TEA, kind=["fact"])]}), [TEA]),
    Case("what may be null is missing", json.dumps({"facts": [{k: v for k, v in item(TEA).items() if k != "attribute"}]}), [TEA]),
    Case("NaN for a text", '{"facts": [], "summary": NaN}', []),
    Case("half a surrogate pair", json.dumps({"facts": [item("Ada \ud83d waves.")]}), ["Ada \ufffd waves."]),
    Case("an item that is none", json.dumps({"facts": [item(TEA), "and a cat", 7, None, item(CAT)]}), BOTH),
    Case("an item without its text", json.dumps({"facts": [{"subject": "Ada"}, item(TEA)]}), [TEA]),
    Case("summary as object", json.dumps({"facts": [item(TEA)], "summary": {"text": "Ada talks."}}), [TEA], "Ada talks."),
]  # fmt: skip
NOTHING = [
    Case("empty", "", None),
    Case("blank", " \n\t ", None),
    Case("null", "null", None),
    Case("true", "true", None),
    Case("a number", "42", None),
    Case("prose", "I am sorry, I cannot help with that.", None),
    Case("prose with brackets", "There were none [as far as I see] {really}.", None),
    Case("prose with a citation", "Nothing new was said, see [1] and [2].", None),
    Case("prose with a quotation", 'She wrote ["I think" was the word] and left.', None),
    Case("prose with a set", 'The set {"a", "b"} has two members.', None),
    Case("a task list", "- [ ] read\n- [x] write", None),
    Case("code", "int a[] = {}; return f(a[0]);", None),
    Case("half a schema", '{"facts": {"type": "array", "items": {"type": "object"}}, "summary": {"type": "string"}}', None),
    Case("the schema in a wrapper", '{"name": "reply", "schema": {"type": "object", "properties": {"facts": {"type": "array"}}}}', None),
    Case("the schema without types", '{"properties": {"facts": {"$ref": "#/$defs/Item"}, "summary": {"anyOf": []}}}', None),
    Case("another object", '{"weather": "fine"}', None),
    Case("an empty object", "{}", None),
    Case("the schema itself", '{"type": "object", "properties": {"facts": {"type": "array"}}, "required": ["facts"]}', None),
    Case("an error page", "<html><body><h1>502 Bad Gateway</h1></body></html>", None),
    Case("open brackets", "[" * 3000, None),
    Case("open braces", "{" * 3000, None),
]  # fmt: skip

CASES = [
    *FENCES, *PROSE, *KEPT, *THOUGHTS, *CUT, *COMMAS_AND_QUOTES, *CHARACTERS, *SHAPES, *KEYS, *TYPES, *NOTHING,
]  # fmt: skip

NOT_SALVAGED = frozenset({"three marks of quotation", "missing bracket", "bad escape"})
"""Cases that `json-repair` reads otherwise: Python's long text is lost with its item, which is counted as dropped; what
stands behind a list without its bracket is taken for an item, likewise; and a backslash that escapes nothing stays."""
