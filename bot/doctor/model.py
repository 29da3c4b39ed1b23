"""Whether the language model of /ask answers."""

from __future__ import annotations

import time
from contextlib import aclosing

from bot.ask.model import ModelError, Prompt, TextDelta, Usage
from bot.ask.providers import open_model
from bot.blog.errors import SettingError
from bot.doctor.result import CheckResult, from_error, ok, wrong
from bot.settings import Settings

HINTS = {
    "rejected": "Check SLASHPOST_ASK_MODEL and SLASHPOST_ASK_KEY.",
    "busy": "Look at your credit and limits at the provider, or try again later.",
    "slow": "Set SLASHPOST_ASK_REWRITE to off, or name a faster model.",
}
# Some models think before they write one word.
MAX_TOKENS = 200


async def check_model(settings: Settings) -> CheckResult:
    """Ask the model for one word."""
    assert settings.ask.model is not None, "or there is no /ask"
    start = time.monotonic()
    said, tokens = "", 0
    prompt = Prompt(system="Reply with one word.", turns=("Say ready.",), max_tokens=MAX_TOKENS)
    try:
        model = open_model(settings.ask.model, url=settings.ask.url, key=settings.ask.key or "")
        async with aclosing(model.stream(prompt)) as chunks:
            async for chunk in chunks:
                if isinstance(chunk, TextDelta):
                    said += chunk.text
                elif isinstance(chunk, Usage):
                    tokens = chunk.total
    except SettingError as error:
        return from_error("model", error)
    except ModelError as error:
        return wrong("model", error.reason, HINTS.get(error.kind, "Is it running? Is it yours?"))
    if not said.strip():
        return wrong("model", f"{model.name} answers nothing", "Name another model.")
    seconds = time.monotonic() - start
    counted = f"{tokens} tokens" if tokens else "tokens not counted"
    return ok("model", f"{model.name} at {model.provider} answers in {seconds:.1f} s ({counted})")
