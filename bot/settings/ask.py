"""The settings of ``/ask``."""

from __future__ import annotations

from dataclasses import dataclass

from bot.settings import parsers as parse
from bot.settings import platform_defaults as default
from bot.settings.setting import declared


@dataclass(frozen=True, slots=True, kw_only=True)
class AskSettings:
    """Which language model answers questions, and how many."""

    model: str | None = declared(
        "SLASHPOST_ASK_MODEL",
        "the language model that [answers questions](ask.md), such as `openai/gpt-5-mini`; "
        "without one there is no `/ask`",
        option="--ask-model",
        metavar="NAME",
    )
    url: str | None = declared(
        "SLASHPOST_ASK_URL",
        "where that model answers, such as `http://127.0.0.1:11434/v1` for one of your own",
        parse.web_address,
        option="--ask-url",
        metavar="URL",
        default_help="the provider's own",
    )
    key: str | None = declared(
        "SLASHPOST_ASK_KEY",
        "the key for that model; `OPENAI_API_KEY` and `ANTHROPIC_API_KEY` serve too",
        default=default.ask_key,
        secret=True,
    )
    rewrite: bool = declared(
        "SLASHPOST_ASK_REWRITE",
        "whether the model first makes searches of a question; `off` for a slow or costly one",
        parse.one_of({"on": True, "off": False}, "is neither on nor off", "Write on or off."),
        option="--ask-rewrite",
        metavar="on|off",
        default="on",
    )
    sections: int = declared(
        "SLASHPOST_ASK_SECTIONS",
        "how many tokens of the posts' sections go along with a question; fewer for a model of "
        "your own that takes less",
        parse.number_of("tokens"),
        option="--ask-sections",
        metavar="TOKENS",
        default="6000",
    )
    limit: int = declared(
        "SLASHPOST_ASK_LIMIT",
        "how many questions a reader may ask in an hour",
        parse.number_of("questions"),
        option="--ask-limit",
        metavar="N",
        default="10",
        serves=True,
    )
    server_limit: int = declared(
        "SLASHPOST_ASK_SERVER_LIMIT",
        "how many questions may be asked in one server in an hour",
        parse.number_of("questions"),
        option="--ask-server-limit",
        metavar="N",
        default="60",
        serves=True,
    )
    budget: int = declared(
        "SLASHPOST_ASK_BUDGET",
        "how many tokens all answers of a calendar month may take",
        parse.number_of("tokens"),
        option="--ask-budget",
        metavar="TOKENS",
        default="5000000",
    )
