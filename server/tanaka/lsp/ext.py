"""What this server says beyond the protocol: its notifications, requests, commands and options.

The TypeScript side of the contract is ``client/src/protocol.ts``.  Positions in these messages
count from zero, in UTF-16 units, whatever encoding was agreed on; those in ``tanaka.facts/1``
are the command line's: from one, in code points.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypedDict

STRESS_TEST = "tanaka.stressTest"
"""Command: a `StressTestArgument` to a review (``tanaka.review/1``), null outside a paper."""
FACTS = "tanaka.facts"
"""Command: a `FactsArgument` to what was read (``tanaka.facts/1``), null outside a paper."""
STATUS = "tanaka/status"
"""Notification to the client after each publish: a `Status`."""
THEME = "tanaka/theme"
"""Notification to the server: a `ThemeParams`, when the editor's colours change."""
READ_FILE = "tanaka/readFile"
"""Request to the client: a `ReadFileParams` to a `ReadFileResult`."""
LIST_FILES = "tanaka/listFiles"
"""Request to the client: a `ListFilesParams` to a `ListFilesResult`."""


class StressTestArgument(TypedDict, total=False):
    """The one argument of `STRESS_TEST`.

    ``scope`` is "section" or "paper"; ``line`` counts from zero and chooses the section.
    """

    uri: str
    line: int
    scope: str


class FactsArgument(TypedDict):
    """The one argument of `FACTS`: any file of the paper."""

    uri: str


class Tally(TypedDict):
    """How many findings of each verdict are shown."""

    impossible: int
    implausible: int
    open: int


class Coverage(TypedDict):
    """Counts of numbers, each a part of the one before it."""

    quantities: int
    read: int
    bound: int
    checked: int
    consistent: int


class Status(TypedDict):
    """What a status bar shows of one paper.

    ``uri`` is that of the root file, ``root`` its name; ``note`` says what went wrong, or null.
    """

    uri: str
    root: str
    tally: Tally
    coverage: Coverage
    note: str | None


class ThemeParams(TypedDict):
    """``kind`` is "dark", "light", "high-contrast" or "high-contrast-light"."""

    kind: str


class ReadFileParams(TypedDict):
    """A file that is not open and not on this machine's disk."""

    uri: str


class ReadFileResult(TypedDict):
    """Its text, null where there is no such file."""

    text: str | None


class ListFilesParams(TypedDict):
    """A folder, and whether what lies below its folders is wanted too."""

    uri: str
    recursive: bool


class ListFilesResult(TypedDict):
    """URIs of the LaTeX files in it."""

    uris: list[str]


@dataclass(frozen=True, slots=True)
class Options:
    """What a client says in ``initializationOptions``; every part may be left out.

    Attributes
    ----------
    theme : str
        As in `ThemeParams`; "" draws for a ground of either kind.
    diagnostics_delay : int
        ``diagnosticsDelay``: milliseconds without typing before a new finding appears in the
        block under edit.
    code_lens : bool
        ``codeLens``: whether sections carry "Stress-test this section".
    command_links : bool
        ``commandLinks``: whether a hover may hold ``command:`` links.
    files : bool
        ``files``: whether the client answers `READ_FILE` and `LIST_FILES`.
    """

    theme: str = ""
    diagnostics_delay: int = 400
    code_lens: bool = False
    command_links: bool = False
    files: bool = False

    @staticmethod
    def of(given: object) -> Options:
        """Options from what came; a value of the wrong type is as good as none."""
        data = plain(given)
        if not isinstance(data, Mapping):
            return Options()
        theme, delay = data.get("theme"), data.get("diagnosticsDelay")
        is_delay = isinstance(delay, int | float) and not isinstance(delay, bool)
        return Options(
            theme=theme if isinstance(theme, str) else "",
            diagnostics_delay=max(0, int(delay)) if is_delay and delay is not None else 400,
            code_lens=data.get("codeLens") is True,
            command_links=data.get("commandLinks", isinstance(theme, str)) is True,
            files=data.get("files") is True,
        )


def plain(value: Any) -> Any:
    """What came over the wire as dictionaries and lists; pygls makes named tuples of objects."""
    if hasattr(value, "_asdict"):
        value = value._asdict()
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    return value
