"""Settings of a project: ``tanaka.toml`` beside the root."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hwmodels.catalog import precision_name
from tanaka.paper.about import DECLARABLE
from tanaka.patterns import Lazy
from tanaka.records import dataclass
from tanaka.rules.api import PREVIEW

if TYPE_CHECKING:
    from tanaka.rules.api import Rule

_COUNTS = frozenset({"gpus", "nodes", "batch", "seq_len", "tp", "pp", "dp", "ep"})
_SIZES = frozenset({"params", "tokens"})
_AMOUNT = Lazy(r"(\d+(?:\.\d+)?)\s*([kKMBT]?)")
_SCALES = {"": 1.0, "k": 1e3, "K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}


@dataclass(frozen=True, slots=True)
class Config:
    """What ``tanaka.toml`` says, with defaults where it is silent.

    ``select`` and ``ignore`` are prefixes of rule codes; ``preview`` says that rules are run too
    whose findings have not been read on enough real papers; ``given`` are the author's defaults for
    what prose leaves open, as pairs of a key and a value; ``problems`` are sentences about what
    could not be understood.
    """

    root: str = ""
    baseline: str = ""
    venue: str = ""
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    given: tuple[tuple[str, str], ...] = ()
    preview: bool = False

    def wants(self, rule: Rule) -> bool:
        """Whether a rule is on."""
        return self.enabled(rule.code) and (self.preview or rule.status != PREVIEW)

    def enabled(self, code: str) -> bool:
        """Whether the settings leave a rule on, as far as its code goes."""
        chosen = not self.select or any(code.startswith(p) for p in self.select)
        return chosen and not any(code.startswith(p) for p in self.ignore)


def read_config(text: str | None) -> Config:
    """Settings of a ``tanaka.toml``.  What is wrong in it is said, and the rest is used."""
    if text is None:
        return Config()
    import tomllib  # with what it needs; most papers have no settings

    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return Config(problems=(f"tanaka.toml: {error}",))
    problems: list[str] = []

    def table(name: str) -> dict[str, Any]:
        value = data.get(name, {})
        if not isinstance(value, dict):
            problems.append(f"tanaka.toml: [{name}] is not a table")
            return {}
        return value

    def string(name: str, key: str) -> str:
        value = table(name).get(key, "")
        if not isinstance(value, str):
            problems.append(f"tanaka.toml: {name}.{key} is not a string")
            return ""
        return value

    def codes(key: str) -> tuple[str, ...]:
        value = table("rules").get(key, [])
        if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
            problems.append(f"tanaka.toml: rules.{key} is not a list of codes")
            return ()
        return tuple(value)

    given: list[tuple[str, str]] = []
    for key, value in table("given").items():
        read, problem = given_value(key, value)
        if problem:
            problems.append(f"tanaka.toml: given.{problem}")
        else:
            given.append((key, read))
    preview = table("rules").get("preview", False)
    if not isinstance(preview, bool):
        problems.append("tanaka.toml: rules.preview is neither true nor false")
        preview = False
    config = Config(
        root=string("paper", "root"),
        baseline=string("paper", "baseline"),
        venue=string("paper", "venue"),
        select=codes("select"),
        ignore=codes("ignore"),
    )
    return Config(
        config.root, config.baseline, config.venue, config.select, config.ignore, tuple(problems),
        tuple(given), preview,
    )  # fmt: skip


def given_value(key: str, value: object) -> tuple[str, str]:
    """A declared value as bindings hold it, and what is wrong with it.

    Parameters
    ----------
    key : str
    value : object
        As TOML reads it, or the words behind the equals sign of a comment.

    Returns
    -------
    value, problem : str
        One of both is empty.  Formats have their canonical name, sizes no suffix: "7B" is
        "7000000000".
    """
    if key not in DECLARABLE:
        return "", f"{key} is not known; the keys are {', '.join(DECLARABLE)}"
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return "", f"{key} is neither a word nor a number"
    text = str(value).strip().strip("\"'").strip()
    if not text:
        return "", f"{key} is empty"
    if key in _COUNTS or key in _SIZES:
        amount = _AMOUNT.fullmatch(text.replace(",", "").replace("_", ""))
        number = float(amount.group(1)) * _SCALES[amount.group(2)] if amount is not None else 0.0
        if number < 1 or not number.is_integer():
            return "", f"{key} is not a count: {text}"
        return f"{number:.0f}", ""
    if key == "precision":
        named = precision_name(text)
        return ("16-bit" if named == "half" else named or text.lower()), ""
    return text, ""
