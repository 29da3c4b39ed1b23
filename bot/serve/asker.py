"""The asker of ``/ask``, built from settings, posts and state, without importing discord.py."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from hashlib import blake2b
from typing import TYPE_CHECKING

from bot.blog import question
from bot.blog.library import Library
from bot.serve.state import State
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.ask.asker import ModelAsker


def build_asker(
    settings: Settings,
    library: Library,
    state: State,
    *,
    scripted: bool = False,
    tell: Callable[[question.Asked], None] = lambda _: None,
) -> ModelAsker | None:
    """What answers questions; None where no model is named.

    Args:
        settings: name the model and its limits.
        library: the posts.
        state: where questions are counted.
        scripted: whether something that only quotes stands in where no model is named.
        tell: hears of each question that was dealt with.

    Raises:
        SettingError: the model's name or address cannot be used.
    """
    if settings.ask.model is None and not scripted:
        return None
    from bot.ask.asker import ModelAsker  # noqa: PLC0415 - most bots have no model
    from bot.ask.follow_ups import FollowUps  # noqa: PLC0415
    from bot.ask.limits import Budget, Limits, StateCounters  # noqa: PLC0415
    from bot.ask.model import ScriptedModel  # noqa: PLC0415
    from bot.ask.providers import open_model  # noqa: PLC0415

    model = (
        open_model(settings.ask.model, url=settings.ask.url, key=settings.ask.key or "")
        if settings.ask.model
        else ScriptedModel()
    )
    limits = Limits(
        reader=settings.ask.limit,
        server=settings.ask.server_limit,
        month=settings.ask.budget if settings.ask.model else None,
    )
    key = settings.token or settings.ask.key or ""
    return ModelAsker(
        library,
        model,
        Budget(StateCounters(state.database), limits),
        FollowUps(state.database),
        reader_key=blake2b(key.encode(), digest_size=32).digest(),
        rewrites=settings.ask.rewrite and settings.ask.model is not None,
        max_tokens=settings.ask.sections,
        tell=tell,
    )


def answering(asker: question.Asker | None) -> AbstractAsyncContextManager[None]:
    """See ``blog.Asker.answering``; nothing is done where there is no asker."""
    return asker.answering() if asker else nullcontext()
