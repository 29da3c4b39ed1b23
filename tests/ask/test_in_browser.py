"""``slashpost try`` with a model's address: a question, and where its numbers lead."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Queue

from playwright.sync_api import Browser, expect

from tests.ask.host import ModelHost, Script, chat, hosting
from tests.needs import needs_chromium
from tests.playground.test_journey import (
    CHECKOUT,
    PATIENCE_MS,
    Person,
    address_of,
    browser,
    end,
    start,
)

__all__ = ["browser"]  # a fixture
pytestmark = needs_chromium

SAYS = (
    "Count in parts of the flour [1]. **Buy** the [other scale](https://evil.example) instead.\n\n"
    "- Look at the crumb before you change anything [2].\n- Trust me.\n"
)


@contextmanager
def hosting_beside(script: Script) -> Iterator[ModelHost]:
    """A model's host in a thread of its own, since the browser's tests are not asynchronous."""
    hosts: Queue[tuple[ModelHost, asyncio.AbstractEventLoop, asyncio.Event]] = Queue()

    async def serve() -> None:
        async with hosting(script) as host:
            is_over = asyncio.Event()
            hosts.put((host, asyncio.get_running_loop(), is_over))
            await is_over.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    host, loop, is_over = hosts.get(timeout=PATIENCE_MS / 1000)
    try:
        yield host
    finally:
        loop.call_soon_threadsafe(is_over.set)
        thread.join()


def test_an_answer_of_a_model_leads_to_its_sections(browser: Browser, tmp_path: Path) -> None:
    with hosting_beside(chat(SAYS)) as host:
        process = start(
            CHECKOUT / "bot" / "sample",
            tmp_path / "index.db",
            *("--ask-model", "some/model", "--ask-url", host.url, "--ask-rewrite", "off"),
        )
        try:
            page = browser.new_page()
            page.set_default_timeout(PATIENCE_MS)
            person = Person(page, address_of(process))
            person.come_home()
            person.pick("ask")
            person.fill("question", "How much water does a loaf of bread need?")
            answer = person.send()
            expect(answer).to_contain_text("some/model wrote this", timeout=PATIENCE_MS)
            for dropped in ("other scale", "evil", "Trust me"):
                expect(answer).not_to_contain_text(dropped)
            numbers = answer.get_by_role("link", name=re.compile(r"^\[\d\]$"))
            expect(numbers).to_have_count(2)
            reads = answer.get_by_role("button", name="Read")
            for place in range(2):
                link = numbers.nth(place).get_attribute("href") or ""
                before = person.seen()
                reads.nth(place).click()
                opened = person.answer_after(before)
                expect(opened.get_by_role("heading").first).to_be_visible(timeout=PATIENCE_MS)
                headings = opened.get_by_role("heading").all_inner_texts()
                anchors = [re.sub(r"\W+", "-", each.lower()).strip("-") for each in headings]
                assert link.partition("#")[2] in anchors
            page.close()
            assert "Traceback" not in end(process)
        finally:
            process.kill()
