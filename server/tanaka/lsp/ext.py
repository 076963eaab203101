"""What this server says beyond the protocol: its notifications, requests, commands and options.

The TypeScript side of the contract is ``client/src/protocol.ts``.  Positions in these messages
count from zero, in UTF-16 units, whatever encoding was agreed on; those in ``tanaka.facts/1``
are the command line's: from one, in code points.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

from tanaka.records import dataclass

STRESS_TEST = "tanaka.stressTest"
"""Command: a `StressTestArgument` to a review (``tanaka.review/1``), null outside a paper."""
FACTS = "tanaka.facts"
"""Command: a `FactsArgument` to what was read (``tanaka.facts/1``), null outside a paper."""
DELTA = "tanaka.delta"
"""Command: a `FactsArgument` to the delta (``tanaka.delta/1``), null without a baseline."""
BASELINE = "tanaka/baseline"
"""Request to the server: a `BaselineParams`; null once the paper has been read against it."""
STATUS = "tanaka/status"
"""Notification to the client after each publish: a `Status`."""
THEME = "tanaka/theme"
"""Notification to the server: a `ThemeParams`, when the editor's colours change."""
READ_FILE = "tanaka/readFile"
"""Request to the client: a `ReadFileParams` to a `ReadFileResult`."""
LIST_FILES = "tanaka/listFiles"
"""Request to the client: a `ListFilesParams` to a `ListFilesResult`."""

WHAT_WOULD_BE_SENT = "tanaka.whatWouldBeSent"
"""Command: a `StressTestArgument` to a `WouldBeSent`, null outside a paper.  Sends nothing."""
VOICE_KEY = "tanaka/voiceKey"
"""Request to the client: a `VoiceKeyParams` to a `VoiceKeyResult`."""
VOICE_CONSENT = "tanaka/voiceConsent"
"""Request to the client: a `VoiceConsentParams` to a `VoiceConsentResult`."""
VOICE_PART = "tanaka/voicePart"
"""Notification to the client: a `VoicePart`, a part of a review in a model's words."""
VOICE_STATE = "tanaka/voiceState"
"""Notification to the client: a `VoiceState`."""
VOICE_STOP = "tanaka/voiceStop"
"""Notification to the server: stop speaking."""


class StressTestArgument(TypedDict, total=False):
    """The one argument of `STRESS_TEST`.

    ``scope`` is "section" or "paper"; ``line`` counts from zero and chooses the section;
    ``delta`` has the Mirror show every row of the delta; ``voice`` lets a language
    model be asked for words, where it is turned on: only where a person asked.  With a
    ``partialResultToken`` each piece of the review is a ``$/progress`` of that token as soon as
    it is made, a `ReviewPiece`; the answer is the whole review all the same.
    """

    uri: str
    line: int
    scope: str
    delta: bool
    voice: bool
    partialResultToken: str | int


class ReviewPiece(TypedDict, total=False):
    """A piece of a review that is being made: its ``head`` first, then its parts in order.

    ``head`` is a ``tanaka.review/1`` with no parts; ``part`` is one of them, and takes the place
    of an earlier one with its id.
    """

    head: dict[str, Any]
    part: dict[str, Any]


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


class BaselineStatus(TypedDict):
    """The baseline that a paper is read against.

    ``uri`` is that of its root file or of its PDF, ``name`` that file seen from the paper, and
    ``chosen`` says who chose it: "given", "tanaka.toml" or "found beside the root".
    """

    uri: str
    name: str
    chosen: str


class Status(TypedDict):
    """What a status bar shows of one paper.

    ``uri`` is that of the root file, ``root`` its name; ``note`` says what went wrong, or null;
    ``baseline`` is null where there is none, or none was read yet.
    """

    uri: str
    root: str
    tally: Tally
    coverage: Coverage
    note: str | None
    baseline: BaselineStatus | None


class BaselineParams(TypedDict):
    """Any file of the paper, and the author's choice for it.

    ``baseline`` is a LaTeX file, a PDF or a folder; null leaves the choice to the settings and
    to what lies beside the root.
    """

    uri: str
    baseline: str | None


class ThemeParams(TypedDict):
    """``kind`` is "dark", "light", "high-contrast" or "high-contrast-light"."""

    kind: str


class ReadFileParams(TypedDict, total=False):
    """A file that is not open and not on this machine's disk.

    ``encoding`` is "base64" for the bytes of a PDF; without it a text is wanted.
    """

    uri: str
    encoding: str


class ReadFileResult(TypedDict, total=False):
    """Its text, or its bytes in base64; null where there is no such file.

    ``problem`` says why a file that is there was not read.
    """

    text: str | None
    problem: str


class ListFilesParams(TypedDict, total=False):
    """A folder, and whether what lies below its folders is wanted too.

    ``suffixes`` are those of the files that are wanted (".toml"); those of LaTeX where there are
    none.
    """

    uri: str
    recursive: bool
    suffixes: list[str]


class ListFilesResult(TypedDict):
    """URIs of the files in it."""

    uris: list[str]


class WouldBeSent(TypedDict):
    """What the voice would send, word for word.

    ``label`` is "engine only" or "voice: MODEL @ HOST"; ``base`` is the server that a key would
    belong to (scheme, host and port), null where no usable model is named.
    """

    text: str
    label: str
    base: str | None


class VoiceKeyParams(TypedDict):
    """The server that a key is wanted for: scheme, host and port."""

    base: str


class VoiceKeyResult(TypedDict):
    """Its key, null where there is none."""

    key: str | None


class VoiceConsentParams(TypedDict):
    """Whether facts of the paper ``root`` may go to ``host``; never asked for this machine."""

    root: str
    host: str
    model: str


class VoiceConsentResult(TypedDict):
    """The author's word."""

    allowed: bool


class VoicePart(TypedDict):
    """A part of the review whose ``voicing`` is ``id``, in place of the part with its id.

    ``refused`` says why it is in the engine's words all the same, or null; the part's last
    paragraph says whose words it is in.
    """

    id: int
    uri: str
    part: dict[str, Any]
    label: str
    refused: str | None


class VoiceState(TypedDict):
    """How the voice is: "off", "ready", "speaking", "done", "failed" or "stopped".

    ``label`` is "engine only" or "voice: MODEL @ HOST"; ``note`` is one sentence for the author,
    or null.
    """

    state: str
    label: str
    note: str | None


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
    mark_checked : bool
        ``markChecked``: whether numbers that agree with the others carry a tick.
    show_peaks : bool
        ``showPeaks``: whether devices carry their dense peak, and rates their share of it.
    command_links : bool
        ``commandLinks``: whether a hover may hold ``command:`` links.
    files : bool
        ``files``: whether the client answers `READ_FILE` and `LIST_FILES`.
    voice : bool
        ``voice``: whether the client answers `VOICE_KEY` and `VOICE_CONSENT`.
    baselines : tuple of (str, str)
        ``baselines``: the author's choices so far, URIs of baselines by those of root files.
    """

    theme: str = ""
    diagnostics_delay: int = 400
    code_lens: bool = False
    mark_checked: bool = False
    show_peaks: bool = False
    command_links: bool = False
    files: bool = False
    voice: bool = False
    baselines: tuple[tuple[str, str], ...] = ()

    @staticmethod
    def of(given: object) -> Options:
        """Options from what came; a value of the wrong type is as good as none."""
        data = plain(given)
        if not isinstance(data, Mapping):
            return Options()
        theme, delay = data.get("theme"), data.get("diagnosticsDelay")
        is_delay = isinstance(delay, int | float) and not isinstance(delay, bool)
        chosen = data.get("baselines")
        return Options(
            theme=theme if isinstance(theme, str) else "",
            diagnostics_delay=max(0, int(delay)) if is_delay and delay is not None else 400,
            code_lens=data.get("codeLens") is True,
            mark_checked=data.get("markChecked") is True,
            show_peaks=data.get("showPeaks") is True,
            command_links=data.get("commandLinks", isinstance(theme, str)) is True,
            files=data.get("files") is True,
            voice=data.get("voice") is True,
            baselines=tuple(
                (root, baseline) for root, baseline in chosen.items() if isinstance(baseline, str)
            )
            if isinstance(chosen, Mapping)
            else (),
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
