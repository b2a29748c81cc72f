"""Plain text out of HTML, in time linear in its length: the parser of the standard library is not."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

_BLOCKS = frozenset(
    ["p", "br", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "blockquote", "table"]
)
_UNSEEN = frozenset({"script", "style", "head", "title"})
_TAG = re.compile(r"<(/?)([a-zA-Z][\w:-]{0,40})(?=[\s/>])[^<>]{0,4000}>|<!--|<[!?][^<>]{0,4000}>")


def plain_text(markup: str) -> str:
    """Return the words of HTML, a line for each block."""
    lines = (" ".join(line.split()) for line in html.unescape("".join(_pieces(markup))).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _pieces(markup: str) -> Iterator[str]:
    start = 0
    lower = markup.lower() if markup.isascii() else markup
    while tag := _TAG.search(markup, start):
        yield _spaced(markup[start : tag.start()])
        start = tag.end()
        name = (tag[2] or "").lower()
        if tag[0] == "<!--":
            start = _end(markup, "-->", start) + len("-->")
        elif name in _UNSEEN and not tag[1]:
            start = _end(lower, f"</{name}", start)
        elif name in _BLOCKS:
            yield "\n- " if name == "li" and not tag[1] else "\n"
    yield _spaced(markup[start:])


def _spaced(text: str) -> str:
    """Return text without line ends: in HTML, only tags break lines."""
    return " ".join(re.split(r"[\r\n]+", text))


def _end(markup: str, mark: str, start: int) -> int:
    """Return where *mark* stands; the end of the text where it does not come: then there is nothing more to see."""
    at = markup.find(mark, start)
    return len(markup) if at < 0 else at
