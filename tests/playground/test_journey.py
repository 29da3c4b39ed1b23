"""A newcomer's way through the playground, in a real browser.

With SLASHPOST_SCREENSHOTS=1 in the environment the pictures that README shows are taken
anew and written to docs/images.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
import simcord
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from bot.playground.front import CHANGES
from tests.needs import CHROMIUM, needs_chromium
from tests.wire.patience import PATIENCE

CHECKOUT = Path(__file__).parents[2]
IMAGES = CHECKOUT / "docs" / "images"
SCREENSHOTS = "SLASHPOST_SCREENSHOTS" in os.environ
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WIDTH, HEIGHT = 740, 1000
START_SECONDS = 60
PATIENCE_MS = 60_000

# What a page shows on which the test before has left nothing.
IS_HOME = """() => {
  const value = id => document.getElementById(id)?.value;
  const preview = window.simcordPreview;
  const viewer = document.getElementById("viewer-picker")?.selectedOptions[0]?.text;
  return Boolean(preview && preview.authorized && !preview.transport.uncertainRequestId
    && value("place-picker") === "channel" && value("language-picker") === "en-US"
    && viewer === "You, a manager" && value("channel-composer-input") === "");
}"""
FIRST_NEW = """seen => [...document.querySelectorAll("article.channel-message")]
  .map(it => it.dataset.messageId).find(id => !seen.includes(id))"""

NEWS = """---
title: Written today
date: 2024-06-01
tags: [discord]
---

The bot tells of it before anybody asks.
"""

pytestmark = needs_chromium


def start(posts: Path, index: Path, *options: str) -> subprocess.Popen[str]:
    """`slashpost try` in a process of its own."""
    settings = {"DISCORD_TOKEN", "DISCORD_API_BASE"}
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in settings and not name.startswith("SLASHPOST_")
    }
    command = (sys.executable, "-m", "bot", "try", "--no-browser")
    return subprocess.Popen(
        [*command, "--posts", str(posts), "--db", str(index), *options],
        cwd=CHECKOUT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def address_of(process: subprocess.Popen[str]) -> str:
    """The address in the first line that has one; until then it says what it serves."""
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if found := re.search(r"http://127\.0\.0\.1:\d+/#\S+", line):
            return found[0]
    pytest.fail(f"no address in {said}; {process.communicate(timeout=START_SECONDS)}")


def end(process: subprocess.Popen[str]) -> str:
    """Press Ctrl-C; return what the process then had left to say."""
    process.send_signal(signal.SIGINT)
    rest, errors = process.communicate(timeout=START_SECONDS)
    return rest + errors


@pytest.fixture(scope="module")
def posts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project's own posts, to be edited."""
    return shutil.copytree(CHECKOUT / "bot" / "sample", tmp_path_factory.mktemp("blog") / "posts")


@pytest.fixture(scope="module")
def address(posts: Path) -> Iterator[str]:
    process = start(posts, posts.parent / "index.db")
    try:
        yield address_of(process)
        assert "Traceback" not in end(process)
    finally:
        process.kill()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield chromium
        chromium.close()


class Person:
    """Someone at the browser."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.channel = page.locator("#channel-layout")
        self.messages = page.locator("article.channel-message")
        self.place = page.locator("#place-picker")
        self.language = page.locator("#language-picker")

    def come_home(self) -> None:
        """Be a manager in the channel who reads English, whatever the test before did."""
        self.page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
        if self.page.url == self.address:
            if self.page.evaluate(IS_HOME):
                return
            self.page.reload()
        else:
            self.page.goto(self.address)
        for picker, value in ((self.place, "channel"), (self.language, "en-US")):
            expect(picker.locator("option")).not_to_have_count(0)
            if picker.input_value() != value:
                self.switch(picker, value)
        expect(self.messages.nth(1)).to_be_visible()

    def wait(self) -> None:
        """Wait until the page has done what it was asked."""
        self.page.wait_for_function("() => window.simcordPreview?.ready")

    def pick(self, command: str) -> None:
        """Type a command and take it from the picker."""
        self.wait()
        self.page.locator("#channel-composer-input").click()
        self.page.keyboard.type(f"/{command}")
        name = re.compile(rf"^/{command}\b")
        self.page.locator("#command-picker-listbox [role=option]").filter(has_text=name).click()

    def fill(self, option: str, text: str) -> None:
        """Type an option's value."""
        self.page.locator(f".command-option-input[data-option={option}]").press_sequentially(text)

    @property
    def suggestions(self) -> Locator:
        """What the bot offers for what was typed."""
        return self.page.locator("#command-suggestion-listbox .command-suggestion")

    def send(self) -> Locator:
        """Send the command and return the answer."""
        before = self.seen()
        self.press_send()
        return self.answer_after(before)

    def press_send(self) -> None:
        """Press the arrow, again where it was grey at that moment: suggestions were looked up."""
        until = time.monotonic() + PATIENCE
        while True:
            self.wait()
            self.page.locator("#send-message").click()
            self.wait()
            if not self.page.locator(".command-chip").count() or time.monotonic() > until:
                return

    def seen(self) -> list[str]:
        """The ids of the messages that are there."""
        ids: list[str] = self.messages.evaluate_all("all => all.map(it => it.dataset.messageId)")
        return ids

    def answer_after(self, seen: list[str]) -> Locator:
        """The message that comes after those, wherever later ones push it."""
        new = self.page.wait_for_function(FIRST_NEW, arg=seen)
        self.wait()
        return self.page.locator(f'article[data-message-id="{new.json_value()}"]')

    def switch(self, picker: Locator, value: str) -> None:
        """Use a switch above the channel, which opens the page anew."""
        self.wait()
        with self.page.expect_event("load"):
            picker.select_option(value)
        expect(picker).to_have_value(value)
        expect(self.messages.first).to_be_visible()
        self.wait()

    def choose(self, menu: Locator, label: str) -> None:
        """Open a select menu and take the entry with that label."""
        self.wait()
        menu.click()
        options = self.page.locator(".select-option:visible")
        options.filter(has=self.page.get_by_text(label, exact=True)).click()


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(
        viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=2 if SCREENSHOTS else 1
    )
    page.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    errors: list[object] = []

    def note(error: object) -> None:
        errors.append(error)

    page.on("pageerror", note)
    yield page
    page.close()
    assert errors == []


@pytest.fixture
def person(page: Page, address: str) -> Person:
    someone = Person(page, address)
    someone.come_home()
    return someone


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """Where screenshots go."""
    return IMAGES if SCREENSHOTS else tmp_path


def shoot(what: Locator, file: Path, height: int = 1500) -> None:
    """Take a screenshot; for the docs, whole, in a window of that height, and small."""
    expect(what.locator("img:not([src])")).to_have_count(0)
    if not SCREENSHOTS:
        what.screenshot(path=file.with_suffix(".png"))
        return
    page = what.page
    page.set_viewport_size({"width": WIDTH, "height": height})
    page.mouse.move(0, 0)
    page.evaluate("document.activeElement.blur()")
    page.wait_for_timeout(1500)  # messages move while pictures are decoded
    taken = what.screenshot(animations="disabled")
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    page.wait_for_timeout(1500)
    with Image.open(BytesIO(taken)) as image:
        image.convert("RGB").save(file, quality=80, method=6)
    assert file.stat().st_size < 150_000, f"{file} is too large for a README"


def test_a_newcomer_finds_a_welcome_and_an_answer(person: Person, picture: Path) -> None:
    welcome, latest = person.messages.nth(0), person.messages.nth(1)
    expect(welcome).to_contain_text("Welcome!")
    expect(welcome).to_be_in_viewport()
    expect(latest).to_contain_text("You used /latest")
    sent = latest.locator("time.message-time").get_attribute("datetime") or ""
    assert dt.datetime.now(dt.UTC) - dt.datetime.fromisoformat(sent) < dt.timedelta(minutes=5)
    expect(latest.get_by_role("button", name="Read")).to_have_count(2)
    expect(latest.locator("img.component-thumbnail").first).to_be_in_viewport()
    shoot(person.page.locator("#preview-shell"), picture / "playground.webp", 940)


def test_the_page_is_ours_and_holds_what_a_reader_needs(person: Person) -> None:
    expect(person.page).to_have_title("Slashpost playground")
    toolbar = person.page.locator("#toolbar")
    expect(toolbar).to_contain_text("Slashpost")
    expect(toolbar).not_to_contain_text("SimCord")
    for tool in ("Messages", "Refresh preview", "Capture", "Inspector"):
        expect(toolbar.get_by_text(tool, exact=False).first).to_be_hidden()
    expect(person.page.get_by_text("Discord is simulated by SimCord.")).to_be_in_viewport()
    viewers = person.page.get_by_label("Viewing as")
    expect(viewers.locator("option")).to_have_text(["You, a manager", "A member"])
    person.page.set_viewport_size({"width": 1200, "height": HEIGHT})
    expect(person.page.get_by_text("Search messages")).to_be_hidden()
    person.page.set_viewport_size({"width": WIDTH, "height": HEIGHT})


def test_commands_are_listed_as_they_are_asked_for(person: Person) -> None:
    person.page.locator("#channel-composer-input").fill("/")
    listed = person.page.locator("#command-picker-listbox [role=option] strong")
    expect(listed.first).to_have_text("/latest")
    assert listed.all_inner_texts()[:4] == ["/latest", "/post", "/tags", "/search"]
    person.page.locator("#channel-composer-input").fill("")


def test_suggestions_come_before_the_first_letter_and_for_a_link(person: Person) -> None:
    person.pick("post")
    expect(person.suggestions.first).to_have_text("Your blog, one slash away")
    field = person.page.locator(".command-option-input[data-option=post]")
    field.fill("https://slashpost.example/bread-in-numbers/")
    expect(person.suggestions).to_have_text(["Bread for people who own a scale"])
    person.suggestions.first.click()
    card = person.send()
    expect(card.get_by_role("heading")).to_have_text("Bread for people who own a scale")


def test_a_new_answer_is_scrolled_into_view(person: Person) -> None:
    for command in ("help", "about", "help"):
        person.pick(command)
        answer = person.send()
        expect(answer).to_be_in_viewport()
        person.page.locator("#channel-timeline").evaluate("it => { it.scrollTop = 0 }")
        expect(answer).not_to_be_in_viewport()


def test_a_reader_picks_a_tag_pages_and_opens_a_post(person: Person) -> None:
    person.pick("tags")
    tags = person.send()
    expect(tags).to_contain_text("discord")

    person.choose(tags.get_by_role("combobox"), "discord")
    expect(tags).to_contain_text("Posts tagged discord")
    titles = tags.get_by_role("heading", level=3)
    expect(titles).to_have_count(5)
    first_page = titles.all_inner_texts()

    tags.get_by_role("button", name="Next").click()
    expect(tags).to_contain_text("page 2 of 2")
    (title, *_) = titles.all_inner_texts()
    assert title not in first_page

    before = person.seen()
    tags.get_by_role("button", name="Read").first.click()
    page = person.answer_after(before)
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def test_autocomplete_finds_a_post_from_a_mistyped_title(person: Person, picture: Path) -> None:
    person.pick("post")
    person.fill("post", "what yur readers")
    expect(person.suggestions.first).to_have_text("What your readers see")
    person.suggestions.first.click()
    card = person.send()
    expect(card.get_by_role("heading")).to_have_text("What your readers see")
    expect(card.locator("img")).not_to_have_count(0)
    shoot(card, picture / "post.webp")


def test_a_picture_stands_inside_the_post_that_is_read(person: Person) -> None:
    person.pick("post")
    person.fill("post", "reading-in-discord")
    card = person.send()
    before = person.seen()
    card.get_by_role("button", name="Read").first.click()
    page = person.answer_after(before)
    expect(page.get_by_role("img", name="A white page")).to_be_visible()
    expect(page.get_by_text("unavailable")).to_have_count(0)


def test_a_search_shows_the_words_found(person: Person, picture: Path) -> None:
    person.pick("search")
    person.fill("query", "quarter")
    results = person.send()
    expect(
        results.locator("strong", has_text=re.compile("quarter", re.IGNORECASE))
    ).not_to_have_count(0)
    shoot(results, picture / "search.webp")


def test_a_question_is_answered_with_numbers_that_lead_to_their_sections(
    person: Person, picture: Path
) -> None:
    """Without a model, a stand-in quotes the sentences that fit, and the card says so."""
    person.pick("ask")
    person.fill("question", "How much water does a loaf of bread need?")
    answer = person.send()
    expect(answer).to_contain_text("may be wrong")
    expect(answer).to_contain_text("A stand-in that only quotes")
    shoot(answer, picture / "ask.webp")
    number = answer.get_by_role("link", name=re.compile(r"\[\d\]")).first
    link = number.get_attribute("href") or ""
    assert link.startswith("https://slashpost.example/bread-in-numbers/")
    before = person.seen()
    answer.get_by_role("button", name="Read").first.click()
    page = person.answer_after(before)
    headings = page.get_by_role("heading")
    expect(headings.first).to_be_visible()
    anchors = [re.sub(r"\W+", "-", each.lower()) for each in headings.all_inner_texts()]
    assert link.partition("#")[2] in anchors[:2], "the page begins with that section"


def test_a_reader_says_how_many_posts_a_page_shows(person: Person, picture: Path) -> None:
    person.pick("latest")
    person.suggestions.filter(has_text="count").click()
    person.fill("count", "3")
    latest = person.send()
    expect(latest.get_by_role("button", name="Read")).to_have_count(3)
    expect(latest.get_by_text("unavailable")).to_have_count(0)
    shoot(latest, picture / "latest.webp")


def test_a_long_post_is_paged_and_saved_to_direct_messages(person: Person) -> None:
    person.pick("post")
    person.fill("post", "bread-in-numbers")
    card = person.send()
    before = person.seen()
    card.get_by_role("button", name="Read").click()
    page = person.answer_after(before)
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("button", name="2 / 3")).to_be_visible()
    page.get_by_role("button", name="Save to my DMs").click()
    expect(person.place).to_contain_text("Direct messages (1 new)")
    person.switch(person.place, "messages")
    expect(person.page.locator("#channel-name")).to_have_text("Slashpost")
    expect(person.messages.last).to_contain_text("Bread for people who own a scale")
    person.pick("follow")
    person.press_send()
    expect(person.messages.filter(has_text="You used /follow")).not_to_have_count(0)
    person.switch(person.place, "channel")
    expect(person.page.locator("#channel-name")).to_have_text("blog")


def test_a_reader_speaks_another_language(person: Person) -> None:
    language = person.language
    expect(language.locator("option")).to_have_count(6)
    person.switch(language, "de")
    person.pick("neueste")
    expect(person.send()).to_contain_text("Neueste Beiträge")
    person.switch(language, "en-US")


def test_a_member_manages_nothing(person: Person) -> None:
    typed = person.page.locator("#channel-composer-input")
    listed = person.page.locator("#command-picker-listbox [role=option] strong")
    viewers = person.page.get_by_label("Viewing as")
    viewers.select_option(label="A member")
    expect(person.messages.filter(has_text="Only you can see this")).to_have_count(0)
    typed.fill("/")
    expect(listed.filter(has_text="/latest")).to_be_visible()
    expect(listed.filter(has_text="/announce")).to_have_count(0)
    typed.fill("")
    viewers.select_option(label="You, a manager")
    expect(person.messages.filter(has_text="Only you can see this")).not_to_have_count(0)
    typed.fill("/announce")
    expect(listed.filter(has_text="/announce here")).to_be_visible()
    typed.fill("")


def test_simcord_has_what_is_changed_on_its_way() -> None:
    folder = Path(simcord.__file__).parent / "preview" / "static"
    for path, changes in CHANGES.items():
        text = (folder / (path.lstrip("/") or "index.html")).read_text(encoding="utf-8")
        for theirs in changes:
            assert text.count(theirs) == 1, theirs


def test_an_edited_post_shows(person: Person, posts: Path) -> None:
    file = posts / "welcome.md"
    text = file.read_text(encoding="utf-8")
    edited = re.sub("(?m)^title: .*$", "title: Fresh from the editor", text)
    file.write_text(edited, encoding="utf-8")
    until = time.monotonic() + PATIENCE
    while True:
        person.pick("latest")
        answer = person.send()
        if "Fresh from the editor" in answer.inner_text() or time.monotonic() > until:
            break
        person.page.wait_for_timeout(200)
    expect(answer).to_contain_text("Fresh from the editor")


def test_a_new_post_is_announced_by_itself(person: Person, posts: Path, picture: Path) -> None:
    person.pick("announce here")
    settings = person.send()
    expect(settings).to_contain_text("All new posts go to")
    before = person.seen()
    person.page.wait_for_timeout(1000)  # as long as a person reads: the preview is still at work
    settings.get_by_role("button", name="A thread for each").click()
    expect(settings).to_contain_text("Each post gets a thread.")
    settings.get_by_role("button", name="A thread for each").click()
    expect(settings).not_to_contain_text("Each post gets a thread.")
    shoot(settings, picture / "announce.webp")
    file = posts / "today.md"
    file.write_text(NEWS, encoding="utf-8")
    announcement = person.answer_after(before)
    expect(announcement).to_contain_text("New post")
    expect(announcement.get_by_role("heading")).to_have_text("Written today")
    expect(announcement.get_by_role("button", name="Read")).to_be_enabled()
    file.unlink()
    expect(announcement).to_contain_text("This post was withdrawn.")
    expect(announcement.get_by_role("button", name="Read")).to_be_disabled()


def test_a_click_works_after_a_pause(person: Person) -> None:
    person.page.wait_for_timeout(1500)
    before = person.seen()
    person.messages.nth(1).get_by_role("button", name="Read").first.click()
    expect(person.answer_after(before)).to_contain_text("Only you can see this")


def test_a_taken_port_is_one_line_that_says_what_to_do(address: str, posts: Path) -> None:
    port = re.findall(r":(\d+)/", address)[0]
    second = start(posts, posts.parent / "second.db", "--port", port)
    _, errors = second.communicate(timeout=START_SECONDS)
    assert second.returncode == 2
    assert "Traceback" not in errors
    *_, line = errors.splitlines()
    assert port in line
    assert "--port" in line
