"""Importing a module does nothing yet: no socket is opened, no environment read."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.conftest import CHECKOUT

PROGRAM = """
import importlib, os, sys

for name in sys.argv[2:]:  # what they are made of may do as it likes
    importlib.import_module(name)

class Environment(dict):
    def look(self, name, *default):
        frame = sys._getframe(1)
        while frame and frame.f_code.co_filename in {"<string>", os.__file__, "<frozen os>"}:
            frame = frame.f_back
        if frame and frame.f_code.co_filename.startswith(sys.argv[1]):
            sys.exit(f"{frame.f_code.co_filename} reads {name} at import")
        return super().get(name, *default)
    get = __getitem__ = look

def audit(event, arguments):
    if event in {"socket.connect", "socket.bind", "socket.getaddrinfo"}:
        sys.exit(f"{event} at import: {arguments}")

sys.addaudithook(audit)
os.environ = Environment(os.environ)
for line in sys.stdin:
    importlib.import_module(line.strip())
print("done")
"""


def test_no_module_opens_a_socket_or_reads_the_environment_at_import() -> None:
    bot = CHECKOUT / "bot"
    modules = [
        ".".join(path.relative_to(CHECKOUT).with_suffix("").parts)
        for path in sorted(bot.rglob("*.py"))
        if path.name not in {"__main__.py", "__init__.py"}
    ]
    assert len(modules) > 100
    libraries = ("discord", "aiohttp", "structlog", "click", "dulwich", "urllib3", "simcord")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(bot), *libraries],
        input="\n".join(modules),
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(CHECKOUT),
    )
    assert (done.stdout.strip(), done.returncode) == ("done", 0), done.stderr
