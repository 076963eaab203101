"""Links between devices, to the host and between nodes: rates by direction, in bits and in bytes.

Vendors print both directions of a link inside a node together, and one direction of a network;
standards name bits on the wire, and papers mean bytes that arrive.  Each is a number of its own
here.  A name as authors write it ("HDR InfiniBand", "NVLink 4") resolves to the set of links that
it may mean, and a rate in it ("200 Gb/s HDR", "600 GB/s NVLink") must be one of the link's own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from hwmodels.accelerator import Accelerator
from hwmodels.provenance import DataError, Fields, Source, Sourced

KINDS = ("device", "host", "network", "node")
"""Between devices; to the host; one port of a network; all ports of a node."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link, or all links of a kind that one device or node has.

    Attributes
    ----------
    id, name, technology, generation : str
        ``generation`` is "4" of NVLink 4, "HDR" of InfiniBand; "" where there is none.
    kind : str
        One of `KINDS`.
    called, words, aliases : tuple of str
        Names of the technology; what a name may add; whole names that these do not make.
    ports : int
        How many adapters the rates are of.
    line : Sourced or None
        Rate of one direction as the standard names it: NVLink and PCIe count their encoding,
        InfiniBand and Ethernet do not [bit/s].
    per_direction, total : Sourced
        Bytes that can arrive in one direction, and both together, as if nothing else were sent.
        Headers of packets take more; nothing real passes it [byte/s].
    note : str
    """

    id: str
    name: str
    technology: str
    generation: str
    kind: str
    called: tuple[str, ...]
    words: tuple[str, ...]
    aliases: tuple[str, ...]
    ports: int
    line: Sourced | None
    per_direction: Sourced
    total: Sourced
    note: str


_KEYS = (
    "id", "name", "technology", "generation", "kind", "called", "words", "aliases", "ports",
    "note", "rate",
)  # fmt: skip


def read_link(name: str, text: str, known: Mapping[str, Source] | None = None) -> Link:
    """Link of a TOML text; ``known`` is the bibliography, the package's own by default.

    Raises
    ------
    DataError
        Naming the file and the key, for what is missing, is not known or cannot be read.
    """
    top = Fields.of(name, text, known).only(*_KEYS)
    rate = top.table("rate").only("line", "per_direction", "total")
    kind = top.get("kind", str)
    if kind not in KINDS:
        raise top.error("kind", f"is not one of {', '.join(KINDS)}")
    called = top.names("called")
    if not called:
        raise top.error("called", "is empty: nothing would find it")
    return Link(
        id=top.get("id", str),
        name=top.get("name", str),
        technology=top.get("technology", str),
        generation=top.get("generation", str),
        kind=kind,
        called=called,
        words=top.names("words"),
        aliases=top.names("aliases"),
        ports=top.get("ports", int, 1),
        line=rate.maybe("line", "bit/s"),
        per_direction=rate.sourced("per_direction", "byte/s"),
        total=rate.sourced("total", "byte/s"),
        note=top.get("note", str, ""),
    )


def links_from_texts(
    texts: Mapping[str, str], known: Mapping[str, Source] | None = None
) -> tuple[Link, ...]:
    """Links of TOML texts, by the name of their file.

    Raises
    ------
    DataError
        Naming the file and the key; also for two links with one id.
    """
    found: dict[str, Link] = {}
    for name, text in sorted(texts.items()):
        link = read_link(name, text, known)
        if link.id in found:
            raise DataError(f"{name}: id {link.id!r} is taken")
        found[link.id] = link
    return tuple(found[i] for i in sorted(found))


@cache
def links() -> tuple[Link, ...]:
    """Every link in the catalogue of the package, by id."""
    from importlib.resources import files

    folder = files("hwmodels") / "data" / "links"
    return links_from_texts(
        {p.name: p.read_text("utf-8") for p in folder.iterdir() if p.name.endswith(".toml")}
    )


def scale_up_link(part: Accelerator) -> Link | None:
    """Link between devices of a kind that a part has; None where the catalogue has none.

    The part may have fewer of them: its own `Accelerator.link` says how much it has.
    """
    return next((link for link in links() if part.link_id and link.id == part.link_id), None)


def host_link(part: Accelerator) -> Link | None:
    """PCIe of a part; None where it has none, or where it is not known."""
    wanted = f"pcie-{part.pcie.replace(' ', '-')}"
    return next((link for link in links() if part.pcie and link.id == wanted), None)


# --- names --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Rate:
    """A rate in a name: ``times`` is 8 in "8x200 Gb/s"."""

    value: float
    bits: bool
    times: int


_PRINTED = 0.02  # "32 GB/s" is said of the 31.5 of PCIe 4.0
_RATE = re.compile(
    r"(?:\b(?P<times>\d{1,2}) ?[x×] ?)?(?<![\d.])(?P<number>\d+(?:\.\d+)?)[ -]?"
    r"(?:(?P<prefix>[GT])(?:(?P<byte>B(?:yte)?s?)(?:/s|ps)?|(?P<ethernet>b?E)|(?:b(?:it)?s?)?(?:/s|ps)?)"
    r"|(?P<giga>[Gg]igabit))(?![A-Za-z])"
)
_NOISE = re.compile(
    r"\b(?:nvidia|mellanox|connectx|hpe|cray|aws|amazon|google|gcp|cloud|networks?|networking|"
    r"interconnects?|fabrics?|links?|adapters?|nics?|hcas?|ports?|connections?|bandwidth|per gpu|"
    r"bidirectional|unidirectional|technology)\b"
)
_ORDINALS = ("", "first", "second", "third", "fourth", "fifth", "sixth")
_SUFFIXES = ("", "1st", "2nd", "3rd", "4th", "5th", "6th")


def find_link(name: str) -> tuple[Link, ...]:
    """Links that a name may mean, by id; empty where it is not known.

    "InfiniBand" means every generation, "HDR InfiniBand" and "200 Gb/s InfiniBand" one, and
    "8x200 Gb/s HDR InfiniBand" the node that has eight.  A word that is not understood, or a rate
    that the link does not have, makes it another thing.
    """
    exact = tuple(x for x in links() if _squashed(name) in {_squashed(a) for a in (x.id, x.name, *x.aliases)})  # fmt: skip
    if exact:
        return exact
    rates, text = _rates(name)
    found = tuple(x for x in links() if _fits(x, rates, text))
    if any(r.times > 1 for r in rates):
        return found
    # One port is meant, not all of a node, unless the name is of the node's own technology.
    ports = tuple(x for x in found if x.kind != "node")
    return ports or found


def _fits(link: Link, rates: tuple[_Rate, ...], text: str) -> bool:
    return _pattern(link).fullmatch(text) is not None and all(_has(link, r) for r in rates)


def _has(link: Link, rate: _Rate) -> bool:
    if rate.times not in (1, link.ports):
        return False
    whole = rate.value * rate.times
    own: tuple[Sourced | None, ...]
    if rate.bits:
        own = (link.line,) if link.kind in ("network", "node") else ()
    else:
        own = (link.per_direction, link.total)
    return any(x is not None and abs(whole / x.value - 1) <= _PRINTED for x in own)


@cache
def _rates(name: str) -> tuple[tuple[_Rate, ...], str]:
    found: list[_Rate] = []

    def taken(match: re.Match[str]) -> str:
        scale = 1e12 if match["prefix"] == "T" else 1e9
        found.append(_Rate(float(match["number"]) * scale, not match["byte"], int(match["times"] or 1)))  # fmt: skip
        return " ethernet " if match["ethernet"] else " "

    text = _RATE.sub(taken, name)
    return tuple(found), _squashed(text)


@cache
def _squashed(name: str) -> str:
    spaced = re.sub(r"[^a-z0-9]+", " ", name.lower()).strip()
    return _NOISE.sub("", spaced).replace(" ", "")


@cache
def _pattern(link: Link) -> re.Pattern[str]:
    """At least one word that says what it is, among those that say more about it."""
    called = {_squashed(c) for c in link.called}
    more = {_squashed(w) for w in link.words}
    generation = link.generation
    if generation.isdigit() and int(generation) < len(_ORDINALS):
        n = int(generation)
        more |= {generation, f"{n}0", f"v{n}", f"gen{n}", f"generation{n}"}
        more |= {f"{o}{g}" for o in (_ORDINALS[n], _SUFFIXES[n]) for g in ("gen", "generation")}
    elif generation.isdigit():
        more.add(generation)
    elif generation:
        called.add(generation.lower())
    said, extra = (
        "|".join(sorted(map(re.escape, ws - {""}), key=len, reverse=True)) for ws in (called, more)
    )
    around = rf"(?:{said}|{extra})*" if extra else rf"(?:{said})*"
    return re.compile(rf"{around}(?:{said})s?{around}")
