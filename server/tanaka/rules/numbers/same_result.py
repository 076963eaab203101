"""Whether two sentences, or a sentence and a cell, state one result: by metric, names and unit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from tanaka.paper.headlines import compatible, spelled
from tanaka.paper.model import Result, Where
from tanaka.patterns import Lazy
from tanaka.rules.numbers.ledger import HEADLINES, Entry, Grid, Value

# Words that part two results of one metric, by phase, statistic, part, size or scope: the first
# wherever one result has one, the second where each has one that the other has not.
_PARTING = frozenset({
    "prefill", "decod", "decode", "forward", "backward", "read", "writ", "median", "tail", "longer",
    "shorter", "offlin", "onlin", "cold", "warm", "encod", "client", "server", "desktop", "mobil", "static",
    "dynamic", "weak", "strong", "worst", "without", "ablation", "stag", "largest", "smallest", "longest", "shortest",
    "steady", "activ", "simulat", "simulation", "synthetic", "local", "global", "remain",
    "activation", "weight", "gradient", "optimizer", "attention", "validation", "theoretical", "ideal", "scal", "initial",
    "naiv", "session", "addition", "additional",
})  # fmt: skip
_SOFT = frozenset({
    "train", "inferenc", "peak", "best", "total", "end-to-end", "kernel", "layer", "small", "larg", "larger", "long", "short", "test",
    "real", "singl", "idle", "comput", "communication", "half", "multi", "overall", "final",
})  # fmt: skip
_OWN_ROW = Lazy(r" (?:our|ours|we|this work|this paper|proposed|our \w+|\w+ our|proposed \w+) $")
_DEVICE = Lazy(r"(?:rtx )?[abhlmptv]i? ?\d{1,4}s?")
_PRONOUN = Lazy(r" (?:we|our|us|it|its) ")


def apart(a: Entry, b: Entry, own: frozenset[str]) -> bool:
    """Whether the words of two results say that they are of different things."""
    x, y = a.result, b.result
    if x.unit != y.unit or not compatible(a.metrics, b.metrics):
        return True
    ratio = x.unit in ("×", "%")
    if (
        x.aggregate
        and y.aggregate
        and _end(x) != _end(y)
        and (ratio or "min" not in (x.aggregate, y.aggregate))
    ):
        return True
    if (
        (x.unit == "×" or (ratio and x.change))
        and "mean" in (x.aggregate, y.aggregate)
        and x.aggregate != y.aggregate
    ):
        return True
    if x.unit != "×" and x.change != y.change:
        return True
    # A condition in front of a sentence of the body makes a case of its own.
    if (not a.sums_up and 2 * _heard(x, y, own) < 1) or (not b.sums_up and not _heard(y, x, own)):
        return True
    if x.unit not in ("×", "%") and (" per gpu " in x.said) != (" per gpu " in y.said):
        return True
    if (" with no " in x.zone) != (" with no " in y.zone) or _rivals(x.settings, y.settings):
        return True
    if x.against - own and y.against - own and not (x.against - own) & y.against:
        return True
    if x.subject != y.subject and _sure(x.subject) and _sure(y.subject):
        return True
    if _parting(x, y, _PARTING) or _parting(y, x, _PARTING):
        return True
    if _parting(x, y, _SOFT) and _parting(y, x, _SOFT):
        return True
    mine, theirs = x.named - own - x.against, y.named - own - y.against
    if (x.against and theirs and not x.against & y.names) or (
        y.against and mine and not y.against & x.names
    ):
        return True
    return bool((mine - theirs) and (theirs - mine))


_SUMMARY = frozenset((*HEADLINES, Where.CAPTION))


def two_places(a: Entry, b: Entry) -> bool:
    """Whether one result stands in a part that sums up and the other elsewhere: not beside it.

    Two values of one abstract, or of one section, are of two things.
    """
    x, y = a.number, b.number
    if x.where is y.where or not {x.where, y.where} & _SUMMARY:
        return False
    return Where.CAPTION not in (x.where, y.where) or x.section != y.section


def of_one_metric(a: Entry, b: Entry) -> bool:
    """Whether two results name one metric, or else share half of their own words.

    Those are two words at least, or one where a digit of the two prints differs; names with digits
    are none: of a model all that is told of it is.
    """
    x, y = a.result.metrics, b.result.metrics
    if x and y:
        return compatible(x, y)
    one, other = ({w for w in r.near if w.isalpha()} for r in (a.result, b.result))
    shared = len(one & other)
    enough = 1 if slip(a, b) else 2
    return shared >= enough and 2 * shared >= min(len(one), len(other))


def _end(r: Result) -> str:
    """The statistic of a result: the upper end of a range is a maximum."""
    return "max" if r.aggregate == "range" else r.aggregate


_PLAIN = frozenset(
    [
        *(
            "the",
            "an",
            "of",
            "and",
            "or",
            "all",
            "our",
            "its",
            "this",
            "that",
            "these",
            "it",
            "we",
            "with",
            "on",
            "in",
            "at",
            "for",
            "to",
        ),
        *(
            "by",
            "average",
            "table",
            "figure",
            "section",
            "addition",
            "fact",
            "particular",
            "contrast",
            "general",
            "comparison",
            "both",
        ),
        *(
            "each",
            "every",
            "case",
            "experiment",
            "evaluation",
            "result",
            "paper",
            "work",
            "same",
            "other",
            "total",
        ),
    ]
)


def _heard(x: Result, y: Result, own: frozenset[str]) -> float:
    """What part of the condition that one sentence begins with the other has, too; 1 without any."""
    told = x.fronted.split()
    # "With 100 Gb/s Ethernet" beside "25 Gb/s Ethernet": another value of one setting.
    if any(
        a[0].isdigit()
        and f" {a} " not in y.said
        and re.search(rf" \d[\d.]* {re.escape(b)} ", y.said) is not None
        for a, b in pairwise(told)
    ):
        return 0.0
    words = [w for w in told if w.isalpha() and len(w) > 1 and w not in _PLAIN and w not in own]
    words = words or [w for w in told if w not in _PLAIN and w not in own]
    return sum(f" {w} " in y.said for w in words) / len(words) if words else 1.0


def _sure(subject: str) -> bool:
    """Whether a subject is a name."""
    return subject not in ("", "we")


def _parting(x: Result, y: Result, words: frozenset[str]) -> bool:
    """Whether one result has such a word among its own, and the other has it nowhere."""
    return any(
        w not in y.words and f" {w[:5]}" in x.zone and f" our {w}" not in x.said
        for w in x.near & words
    )


def _rivals(a: frozenset[str], b: frozenset[str]) -> bool:
    """Whether two sets of settings give one noun two values ("gpu=64" and "gpu=128")."""
    if not a or not b or a & b:
        return False
    return bool({s.partition("=")[0] for s in a} & {s.partition("=")[0] for s in b})


def likeness(a: Entry, b: Entry, own: frozenset[str]) -> int:
    """How much two results share: telling words, metrics, settings, and twice each name."""
    x, y = a.result, b.result
    names = (x.named & y.names) | (y.named & x.names)
    # Where a number has next to no words of its own, those of its sentence stand in for them.
    poor = min(len(x.near), len(y.near)) < 2
    words = min(2, len(x.words & y.words)) if poor else len(x.near & y.near)
    return (
        max(words, len(x.near & y.near))
        + bool(x.metrics & y.metrics)
        + len(x.settings & y.settings)
        + len(names)
        + len(names - own)
        + slip(a, b)
    )


def share(a: Entry, b: Entry) -> float:
    """What part of its own words the result with fewer of them shares."""
    x, y = a.result.near, b.result.near
    fewer = min(len(x), len(y))
    return len(x & y) / fewer if fewer else 0.0


@lru_cache(maxsize=4096)
def _digits(text: str) -> str:
    return re.sub(r"[^\d.]", "", text)


def slip(a: Entry, b: Entry) -> bool:
    """Whether two prints differ by one digit, by two that changed places, or by their point alone."""
    x, y = _digits(a.number.quantity.literal.text), _digits(b.number.quantity.literal.text)
    if x.replace(".", "") == y.replace(".", "") and len(x) > 2:
        return True
    if len(x) != len(y) or len(x) < 2:
        return False
    differ = [i for i in range(len(x)) if x[i] != y[i]]
    if len(differ) == 1:
        return len(x.replace(".", "")) > 2
    return len(differ) == 2 and sorted(x) == sorted(y)


def contradict(a: Entry, b: Entry, own: frozenset[str]) -> bool:
    """Whether two results that are not apart cannot both be, for what they are of.

    The maximum over all may be larger than that over some, and a value of one case is none of
    another.
    """
    x, y = a.result, b.result
    more, less = x.named - y.names - own - y.against, y.named - x.names - own - x.against
    if not any(_DEVICE.fullmatch(n) for n in x.names) or not any(
        _DEVICE.fullmatch(n) for n in y.names
    ):  # what all runs on is named in one place and not in the other
        more, less = (frozenset(n for n in z if not _DEVICE.fullmatch(n)) for z in (more, less))
    more |= {s for s in x.settings - y.settings if s.startswith(("gpu", "batch", "node"))}
    less |= {s for s in y.settings - x.settings if s.startswith(("gpu", "batch", "node"))}
    if ("before" in x.cues) != ("before" in y.cues) and likeness(a, b, own) < 5:
        return False
    low = a.reach.high < b.reach.low
    if _end(x) == "max" and _end(y) != "max":
        return False
    if _end(y) == "max" and _end(x) != "max":
        return not low and not less  # beyond the maximum
    if _end(x) == "max":
        return not (more and low) and not (less and not low)
    return True


# -- cells ------------------------------------------------------------------------------------


def named_cells(
    e: Entry, grid: Grid, own: frozenset[str], beside: Sequence[Entry] = ()
) -> tuple[list[Value], bool]:
    """Values of a table that a result's sentence names, and whether it names them in full.

    Parameters
    ----------
    e : Entry
    grid : Grid
    own : frozenset of str
        Names of the paper's own system.
    beside : sequence of Entry
        The other results of the sentence: a cell that has one of them is theirs.

    Returns
    -------
    values : list of Value
        None where the sentence names no row and no column; cells of what it is compared with are
        left out.
    full : bool
        Whether row and column are both named, or the table has one of either.
    """
    r = e.result
    values = [v for v in grid.values if v.unit == r.unit and compatible(v.metrics, e.metrics)]
    if exact := [v for v in values if v.metrics & e.metrics]:
        values = exact
    if not values:
        return [], False
    against = {spelled(n) for n in r.against}
    ours = r.subject == "we" or r.subject in own or bool(_PRONOUN.search(r.zone))
    digits = spelled(e.number.quantity.literal.text)
    head = spelled(grid.table.header[0].partition("(")[0]) if grid.table.header else ""
    counted = any(len(w) > 2 and f" {w} " in r.said for w in head.split())

    def rank(labels: tuple[str, ...]) -> int:
        total = 0
        for label in labels:
            if label in against:
                return -1
            if label.strip().replace(".", "").isdigit():
                if label != digits and label in r.said and counted:
                    total += 1 + (label in r.zone)
            elif label in r.zone:
                total += 4 + label.count(" ")
            elif ours and (_OWN_ROW.fullmatch(label) or label.strip() in own):
                total += 3
            elif label in r.said:
                total += 1
        return total

    rows = {v.at[0]: rank(v.row) for v in values}
    columns = {v.at[1]: rank(v.column) for v in values}
    by_row, by_column = max(rows.values()) > 0, max(columns.values()) > 0
    if not by_row:
        by_row = _own_line(rows, {v.at[0]: v.row for v in values}, own)
    if not by_column:
        by_column = _own_line(columns, {v.at[1]: v.column for v in values}, own)
    if not by_row and not by_column:
        return [], False
    top_row, top_column = max(rows.values()), max(columns.values())
    chosen = [
        v for v in values
        if rows[v.at[0]] >= 0 and columns[v.at[1]] >= 0
        and (not by_row or rows[v.at[0]] == top_row) and (not by_column or columns[v.at[1]] == top_column)
    ]  # fmt: skip
    if len(chosen) > 1:
        met = {id(v) for v in chosen for p in beside if v.reach.meets(p.reach)}
        chosen = [v for v in chosen if id(v) not in met] or chosen
    if len(chosen) > 1:
        fit = {id(v): sum(w in r.zone for label in v.labels for w in _words(label)) for v in chosen}
        most = max(fit.values())
        chosen = [v for v in chosen if fit[id(v)] == most]
    return chosen, ((by_row or len(rows) == 1) and (by_column or len(columns) == 1)) or len(
        chosen
    ) == 1


def _own_line(
    ranks: dict[int, int], labels: dict[int, tuple[str, ...]], own: frozenset[str]
) -> bool:
    """Choose the paper's own row or column, where one is, and no other is named."""
    mine = [
        k for k, ls in labels.items() if any(x.strip() in own or _OWN_ROW.fullmatch(x) for x in ls)
    ]
    if not mine or any(n < 0 for n in ranks.values()):
        return False
    for k in mine:
        ranks[k] = 1
    return True


def spelled_out(e: Entry, grid: Grid, v: Value, own: frozenset[str]) -> bool:
    """Whether a result's own words name the row and the column of a value, in the value's unit.

    A line that is the only one of its unit need not be named, nor the paper's own where a result
    is "ours"; a column may be named by its metric.
    """
    if e.number.quantity.shown_unit != v.number.quantity.shown_unit:
        return False
    r = e.result
    ours = r.subject == "we" or r.subject in own or bool(_PRONOUN.search(r.zone))
    others = [w for w in grid.values if w.unit == v.unit]
    for side, at in (("row", 0), ("column", 1)):
        labels: tuple[str, ...] = getattr(v, side)
        if any(label in r.zone for label in labels if len(label) > 3):
            continue
        if ours and any(_OWN_ROW.fullmatch(x) or x.strip() in own for x in labels):
            continue
        lines = {w.at[at] for w in others}
        if len(lines) == 1 and (side == "row" or bool(v.metrics & e.result.metrics)):
            continue
        return False
    return True


def other_setting(e: Entry, grid: Grid) -> bool:
    """Whether a result's sentence states a size that a table says nothing of ("with batch size 32")."""
    values = (s.partition("=")[2] for s in e.result.settings)
    return any(spelled(v) not in grid.text for v in values)


def _words(label: str) -> list[str]:
    return [f" {w} " for w in label.split() if len(w) > 2]


_LOOSE = frozenset(
    [
        "the",
        "best",
        "over",
        "than",
        "system",
        "baseline",
        "implementation",
        "model",
        "training",
        "inference",
        "speedup",
        "gain",
        "factor",
        "times",
        "faster",
        "throughput",
        "latency",
        "time",
        "memory",
        "our",
        "its",
        "with",
        "and",
        "for",
        "all",
        "other",
        "known",
        "fastest",
        "strongest",
        "one",
        "that",
        "previous",
        "prior",
    ]
)


def against_cells(e: Entry, grid: Grid, own: frozenset[str]) -> list[Value]:
    """Factors of a table over what a result is compared with, by their labels or the caption."""
    words = {w for w in e.result.than.split() if len(w) > 2 or w.isdigit()} - _LOOSE - own
    if not words or len(grid.factors) < 2:
        return []
    values = [
        v for v in grid.factors if compatible(v.metrics, e.metrics) and v.at[0] not in grid.summed
    ]
    if explicit := [v for v in values if v.metrics]:
        values = explicit
    found = [v for v in values if any(_alike(words, x) for x in v.labels[v.rows :])]
    one = len({v.at[1] for v in values}) == 1
    return found or (values if one and _alike(words, spelled(grid.table.caption)) else [])


def _alike(words: set[str], label: str) -> bool:
    """Whether a label has one of some words, or the beginning of one ("Sync", synchronous)."""
    told = label.split()
    return any(
        w == t or (len(t) > 3 and w.startswith(t)) or (len(w) > 3 and t.startswith(w))
        for w in words
        for t in told
    )


def elsewhere(e: Entry, grid: Grid, v: Value) -> bool:
    """Whether a result's own words name another row or column than a value's."""
    zone = e.result.zone
    for side in ("row", "column"):
        own: tuple[str, ...] = getattr(v, side)
        if any(label in zone for label in own):
            continue
        if any(
            label in zone and len(label) > 4 and not label.strip().isdigit()
            for w in grid.values
            if w.unit == v.unit
            for label in getattr(w, side)
        ):
            return True
    return False


def strangers(e: Entry, grid: Grid, own: frozenset[str]) -> bool:
    """Whether a result's own words name something that a table says nothing of."""
    r = e.result
    if any(f" {n} " not in grid.text for n in r.named - own - r.against):
        return True
    return any(
        f" {value} " not in grid.text
        for noun, _, value in (s.partition("=") for s in r.settings)
        if noun.startswith(("batch", "seq", "token"))
    )
