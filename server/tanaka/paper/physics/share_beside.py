"""A utilisation right beside a throughput ("957 tokens/s, 44% MFU"): of the run that a table may have with its FLOPs."""

from __future__ import annotations

from collections.abc import Iterator

from tanaka.paper.assertion import asserted
from tanaka.paper.model import Asserted, Where
from tanaka.paper.physics.apart import is_explained
from tanaka.paper.physics.scene import LocalPhysical, Scene, Spot
from tanaka.paper.physics.utilization import peak_share
from tanaka.patterns import Lazy

_UNITS = ("token/s", "sample/s")
_JOINS = Lazy(
    r"\s?(?:per (?:GPU|device)|a GPU|on each GPU)?[\s,(;:—–-]*(?:(?:or|at|with|i\.e\.,?|that is,?|which is|which means|an?|the|and|of|MFU|HFU|is|about|only|model|FLOPs?|utili[sz]ation|"
    r"corresponding to|equal to)[\s,(:]*)*"
)
# "38.5% MFU or 51% HFU": the second of two shares of one run
_AND_SHARE = Lazy(
    r"\s?(?:of )?(?:MFU|HFU)(?:,? (?:or|and)|,|;| \(| /) (?:an? |the )?(?:MFU of |HFU of )?"
)


def read(scene: Scene) -> Iterator[LocalPhysical]:
    """Shares of a peak with the throughput before them."""
    for k, sentence in enumerate(scene.sentences):
        if "%" not in sentence.text or "/s" not in sentence.text:
            continue
        if not ("MFU" in sentence.text or "HFU" in sentence.text or "peak" in sentence.text):
            continue
        rates = [s for unit in _UNITS for s in scene.spots(k, unit)]
        shares = scene.spots(k, where=lambda r: r.quantity.shown_unit == "%")
        if (
            not rates
            or scene.spots(k, "FLOP/s")
            or is_explained(scene, k, sentence.text, each=True)
        ):
            continue
        of: dict[Spot, Spot] = {}
        for share in shares:
            told = peak_share(scene, share, [])
            if told is None:
                continue
            at = _rate(sentence.text, scene, share, rates) or _of_last(
                sentence.text, scene, share, of
            )
            if at is None:
                continue
            of[share] = at
            cues = {"claimed"} if asserted(sentence.text, scene.reading(share).start, Where.BODY) is not Asserted.NO else set()  # fmt: skip
            yield LocalPhysical(
                "share-beside", share, (("throughput", at),), (("kind", told[0]),), (), frozenset({"rate"}), frozenset(cues)
            )  # fmt: skip


def _rate(text: str, scene: Scene, share: Spot, rates: list[Spot]) -> Spot | None:
    before = [s for s in rates if scene.reading(s).end <= scene.reading(share).start]
    if not before:
        return None
    last = before[-1]
    gap = text[scene.reading(last).end : scene.reading(share).start]
    return last if _JOINS.fullmatch(gap) else None


def _of_last(text: str, scene: Scene, share: Spot, of: dict[Spot, Spot]) -> Spot | None:
    """The throughput of the share before, where the two are of one run."""
    for other, at in of.items():
        gap = text[scene.reading(other).end : scene.reading(share).start]
        if _AND_SHARE.fullmatch(gap):
            return at
    return None
