"""The files of the repository, as a checkout has them: what .gitignore names is left out.

Reads .gitignore itself, since a machine that tests need not have git.
"""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

BINARY = {".png", ".pdf", ".ico", ".gif", ".woff2"}


def _pattern(line: str) -> re.Pattern[str]:
    """What a line of .gitignore means: names anywhere, or paths from the root."""
    name = line.strip("/")
    parts = re.split(r"(\*\*/|\*|\?)", name)
    signs = {"**/": "(?:.*/)?", "*": "[^/]*", "?": "[^/]"}
    body = "".join(signs.get(p, re.escape(p)) for p in parts)
    return re.compile(body if "/" in line.rstrip("/") else f"(?:.*/)?{body}")


@cache
def _ignored() -> tuple[re.Pattern[str], ...]:
    lines = (ROOT / ".gitignore").read_text("utf-8").splitlines()
    return tuple(_pattern(li) for li in lines if li and not li.startswith("#"))


def is_ignored(path: str) -> bool:
    """Whether .gitignore names a path, given from the root."""
    return any(p.fullmatch(path) for p in _ignored())


@cache
def files() -> tuple[str, ...]:
    """Paths from the root, with "/" between their parts, in order."""
    found: list[str] = []
    for folder, folders, names in os.walk(ROOT):
        here = Path(folder).relative_to(ROOT)
        folders[:] = sorted(
            f for f in folders if f != ".git" and not is_ignored((here / f).as_posix())
        )
        found += [p for n in names if not is_ignored(p := (here / n).as_posix())]
    return tuple(sorted(found))


def texts() -> dict[str, str]:
    """Every file that is text."""
    return {
        name: (ROOT / name).read_text("utf-8")
        for name in files()
        if Path(name).suffix not in BINARY
    }
