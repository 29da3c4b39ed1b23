"""The playground's page: SimCord's, under Slashpost's name and with what a reader needs.

SimCord 3.2 serves its own files and has no hook for a page of another name, so this stands in
for its server and changes three of them on their way. What it leaves out (taking pictures of
the page, inspecting, refreshing) is for those who test a bot.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from simcord.preview._server import PreviewServer

STATIC = Path(__file__).with_name("static")

# What stands in the page, and what stands there instead.
NAMES = {
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
}


class Front(PreviewServer):
    """Serves the page, its style and its script with our changes."""

    async def _static(self, request: Any) -> Any:
        response = await super()._static(request)
        if request.path == "/":
            for theirs, ours in NAMES.items():
                response.text = response.text.replace(theirs, ours)
        elif request.path in {"/preview.css", "/app.js"}:
            added = STATIC / f"playground{Path(request.path).suffix}"
            response.text += "\n" + added.read_text(encoding="utf-8")
        return response
