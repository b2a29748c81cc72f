"""The page of the graph in a real browser: it draws, it slides, it asks nobody."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from command_line import Run

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync",
    "--disable-component-update", "--disable-quic", "--window-size=1100,800", "--virtual-time-budget=3000",
)  # fmt: skip


@pytest.fixture
def page(lukasa: Run, tmp_path: Path) -> Path:
    for at, text in (
        ("2024-01-10", "I live in Porto now. My sister Ines lives in Faro."),
        ("2025-06-10", "I live in Braga now."),
        ("2025-07-10", "I am a fan of <b>bold</b> & </script><script>alert(1)</script>."),
    ):
        lukasa("remember", text, "--speaker", "Ana", "--at", f"{at}T10:00:00Z", "--session", at)
    lukasa(
        "believe",
        "Ana likes </script><img src=x onerror=alert(1)>.",
        "--subject",
        "Ana",
        "--attribute",
        "likes",
        "--value",
        "</script><img src=x onerror=alert(1)>",
    )
    file = tmp_path / "graph.html"
    assert lukasa("graph", "--format", "html", "-o", file).code == 0
    return file


def test_it_is_one_page_that_loads_nothing_from_elsewhere(page: Path):
    text = page.read_text("utf-8")

    assert (
        re.findall(r"(?:src|href)=[\"'](?!data:)[^\"']", text.split('<script type="application/json"')[0])
        == []
    )
    assert "default-src 'none'" in text
    assert re.findall(r"\b(?:fetch|XMLHttpRequest|WebSocket|import)\b\s*\(", text) == []


def test_what_was_remembered_cannot_leave_its_place(page: Path):
    text = page.read_text("utf-8")

    assert text.count("</script>") == 2
    data = json.loads(re.search(r'id="data">(.*?)</script>', text, re.DOTALL).group(1))  # type: ignore[union-attr]
    assert any("</script>" in relation["text"] for relation in data["relations"])
    assert any("I live in Porto" in quote for relation in data["relations"] for quote in relation["quotes"])


def browsed(page: Path, script: str, tmp_path: Path) -> tuple[str, str]:
    """Return the page as a browser has it after a script, and what the browser logged."""
    driven = tmp_path / "driven.html"
    driven.write_text(
        page.read_text("utf-8").replace("</body>", f"<script>{script}</script></body>"), "utf-8"
    )
    assert CHROMIUM is not None
    done = subprocess.run(
        [CHROMIUM, *FLAGS, "--enable-logging=stderr", "--v=0", f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", driven.as_uri()],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    return done.stdout, done.stderr


@pytest.mark.skipif(CHROMIUM is None, reason="needs chromium (Debian: apt install chromium)")
def test_a_browser_draws_it_slides_it_and_shows_the_words(page: Path, tmp_path: Path):
    script = """
      const seen = () => document.querySelectorAll('.edge:not(.hidden):not(.past)').length;
      const slider = document.getElementById('time');
      const now = seen();
      slider.value = 0; slider.dispatchEvent(new Event('input'));
      const then = seen();
      slider.value = 1000; slider.dispatchEvent(new Event('input'));
      const ana = [...document.querySelectorAll('.node')].find(n => n.textContent === 'Ana');
      ana.dispatchEvent(new MouseEvent('click', { bubbles: true }));
      const report = document.createElement('pre');
      report.id = 'report';
      report.textContent = JSON.stringify({
        nodes: document.querySelectorAll('.node').length, now, then, again: seen(),
        moved: new Set([...document.querySelectorAll('.node')].map(n => n.getAttribute('transform'))).size,
        words: document.getElementById('about').textContent,
        requests: performance.getEntriesByType('resource').length,
        images: document.images.length,
      });
      document.body.append(report);
    """

    dom, log = browsed(page, script, tmp_path)

    found = re.search(r'<pre id="report">(.*?)</pre>', dom, re.DOTALL)
    assert found is not None, log[-2000:]
    told = json.loads(found.group(1).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
    assert told["nodes"] >= 5
    assert told["moved"] == told["nodes"]
    assert told["then"] < told["now"] == told["again"]
    assert "I live in Porto" in told["words"]
    assert (told["requests"], told["images"]) == (0, 0)
    assert [line for line in log.splitlines() if "CONSOLE" in line] == []
