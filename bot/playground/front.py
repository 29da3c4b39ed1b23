"""The playground's page: SimCord's, under Slashpost's name and with what a reader needs.

SimCord 3.2 serves its own files and has no hook for a page of another name, for the order of
commands, for the language of a reader or for a second channel. So this stands in for its server:
it changes some files on their way, and answers for the switches above the channel.

SimCord is made for tests, which do one thing after the other: it refuses what is asked while
something else is done, or by a page that has not seen the newest change. A person clicks when
they like, so here each action waits for its turn and counts for the page as it then is.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aiohttp import web
from simcord.preview import Preview
from simcord.preview._server import PreviewServer

from bot.playground.seat import Seat

STATIC = Path(__file__).with_name("static")

# Our script sends it with what is for the switches.
SWITCHES = "X-Slashpost-Switches"

# By file: what stands in it, and what stands there instead. A test fails when SimCord's differ.
CHANGES: Mapping[str, Mapping[str, str]] = {
    "/": {
        "<title>SimCord Preview</title>": "<title>Slashpost playground</title>",
        'aria-label="SimCord preview"': 'aria-label="Slashpost playground"',
        'aria-hidden="true">S</span>': 'aria-hidden="true">/</span>',
        "<strong>SimCord</strong><small>Preview</small>": (
            "<strong>Slashpost</strong><small>Playground</small>"
        ),
        ">End preview session</button>": ">End the playground</button>",
        '<section id="modal-root"': (
            '<p class="credit">Discord is simulated by SimCord.</p><section id="modal-root"'
        ),
    },
    "/workbench.js": {
        "viewer.name ? String(viewer.name)": (
            'viewer.name ? String(viewer.name === "You" ? "You, a manager" : viewer.name)'
        ),
    },
    "/app.js": {
        # Ready once the fonts of what is shown are there, not all of them for every script.
        "await presentation.fonts();": "await document.fonts.ready;",
    },
    "/actions.js": {
        # A click or command that comes while another is under way is done after it.
        "let busyDeferred = false;": (
            "let busyDeferred = false;\n"
            "  let kept = null;\n"
            "  const scope = () => `${context.viewerId}:${context.contextGeneration}`;\n"
            "  const keep = (...action) => {\n"
            "    if (['click', 'select', 'run_command'].includes(action[0]))"
            " kept = { action, scope: scope() };\n"
            "  };\n"
            "  const doKept = () => {\n"
            "    if (!kept || admissionBlocked()) return;\n"
            "    const { action, scope: its } = kept;\n"
            "    kept = null;\n"
            "    if (its === scope()) dispatch(...action);\n"
            "  };"
        ),
        "{ if (pageAction(kind)) pageIntent(kind, extra); return; }": (
            "{ if (pageAction(kind)) pageIntent(kind, extra);"
            " else keep(kind, extra, metadata); return; }"
        ),
        "awaitingRevision > context.publishedRevision) return;\n    beforePage": (
            "awaitingRevision > context.publishedRevision)"
            " { keep(kind, extra, metadata); return; }\n"
            "    if (!pageAction(kind)) kept = null;\n    beforePage"
        ),
        "    idle();\n    drain();": "    idle();\n    drain();\n    doKept();",
        "busyDeferred = false; drain(); },": "busyDeferred = false; drain(); doKept(); },",
    },
    "/commands.js": {
        # The order of the catalogue, which is that of /help, among equally good matches.
        "ranked.sort((a, b) => a.rank - b.rank\n"
        "    || String(a.entry.invocation).localeCompare(String(b.entry.invocation))\n"
        "    || String(a.entry.commandId).localeCompare(String(b.entry.commandId)))": (
            "ranked.sort((a, b) => a.rank - b.rank)"
        ),
        # Suggestions before the first letter: the page asks only once something was typed.
        "const choices = autocompleteResults.get(autocompleteKey(currentDraft(), option.name, "
        "current)) || [];": (
            "const known = autocompleteResults.get("
            "autocompleteKey(currentDraft(), option.name, current));\n"
            "            const choices = known || [];\n"
            "            if (!known && (autocomplete.state !== 'loading'"
            " || autocomplete.option !== option.name)) queryAutocomplete(option, current);"
        ),
        '"Loading options failed" : "No options match"': (
            '"Loading options failed"'
            ' : autocomplete.state === "loading" ? "Loading…" : "No options match"'
        ),
    },
}


class Front(PreviewServer):
    """Serves the page, its style and its scripts with our changes."""

    def __init__(self, preview: Preview, port: int, seat: Seat) -> None:
        super().__init__(preview, port)
        self._seat = seat
        self._turn = asyncio.Lock()
        self._act = preview._action  # noqa: SLF001
        preview._action = self._act_in_turn  # type: ignore[method-assign] # noqa: SLF001

    async def refresh(self) -> None:
        """Show what the bot has written by itself.

        Raises:
            TimeoutError: the bot is still at work.
        """
        async with self._turn:
            await self.preview.refresh()

    async def _act_in_turn(self, context_id: str | None, body: Mapping[str, Any]) -> dict[str, Any]:
        async with self._turn:
            page = self.preview._pages.get(context_id or "")  # noqa: SLF001
            # What is sent twice is recognised by being the same, so it stays as it is.
            if page is not None and body.get("sequence") == page.last_sequence + 1:
                body = {**body, "published_revision": page.revision}
            return await self._act(context_id, body)

    async def _static(self, request: Any) -> Any:
        response = await super()._static(request)
        for theirs, ours in CHANGES.get(request.path, {}).items():
            response.text = response.text.replace(theirs, ours)
        if request.path in {"/preview.css", "/app.js"}:
            added = STATIC / f"playground{Path(request.path).suffix}"
            response.text += "\n" + added.read_text(encoding="utf-8")
        if request.path.startswith("/fonts/"):  # 30 MB, and their names have their version
            response.headers["Cache-Control"] = "max-age=86400"
            del response.headers["Pragma"]
        return response

    async def _commands(self, request: Any) -> Any:
        response = await super()._commands(request)
        if response.status != web.HTTPOk.status_code:
            return response
        catalog = json.loads(response.text)
        catalog["entries"] = self._seat.as_seen(catalog["entries"])
        return web.json_response(catalog, headers=self._SECURITY_HEADERS)

    async def _pages(self, request: Any) -> Any:
        if SWITCHES not in request.headers:
            return await super()._pages(request)
        if not self._authorized(request):
            raise web.HTTPUnauthorized
        chosen = json.loads(await request.text())
        if chosen:
            async with self._turn:
                self._seat.take(
                    str(chosen.get("place", "")),
                    str(chosen.get("language", "")),
                    str(chosen.get("viewer", "")),
                )
        return web.json_response(self._seat.report(), headers=self._SECURITY_HEADERS)
