"""System packages the product uses: says what is missing, installs it by apt where that is allowed, else prints the apt line.

usage: system.py run|test|all [--again]
`run` needs Pango and Chinese fonts (PDF); `test` and `all` also PostgreSQL and Chromium. Nothing here ever fails the
build: the rest works without, and what does not work is said loudly. NO_SYSTEM=1 installs nothing.
"""

from __future__ import annotations

import ctypes
import glob
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
TRIED = ROOT / ".make" / "system-tried"


class Need(NamedTuple):
    """Something the system must offer: how to see it, the packages that bring it, what is lost without it."""

    name: str
    there: Callable[[], bool]
    packages: tuple[str, ...]
    without: str
    for_run: bool


def library(*names: str) -> bool:
    for name in names:
        try:
            ctypes.CDLL(name)
        except OSError:
            return False
    return True


def chinese_fonts() -> bool:
    if shutil.which("fc-list") is None:
        return False
    return bool(subprocess.run(["fc-list", ":lang=zh-cn", "family"], capture_output=True).stdout.strip())


def chromium() -> bool:
    if any(shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome")):
        return True
    return bool(glob.glob(os.path.expanduser("~/.cache/ms-playwright/chromium*")))


def postgresql() -> bool:
    return bool(glob.glob("/usr/lib/postgresql/*/bin/initdb")) or shutil.which("initdb") is not None


NEEDS = (
    Need(
        "Pango", lambda: library("libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz-subset.so.0"),
        ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"), "no PDF can be printed", True,
    ),
    Need("Chinese fonts", chinese_fonts, ("fontconfig", "fonts-noto-cjk"), "PDF and pictures show boxes", True),
    Need("PostgreSQL", postgresql, ("postgresql",), "tests run on SQLite alone", False),
    Need("Chromium", chromium, ("chromium",), "browser tests are not run", False),
)  # fmt: skip


def ubuntu() -> bool:
    try:
        return "ubuntu" in Path("/etc/os-release").read_text(encoding="utf-8").lower()
    except OSError:
        return False


def by_apt(packages: list[str]) -> bool:
    """Installs the packages as root, or by sudo where that asks no password. False where it may or could not."""
    if os.environ.get("NO_SYSTEM") == "1" or shutil.which("apt-get") is None:
        return False
    sudo: list[str] = []
    if os.geteuid() != 0:
        if shutil.which("sudo") is None or subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode != 0:
            return False
        sudo = ["sudo", "-n"]
    apt = [*sudo, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-o", "Dpkg::Use-Pty=0"]
    if subprocess.run([*apt, "update"], stdout=subprocess.DEVNULL).returncode != 0:
        return False
    install = subprocess.run([*apt, "install", "-y", "--no-install-recommends", *packages], stdout=subprocess.DEVNULL)
    return install.returncode == 0


def by_playwright() -> bool:
    """Ubuntu offers Chromium as a snap alone; the test tool can fetch its own."""
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    try:
        return subprocess.run(command, capture_output=True, timeout=600).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def missing(purpose: str) -> list[Need]:
    return [need for need in NEEDS if (need.for_run or purpose != "run") and not need.there()]


def install(needs: list[Need]) -> None:
    fetch = ubuntu() and any(need.name == "Chromium" for need in needs)
    packages = [p for need in needs if not (fetch and need.name == "Chromium") for p in need.packages]
    if packages:
        print(f"System packages: {' '.join(packages)} …", flush=True)
        by_apt(packages)
    if fetch:
        by_playwright()


def main() -> None:
    purpose = sys.argv[1] if len(sys.argv) > 1 else "all"
    needs = missing(purpose)
    tried = set(TRIED.read_text(encoding="utf-8").splitlines()) if TRIED.exists() else set()
    fresh = needs if "--again" in sys.argv else [need for need in needs if need.name not in tried]
    if fresh:
        install(fresh)
        TRIED.parent.mkdir(exist_ok=True)
        TRIED.write_text("\n".join(sorted(tried | {need.name for need in fresh})), encoding="utf-8")
        needs = missing(purpose)
    if needs:
        line = " ".join(package for need in needs for package in need.packages)
        print("=" * 100)
        for need in needs:
            print(f"  MISSING: {need.name} – {need.without}.")
        print(f"  To install: sudo apt-get update && sudo apt-get install -y --no-install-recommends {line}")
        print("=" * 100, flush=True)


if __name__ == "__main__":
    main()
