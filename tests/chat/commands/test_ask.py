"""/ask, as a reader sees it."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field, replace

import pytest

from bot.ask import asker as asking
from bot.ask.asker import ModelAsker
from bot.ask.follow_ups import FollowUps
from bot.ask.limits import Budget, Limits, StateCounters
from bot.ask.model import Chunk, Failure, ModelError, Prompt, TextDelta, Usage
from bot.blog.errors import StateUnavailable
from bot.blog.question import Exchange
from bot.chat.client import Slashpost
from bot.index.index import Index
from bot.serve.state import State
from tests.chat.blog import fill, garden
from tests.chat.conftest import Stage, bot_of, is_in_channel
from tests.rendering.discord import kinds

TEXTS = {
    "posts/01-bed.md": "Feed the soil before you feed the plant.",
    "posts/03-bed.md": "## Sowing\n\nCarrots want sand.\n\n## Picking\n\nParsnips want frost.\n",
}
QUESTION = "When do I pick parsnips?"


@dataclass
class Model:
    """Says what a test tells it to."""

    says: str = "After the first frost [1]."
    fails: Failure | None = None
    name: str = "parrot-1"
    provider: str = "models.example"
    prompts: list[Prompt] = field(default_factory=list)

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Chunk, None]:
        self.prompts.append(prompt)
        for piece in self.says.split("|"):
            yield TextDelta(piece)
        if self.fails:
            raise ModelError(self.fails, "as told")
        yield Usage(10, 5)


@pytest.fixture
def model() -> Model:
    """What answers."""
    return Model()


@pytest.fixture
def simcord_bot(index: Index, state: State, model: Model) -> Slashpost:
    """A bot that a model is named for, and whose readers may ask three times."""
    budget = Budget(StateCounters(state.database), Limits(reader=3))
    asker = ModelAsker(index, model, budget, FollowUps(state.database), rewrites=False)
    return bot_of(index, state, asker)


@pytest.fixture
async def asked(stage: Stage) -> Stage:
    """The blog, with some more text."""
    await fill(stage.index, garden(), TEXTS)
    return stage


async def test_an_answer_names_the_section_that_says_so(asked: Stage) -> None:
    seen = await asked.type("ask", question=QUESTION)
    assert seen.is_private
    assert f"### {QUESTION}" in seen.text
    assert "After the first frost [[1]](https://blog.example/" in seen.text
    assert "#picking)." in seen.text
    assert "**Bed number 3** › Picking" in seen.text
    assert "parrot-1 wrote this from the posts. It may be wrong." in seen.text
    opened = await asked.click(seen, "Read")
    assert "Parsnips want frost." in opened.text


async def test_everybody_sees_it_where_the_reader_wants(asked: Stage) -> None:
    seen = await asked.type("ask", question=QUESTION, hide=False)
    assert not seen.is_private
    assert is_in_channel(asked, seen)
    assert "Share" not in seen.labels


async def test_an_answer_is_shared_without_its_buttons(asked: Stage) -> None:
    seen = await asked.type("ask", question=QUESTION)
    shared = await asked.click(seen, "Share")
    assert not shared.is_private, shared.text
    assert "After the first frost" in shared.text
    assert "Shared by <@" in shared.text
    assert shared.labels == ["Read"]


@pytest.mark.parametrize(
    ("says", "fails", "why"),
    [
        ("NO ANSWER", None, "The posts do not answer that. These sections come closest:"),
        ("Read https://evil.example", None, "The posts do not answer that."),
        ("", "slow", "The model takes too long right now."),
        ("", "refused", "The model declined to answer that."),
        ("After [1]. And", "cut", "The model is not available right now."),
    ],
)
async def test_without_an_answer_the_sections_are_there(
    asked: Stage, model: Model, says: str, fails: Failure | None, why: str
) -> None:
    model.says, model.fails = says, fails
    seen = await asked.type("ask", question=QUESTION)
    assert why in seen.text
    assert "Parsnips want frost." in seen.text
    assert "evil" not in seen.text
    opened = await asked.click(seen, "Read")
    assert "Parsnips want frost." in opened.text


async def test_a_word_that_no_post_holds(asked: Stage, model: Model) -> None:
    seen = await asked.type("ask", question="xyzzy plugh")
    assert "No post contains a word of your question." in seen.text
    assert model.prompts == []


async def test_a_reader_who_asks_too_much_sees_sections_and_when_to_ask_again(asked: Stage) -> None:
    for _ in range(3):
        assert "After the first frost" in (await asked.type("ask", question=QUESTION)).text
    seen = await asked.type("ask", question=QUESTION)
    assert "You have asked a lot. You can ask again <t:" in seen.text
    assert "Parsnips want frost." in seen.text


async def test_a_further_question_takes_the_last_one_along(asked: Stage, model: Model) -> None:
    seen = await asked.type("ask", question=QUESTION)
    form = await asked.rea.click(seen.message, custom_id=seen.ids("Ask further")[0])
    await asked.rea.submit_modal(form, {"question": "And carrots?"})
    *before, last = model.prompts[-1].turns
    assert before == [QUESTION, "After the first frost."]
    assert last.endswith("Question: And carrots?")


async def test_after_a_quarter_of_an_hour_nothing_is_remembered(asked: Stage) -> None:
    seen = await asked.type("ask", question=QUESTION)
    async with asked.state.database.transaction() as transaction:
        await transaction.rows("DELETE FROM ask_exchanges")
    answer = await asked.click(seen, "Ask further")
    assert "I no longer remember that answer." in answer.text
    assert answer.is_private


async def test_the_answer_grows_while_the_reader_waits(
    asked: Stage, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "PARTIAL_SECONDS", 0.0)
    model.says = (
        "After the first frost [1].|| Carrots want sand [2].|| Feed the soil [1].|| So [1]."
    )
    before = len(asked.env.http_requests)
    seen = await asked.type("ask", question="parsnips carrots soil")
    edits = [each for each in asked.env.http_requests[before:] if each.method == "PATCH"]
    assert len(edits) == 3
    assert "Looking through" in str(edits[0].json)
    assert "Still writing" in str(edits[1].json)
    assert "Still writing" not in seen.text


async def test_an_answer_that_cannot_be_kept_is_shown_all_the_same(
    asked: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_self: FollowUps, _exchange: Exchange, _now: float) -> str:
        raise StateUnavailable("the disk is full")

    monkeypatch.setattr(FollowUps, "keep", fail)
    seen = await asked.type("ask", question=QUESTION)
    assert "After the first frost" in seen.text
    assert "Ask further" not in seen.labels
    assert "Share" in seen.labels


ATTACK = "@everyone <@&1> [1](https://evil.example) </ask:1> ||x|| \u202ehttps://evil.example"


async def test_titles_headings_tags_and_authors_only_say_what_they_say(
    asked: Stage, model: Model
) -> None:
    """They stand in the prompt and on the card, written by strangers as the text is."""
    posts = [
        replace(post, title=f"{ATTACK} {post.title}", tags=(ATTACK,), authors=(ATTACK,))
        for post in garden()
    ]
    body = f"# {ATTACK} > # now\n\nParsnips want frost. {ATTACK}\n"
    await fill(asked.index, posts, {**TEXTS, "posts/03-bed.md": body})
    for model.says in ("After the first frost [1].", "NO ANSWER", f"{ATTACK} [1]."):
        seen = await asked.type("ask", question=f"{ATTACK} parsnips")
        # The links are those of numbers alone.
        rest = re.sub(r"\[\[\d\]\]\(https://blog\.example/[^)]*\)", "", seen.text)
        found = kinds(rest) - {"heading", "subtext", "timestamp"}  # ours
        assert found.isdisjoint({"mention", "link", "url", "spoiler", "custom_emoji"}), rest
        assert not re.search("@(everyone|here)|\u202e", seen.text)
    prompt = model.prompts[-1].turns[-1]
    assert prompt.count("<passage-") == prompt.count("</passage-")


async def test_help_and_privacy_tell_of_it(asked: Stage) -> None:
    assert "ask" in (await asked.type("help")).text
    assert "models.example" in (await asked.type("privacy")).text


class TestWithoutAModel:
    """A bot for which no model is named."""

    @pytest.fixture
    def simcord_bot(self, index: Index, state: State) -> Slashpost:
        return bot_of(index, state)

    async def test_there_is_no_such_command(self, asked: Stage) -> None:
        assert "/ask" not in (await asked.type("help")).text
        assert "language model" not in (await asked.type("privacy")).text
        told = [each.json for each in asked.env.http_requests if each.path.endswith("/commands")]
        assert told
        assert "ask" not in {command["name"] for command in told[-1] or ()}
