"""A start is quick, since it imports only what a first answer needs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from bot.lazy import LAZY

CHECKOUT = Path(__file__).parent.parent

# What `slashpost run` imports before it answers.
START = """
import bot.cli
with bot.cli.uncollected():
    import bot.serve.run
import gc, json, sys
print(json.dumps([sorted(sys.modules), gc.isenabled(), gc.get_freeze_count()]))
"""
# Rooms and libraries whose turn comes later, or never in most starts.
LATER = {
    # reading and understanding posts
    *(
        "bot.scan",
        "bot.watch",
        "bot.reading",
        "bot.generators",
        "bot.sources.folder",
        "bot.index.updater",
    ),
    *("frontmatter", "yaml", "dateutil", "selectolax", "watchfiles", "dulwich", "feedparser"),
    # rendering them, searching, completing what is typed
    *("markdown", "markdown_it", *LAZY),
    *("bot.index.typed_text", "bot.index.search", "bot.index.fuzzy", "rapidfuzz"),
    # announcing
    *("bot.announce.announcer", "bot.serve.announcements"),
    *("bot.state.postgres", "asyncpg"),
    # answering questions by a model, which few blogs have
    *("bot.ask", "bot.chat.views.asked"),
    # who is looked over, watched and told
    *("bot.doctor", "prometheus_client", "sentry_sdk", "bot.playground", "simcord"),
}


def test_a_lazy_module_is_imported_when_something_in_it_is_asked_for() -> None:
    program = """
import sys
from bot.chat.views import post_page
assert "bot.chat.views.post_page" not in sys.modules
assert post_page.PostPage.__name__ == "PostPage"
import bot.chat.views.post_page as real
assert real is not post_page and real.PostPage is post_page.PostPage
try:
    post_page.nothing
except AttributeError as error:
    assert "nothing" in str(error)
from bot import lazy
lazy.load()
assert set(lazy.LAZY) <= set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", program], cwd=CHECKOUT, check=True)


def test_a_start_imports_nothing_that_a_first_answer_does_not_need() -> None:
    done = subprocess.run(
        [sys.executable, "-c", START], cwd=CHECKOUT, capture_output=True, text=True, check=True
    )
    imported, collects, frozen = json.loads(done.stdout)
    assert {"discord", "bot.serve.run", "bot.chat.client"} <= set(imported)
    assert LATER & set(imported) == set()
    assert collects, "garbage is collected again"
    assert frozen > 10_000, "but not looked for in what was imported"
