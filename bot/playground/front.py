"""The playground's page: SimCord's, under Slashpost's name and with what a reader needs.

SimCord 3.2 serves its own files and has no hook for a page of another name, for the order of
commands, for the language of a reader or for a second channel. So this stands in for its server:
it changes some files on their way, and answers for the switches above the channel.
"""

from __future__ import annotations

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

    async def _static(self, request: Any) -> Any:
        response = await super()._static(request)
        for theirs, ours in CHANGES.get(request.path, {}).items():
            response.text = response.text.replace(theirs, ours)
        if request.path in {"/preview.css", "/app.js"}:
            added = STATIC / f"playground{Path(request.path).suffix}"
            response.text += "\n" + added.read_text(encoding="utf-8")
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
            self._seat.take(
                str(chosen.get("place", "")),
                str(chosen.get("language", "")),
                str(chosen.get("viewer", "")),
            )
        return web.json_response(self._seat.report(), headers=self._SECURITY_HEADERS)
