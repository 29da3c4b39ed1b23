"""What builds images and runs them here: Docker, Podman, or the tool shared with the project."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Self

BASE = "docker.io/library/python:3.13-slim"


@dataclass(frozen=True, slots=True)
class Engine:
    """A container engine.

    Attributes:
        command: what comes before ``run`` and the other commands that all of them know.
        builder: what comes before the folder, the tag and options to build an image.
        prefix: what comes before the tag of an image that was built here.
    """

    command: tuple[str, ...]
    builder: tuple[str, ...]
    prefix: str = ""

    @classmethod
    def find(cls, shared: Path) -> Self | None:
        """The engine of this machine, or None.

        Args:
            shared: the folder of what is shared with the project.
        """
        # First of all, because it brings a Podman that finds no base image by itself.
        if (tool := shared / "tools" / "container").is_file():
            return cls((str(tool), "podman"), (str(tool), "build"), "localhost/")
        for name in ("docker", "podman"):
            if path := shutil.which(name):
                build = f'folder=$1 tag=$2; shift 2; exec {path} build --tag "$tag" "$@" "$folder"'
                return cls((path,), ("sh", "-c", build, "build"))
        return None

    def build(self, folder: Path, tag: str, **arguments: str) -> str:
        """Make an image and give its name.

        Args:
            folder: holds the Dockerfile and what it takes in.
            tag: what the image shall be called.
            arguments: for the Dockerfile.

        Raises:
            subprocess.CalledProcessError: it could not be made; the reason stands on stderr.
        """
        options = [f"--build-arg={name}={value}" for name, value in arguments.items()]
        subprocess.run([*self.builder, str(folder), tag, *options], check=True, timeout=900)
        return self.prefix + tag

    def ask(self, *arguments: str) -> str:
        """Run a command of the engine's and give what it prints.

        Raises:
            subprocess.CalledProcessError: it failed.
        """
        done = subprocess.run(
            [*self.command, *arguments], check=True, stdout=subprocess.PIPE, text=True, timeout=120
        )
        return done.stdout.strip()

    def size(self, image: str) -> int:
        """Bytes of an image, unpacked; it is fetched where it was never needed before."""
        try:
            return int(self.ask("image", "inspect", "--format", "{{.Size}}", image))
        except subprocess.CalledProcessError:
            self.ask("pull", "--quiet", image)
            return int(self.ask("image", "inspect", "--format", "{{.Size}}", image))
