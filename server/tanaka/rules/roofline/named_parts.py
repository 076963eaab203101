"""Which parts a paper names: the variant that a bare name means in it, and the fastest of them all."""

from __future__ import annotations

from collections.abc import Iterator

from hwmodels.catalog import Accelerator, find
from tanaka.paper.entities import EntityKind, entities, same_name
from tanaka.paper.model import Asserted, Paper, Where
from tanaka.paper.reads import query
from tanaka.paper.setting import NAMED, SET_UP
from tanaka.patterns import Lazy

_HOST = Lazy(r"(?:Intel |AMD )?(?:Xeon|EPYC|Ryzen|Core|i[3579]-|Threadripper|Grace\b)")
_SYSTEM = Lazy(r"^(?:NVIDIA |Nvidia )?(?:DGX|HGX)[- ](?=[A-Z]+\d)")
_NOT_OWN = (Where.RELATED, Where.FUTURE)


@query
def named_parts(paper: Paper) -> tuple[str, ...]:
    """Devices that the paper names as its own, as written, hosts left out."""
    found: dict[str, str] = {}
    for written in _names(paper):
        name = _SYSTEM.sub("", written)
        if not _HOST.match(name):
            found.setdefault(same_name(name), name)
    return tuple(sorted(found.values()))


def _names(paper: Paper) -> Iterator[str]:
    for n in paper.numbers:
        if n.where not in _NOT_OWN and n.asserted is not Asserted.QUOTED:
            yield from (v for role, v in n.context if role == "device")
    for m in paper.mentions_of(NAMED, SET_UP):
        if m.role == "ours" and m.where not in _NOT_OWN:
            yield from (v for role, v in m.settings if role == "device")
    for t in paper.tables:
        cells = (c.text for row in t.rows for c in row if c.number is None)
        for label in dict.fromkeys((t.caption, *t.header, *t.stubs, *cells)):
            yield from (e.name for e in entities(label) if e.kind is EntityKind.DEVICE)


@query
def variants(paper: Paper, name: str) -> tuple[Accelerator, ...]:
    """Variants that a name may mean where the paper says elsewhere which: "H100" beside "H100 SXM5".

    Empty where it says nothing, or nothing more.  A proof must not rest on it.
    """
    own, key = find(name), same_name(name)
    told: dict[str, Accelerator] = {}
    for other in named_parts(paper):
        if same_name(other).startswith(key) and same_name(other) != key:
            told |= {p.id: p for p in find(other)}
    kept = tuple(p for p in own if p.id in told)
    # a bare "H100" beside a PCIe card may well be the faster module
    return kept if 0 < len(kept) < len(own) and _most(kept) == _most(own) else ()


def _most(parts: tuple[Accelerator, ...]) -> float:
    """The largest peak in sixteen bits."""
    return max((p.peak[f].value for p in parts for f in ("bf16", "fp16") if f in p.peak), default=0)


@query
def only_part(paper: Paper) -> str:
    """The one part that the paper names, as it is named most fully; "" for none or two."""
    names = sorted(named_parts(paper), key=lambda n: len(same_name(n)))
    same = names and all(same_name(names[-1]).startswith(same_name(n)) for n in names)
    return names[-1] if same and find(names[-1]) else ""


@query
def families(paper: Paper) -> tuple[tuple[str, tuple[Accelerator, ...]], ...]:
    """The parts that the paper names, each with the variants that it may mean; none where one is not known."""
    found: dict[str, tuple[Accelerator, ...]] = {}
    for name in sorted(named_parts(paper), key=lambda n: len(same_name(n))):
        parts = variants(paper, name) or find(name)
        if not parts:
            return ()
        found.setdefault(parts[0].family, parts)
    return tuple(found.items())


@query
def any_part(paper: Paper) -> tuple[Accelerator, ...]:
    """Every part that the paper may speak of; empty where it names one that is not known."""
    found: dict[str, Accelerator] = {}
    for name in named_parts(paper):
        parts = variants(paper, name) or find(name)
        if not parts:
            return ()
        found |= {p.id: p for p in parts}
    return tuple(found.values())
