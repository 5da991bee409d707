"""Builds what the screens load: Node 18 or newer with npm from the path, else the one from the package in assets.lock."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FRONTEND = ROOT / "frontend"
WANTED = "Node 18 or newer is needed to build the screens: install it (Debian: apt-get install nodejs npm) and run make assets again."


def node_on(path: str) -> bool:
    """Whether this path has npm and a Node that is new enough."""
    node = shutil.which("node", path=path)
    if node is None or shutil.which("npm", path=path) is None:
        return False
    said = subprocess.run([node, "--version"], capture_output=True, text=True, env={**os.environ, "PATH": path}).stdout
    version = re.match(r"v(\d+)", said)
    return version is not None and int(version[1]) >= 18


def node_path() -> str:
    """The path to search, with Node in it; fetched into .venv where the system has none."""
    path = os.environ.get("PATH", os.defpath)
    inside = os.pathsep.join([sysconfig.get_path("scripts"), path])
    if node_on(path):
        return path
    if not node_on(inside):
        print("No Node here: fetching one into .venv …", flush=True)
        uv = Path(sysconfig.get_path("scripts")) / "uv"
        subprocess.run(
            [uv, "pip", "install", "--quiet", "--require-hashes", "-r", ROOT / "requirements/assets.lock"], check=False
        )
    if not node_on(inside):
        sys.exit(WANTED)
    return inside


def main() -> None:
    path = node_path()
    began = time.monotonic()
    print("Screens: fetching and bundling …", flush=True)
    env = {**os.environ, "PATH": path}
    npm = shutil.which("npm", path=path)
    node = shutil.which("node", path=path)
    subprocess.run(
        [npm, "ci", "--no-progress", "--loglevel", "error"],
        cwd=FRONTEND,
        env=env,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    subprocess.run([node, "build.mjs"], cwd=FRONTEND, env=env, check=True)
    print(f"Screens built in {time.monotonic() - began:.1f} s.")


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(f"The screens could not be built: {error.cmd[0]} ended with {error.returncode}.")
