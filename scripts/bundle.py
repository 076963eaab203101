"""Fills bundled/ with what the extension installs on a user's machine.

That is the server's wheel, and requirements.lock: every dependency pinned, with the hash of the
wheel of each platform that it may be installed on. The hashes are those that the package index
gives; no wheel is downloaded. Run it with the Python of the build:
``build/venv/bin/python scripts/bundle.py``. The lock stays while the dependencies stay the same.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
import tomllib
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUNDLED = ROOT / "bundled"
LOCK = BUNDLED / "requirements.lock"

PYTHONS = ["3.11", "3.12", "3.13", "3.14"]
# Tags that one machine takes, newest first; pip does not add the older ones itself.
# Two macOS tags for ARM: from macOS 14 on, numpy has wheels of its own that pip prefers there.
PLATFORMS = [
    "manylinux_2_28_x86_64 manylinux_2_17_x86_64",
    "manylinux_2_28_aarch64 manylinux_2_17_aarch64",
    "musllinux_1_2_x86_64",
    "musllinux_1_2_aarch64",
    "macosx_14_0_arm64",
    "macosx_11_0_arm64",
    "macosx_14_0_x86_64",
    "macosx_11_0_x86_64",
    "win_amd64",
    "win_arm64",
]

# Versions that the lock stays below: later wheels are for fewer machines.
BELOW = ["pypdfium2<5.10"]  # macOS 11


def pip(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input"]
    return subprocess.run([*command, *arguments], cwd=ROOT, capture_output=True, text=True)


def reason(done: subprocess.CompletedProcess[str]) -> str:
    lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
    return lines[-1] if lines else done.stderr.strip()


def resolve(
    requirements: list[str], python: str, platform: str, *more: str
) -> list[dict[str, str]] | None:
    """Name, version, hash and wheel of each package; None where a platform has no wheel."""
    # pip asks for a target, and writes nothing to it.
    with tempfile.TemporaryDirectory() as nowhere:
        done = pip(
            "install", "--quiet", "--dry-run", "--ignore-installed", "--report", "-",
            "--target", nowhere, "--only-binary", ":all:", "--implementation", "cp",
            "--python-version", python,
            *(part for tag in platform.split() for part in ("--platform", tag)),
            *more, *requirements,
        )  # fmt: skip
    if done.returncode != 0:
        if "No matching distribution" in done.stderr:
            return None
        sys.exit(f"bundle: pip could not look up {', '.join(requirements)}: {reason(done)}")
    return [
        {
            "name": item["metadata"]["name"].replace("_", "-").lower(),
            "version": item["metadata"]["version"],
            "sha256": item["download_info"]["archive_info"]["hashes"]["sha256"],
            "wheel": item["download_info"]["url"].rsplit("/", 1)[-1],
        }
        for item in json.loads(done.stdout)["install"]
    ]


def make_wheel() -> Path:
    BUNDLED.mkdir(exist_ok=True)
    for old in BUNDLED.glob("*.whl"):
        old.unlink()
    done = pip("wheel", ".", "--no-deps", "--quiet", "--wheel-dir", str(BUNDLED))
    if done.returncode != 0:
        sys.exit(f"bundle: the server's wheel could not be built: {reason(done)}")
    (wheel,) = BUNDLED.glob("tanaka-*.whl")
    return wheel


def make_lock(dependencies: list[str], stamp: str) -> str:
    """Text of the lock: versions as pip resolves them here, hashes for every platform."""
    pinned = resolve([*dependencies, *BELOW], PYTHONS[0], PLATFORMS[0])
    if pinned is None:
        sys.exit("bundle: a dependency has no wheel; the extension installs wheels only.")
    hashes = {package["name"]: {package["sha256"]} for package in pinned}
    versions = {package["name"]: package["version"] for package in pinned}
    compiled = [p for p in pinned if not p["wheel"].endswith("-none-any.whl")]
    missing = []

    def look_up(target: tuple[str, str]) -> tuple[tuple[str, str], list[dict[str, str]] | None]:
        python, platform = target
        exact = [f"{package['name']}=={package['version']}" for package in compiled]
        return target, resolve(exact, python, platform, "--no-deps")

    if compiled:
        with ThreadPoolExecutor(max_workers=2) as pool:
            for target, found in pool.map(look_up, product(PYTHONS, PLATFORMS)):
                if found is None:
                    missing.append(" ".join(target))
                for package in found or []:
                    hashes[package["name"]].add(package["sha256"])
    lines = [
        "# What the server needs in the extension's own environment. Made by scripts/bundle.py.",
        f"# dependencies: {stamp}",
        *(f"# no wheel: {target}" for target in missing),
    ]
    for name in sorted(versions):
        each = [f"--hash=sha256:{value}" for value in sorted(hashes[name])]
        lines.append(" \\\n    ".join([f"{name}=={versions[name]}", *each]))
    return "\n".join(lines) + "\n"


def main() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        dependencies: list[str] = tomllib.load(file)["project"]["dependencies"]
    wanted = json.dumps([sorted(dependencies), BELOW, PYTHONS, PLATFORMS])
    stamp = hashlib.sha256(wanted.encode()).hexdigest()[:16]
    wheel = make_wheel()
    print(f"bundle: bundled/{wheel.name}")
    if LOCK.exists() and f"# dependencies: {stamp}\n" in LOCK.read_text():
        print("bundle: bundled/requirements.lock is up to date")
        return
    print(f"bundle: looking up the wheels of {len(PYTHONS) * len(PLATFORMS)} platforms", flush=True)
    LOCK.write_text(make_lock(dependencies, stamp))
    print("bundle: bundled/requirements.lock")


if __name__ == "__main__":
    main()
