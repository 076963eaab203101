"""Lines of a table: what one row states by label, or one column where the measures are the rows.

A part, a model or a format is what the line or the column of a number names, else the caption; two
of a sort name nothing, and a caption names none where other lines or columns name their own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from hwmodels.networks import find_network
from tanaka.paper.binding import precision_names
from tanaka.paper.entities import EntityKind, entities, same_name
from tanaka.paper.model import Asserted, Number, NumberId, Orientation, Paper, Table, TableCell
from tanaka.patterns import Lazy
from tanaka.records import dataclass

_COUNT_LABEL = Lazy(
    r"^\W*(?:#|no\.?|num(?:ber)?\.?|total)?\s*(?:of\s)?(?:GPUs?|TPUs?|devices|chips|accelerators|[AHVBL]\d{2,3}s?)(?:\s?\(#\)|\s(?:count|used))?\W*$",
    re.I,
)
_WORD = Lazy(r"[A-Za-z]{2,}|[A-Z]\d{2,}")
_MANY = Lazy(
    r"\b(?:nodes?|servers?|clusters?|racks?|pods?|machines?|instances?|DGX|HGX|systems?|hosts?)\b",
    re.I,
)
_SPLIT_LABEL = Lazy(r"^\W*(?:TP|tensor[- ]parallel\w*)(?:\s(?:size|degree))?\W*$", re.I)
# Hardware that may be none of the parts that a caption names.
_HARDWARE = Lazy(
    r"\b(?:PIM|wafer\w*|ASICs?|FPGAs?|LPUs?|NPUs?|IPUs?|RDUs?|TPUs?|CPUs?|SRAM|HBM-PIM|in-memory|near-memory|accelerators?|chips?|chiplets?|Groq|Cerebras|SambaNova|Xeon|EPYC|Apple|Jetson|"
    r"phone|edge|laptop|hardware|simulat\w*|analog\w*|photonic\w*)\b",
    re.I,
)
_AGAINST = Lazy(r"\b(?:baselines?|compar\w+|versus|vs|relative|normali[sz]ed|against|than|speed-?ups?|equivalent|iso-\w+)\b", re.I)  # fmt: skip
_PART_LABEL = Lazy(r"^\W*(?:platforms?|hardware|devices?|GPUs?|accelerators?|machines?|chips?|processors?|testbed|environment)(?:\s(?:type|model|name|used))?\W*$", re.I)  # fmt: skip
_PARALLEL = Lazy(r"\b(?:PP|DP|EP|CP|SP)\s?[=-]?\s?(?:[2-9]|\d\d+)\b|\b(?:pipeline|data|expert|sequence|context)[- ]parallel\w*", re.I)  # fmt: skip
_GPUS = Lazy(r"(?<![\w.,-])(\d{1,5})\s?(?:[×x]\s?)?(?:GPUs?|devices|accelerators|cards)\b|\bTP\s?[=-]?\s?(\d{1,3})\b|\btensor[- ]parallel\w* (?:degree |size )?(?:of |= ?)?(\d{1,3})\b", re.I)  # fmt: skip
_BEFORE = Lazy(
    r"(?<![\w.,-])(?P<n>\d{1,5}|an?|one|a single|single|two|four|eight|sixteen)\s?(?:[×x]\s?)?(?:NVIDIA |AMD |Google )?$",
    re.I,
)
_WORDS = {"a": 1, "an": 1, "one": 1, "a single": 1, "single": 1, "two": 2, "four": 4, "eight": 8, "sixteen": 16}  # fmt: skip
_ALONE = Lazy(r"\b(?:one|single)[ -](?:GPU|device|accelerator|card)\b", re.I)


@dataclass(frozen=True, slots=True)
class Entry:
    """A number of a line with the label that says what it is."""

    label: str
    number: Number
    cell: TableCell


@dataclass(frozen=True, slots=True)
class Line:
    """What a row, or a column, of a table states together.

    Attributes
    ----------
    table : Table
    entries : tuple of Entry
    said : str
        Its labels, the heading above it and its words.
    name : str
        Its first label: "XL".
    others : tuple of str
        What the other lines say, and the labels of all columns.
    words : tuple of (str, str)
        Cells without a number, each with its label.
    foreign : bool
        Whether a column of parts holds words that name none that is known.
    """

    table: Table
    entries: tuple[Entry, ...]
    said: str
    name: str
    others: tuple[str, ...]
    words: tuple[tuple[str, str], ...] = ()
    foreign: bool = False

    def only(self, label: Lazy, fits: Callable[[Number], bool]) -> Number | None:
        """The number of the one entry that a label names; None where none or two do."""
        found = [e.number for e in self.entries if label.search(e.label) and fits(e.number)]
        return found[0] if len(found) == 1 else None

    def one(self, entry: Entry, named: Callable[[str], tuple[str, ...]]) -> str | None:
        """What a number's line, column or caption names; "" for nothing, None where it is open."""
        own = dict.fromkeys((*named(self.said), *named(entry.label)))
        if own:
            return next(iter(own)) if len(own) == 1 else None
        if any(named(o) for o in self.others):
            return None
        said = dict.fromkeys(named(self.table.caption))
        return None if len(said) > 1 else next(iter(said), "")

    def part(self, entry: Entry) -> str | None:
        """The part that a number is of; None where two could be meant, or one that nobody knows."""
        own = f"{self.said} | {entry.label}"
        if not parts(own) and (
            _HARDWARE.search(own) or self.foreign or _AGAINST.search(self.table.caption)
        ):
            return None
        return self.one(entry, parts)

    def devices(self, entry: Entry) -> tuple[float, NumberId | None] | None:
        """How many devices a number is of, and what counts them; None where nobody says."""
        at = self.only(_COUNT_LABEL, _counts)
        if at is not None:
            return at.quantity.point, at.id
        if any(_COUNT_LABEL.search(e.label) for e in self.entries):
            return None
        at = self.only(_SPLIT_LABEL, _counts)
        if at is not None:
            return at.quantity.point, at.id
        by_model = counted_by_model(self.table.caption)
        if len(by_model) > 1:  # "A runs on one H100, B on four"
            named = models(f"{self.said} | {entry.label}")
            own = [n for name, n in by_model if len(named) == 1 and name.lower().endswith(named[0].lower())]  # fmt: skip
            return (own[0], None) if len(own) == 1 else None
        for text in (f"{self.said} | {entry.label}", self.table.caption):
            found = _counted(text)
            if len(found) > 1 or (found and _MANY.search(text)) or _PARALLEL.search(text):
                return None
            if found:
                return found.pop(), None
        return None


_COUNT_OF_MODEL = Lazy(
    r"(?P<m>[A-Za-z][\w.]*(?:[- ][\w.]+){0,3}?)\s(?:(?:runs?|is run|was run|decodes|is served)\s)?on\s(?P<n>one|a single|two|four|eight|sixteen|\d{1,2})(?![\w-]|\.\d)"
)


def counted_by_model(caption: str) -> list[tuple[str, float]]:
    """Of what a caption says how many parts it ran on: "A on one H100, B on four"."""
    found = ((m["m"], m["n"].lower()) for m in _COUNT_OF_MODEL.finditer(caption))
    return [(name, float(_WORDS.get(n, 0) or n)) for name, n in found]


def lines(paper: Paper, table: Table) -> Iterator[Line]:
    """Lines of a table, by column where its rows name what is measured."""
    found: list[tuple[str, str, list[tuple[str, TableCell]]]] = []
    if table.orientation is Orientation.COLUMNS:
        labels = table.stubs
        for c, head in enumerate(table.header[1:], 1):
            cells = [row[c] for row in table.rows if c < len(row)]
            named = [(" ".join(dict.fromkeys(cell.row)), cell) for cell in cells]
            found.append((head, _said(paper, (head,), cells), named))
    else:
        labels = table.header
        for row in table.rows:
            path = row[-1].row if row else ()
            named = [(" ".join(cell.column), cell) for cell in row]
            found.append((row[0].text if row else "", _said(paper, path, row), named))
    texts = [said for _, said, _ in found]
    for k, (name, said, stated) in enumerate(found):
        entries = tuple(
            Entry(label, paper.number(c.number), c) for label, c in stated if c.number is not None
        )
        words = tuple(
            (label, c.text.strip()) for label, c in stated if c.number is None and not c.missing
        )
        foreign = any(
            text and _PART_LABEL.search(label) and not parts(text) for label, text in words
        )
        others = (*texts[:k], *texts[k + 1 :], *labels)
        yield Line(table, entries, said, name, others, words, foreign)


def _said(paper: Paper, path: Sequence[str], cells: Sequence[TableCell]) -> str:
    """Labels of a line and its cells in words; "4×A100" and "TP=4" are both a number and words."""
    words = (
        c.text for c in cells
        if not c.missing and (c.number is None or (_WORD.search(c.text) and paper.number(c.number).quantity.unit == "1"))
    )  # fmt: skip
    return " | ".join(dict.fromkeys((*path, *words)))


def parts(text: str) -> tuple[str, ...]:
    """Devices that a text names, one of each name; of a "DGX H100" the part that it is made of."""
    named = _named(text, EntityKind.DEVICE)
    return tuple(dict.fromkeys(re.sub(r"^(?:DGX|HGX)[- ](?=[A-Z]+\d)", "", n) for n in named))


def models(text: str) -> tuple[str, ...]:
    """Models that a text names; labels side by side may name one together ("OPT | 30B")."""
    apart = _named(text, EntityKind.MODEL)
    if " | " not in text or any(find_network(a) for a in apart):
        return apart
    joined = _named(text.replace(" | ", " "), EntityKind.MODEL)
    grown = all(any(j.startswith(a) for j in joined) for a in apart)
    return joined if grown and len(joined) <= max(1, len(apart)) else apart


def formats(text: str) -> tuple[str, ...]:
    """Number formats that a text names."""
    return precision_names(text)


def asserted(*numbers: Number | None) -> Asserted:
    """How firmly the numbers of a line are stated together."""
    said = {n.asserted for n in numbers if n is not None}
    return next((a for a in (Asserted.NO, Asserted.QUOTED) if a in said), Asserted.YES)


def plain(number: Number, unit: str, least: float = 0.0) -> bool:
    """Whether a number is one value of a unit, of so much at least."""
    q = number.quantity
    return q.unit == unit and q.bounded and not isinstance(q.value, tuple) and q.point >= least > -1


def _counts(number: Number) -> bool:
    q = number.quantity
    return plain(number, "1", 1.0) and q.shown_unit in ("", "1", "K") and q.point.is_integer()


def _named(text: str, kind: EntityKind) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for e in entities(text):
        if e.kind is kind:
            found.setdefault(same_name(e.name), e.name)
    return tuple(found.values())


def _counted(text: str) -> set[float]:
    """Counts of the parts that a text names: "8×A100", "on one H100"."""
    found: set[float] = set()
    for e in entities(text):
        if e.kind is not EntityKind.DEVICE:
            continue
        m = _BEFORE.search(text[: e.start])
        if m is None:
            continue
        word = m.group("n").lower()
        if word in ("a", "an") and text[e.end : e.end + 1] == "s":
            continue
        found.add(float(_WORDS.get(word) or word))
    found |= {float(next(g for g in m.groups() if g)) for m in _GPUS.finditer(text)}
    return found or ({1.0} if _ALONE.search(text) else set())
