"""Every reader of physics, in the order in which their claims are told."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

from tanaka.paper.physics import (
    activations,
    amdahl,
    bandwidth,
    bandwidth_share,
    bubble,
    budget,
    codec,
    collective,
    footprint,
    kept,
    link_domain,
    link_price,
    low_rank,
    node_size,
    open_scaling,
    overlap,
    residence,
    saving,
    scaling,
    specification,
    stashed,
    tabled_efficiency,
    throughput,
    token_share,
    training,
    utilization,
    wrong_roof,
)
from tanaka.paper.physics.scene import LocalPhysical, Scene
from tanaka.paper.sentences import Sentence

READERS: tuple[Callable[[Scene], Iterable[LocalPhysical]], ...] = (
    activations.read,
    stashed.read,
    saving.read,
    low_rank.read,
    utilization.read,
    footprint.read,
    residence.read,
    specification.read,
    budget.read,
    throughput.read,
    token_share.read,
    wrong_roof.read,
    training.read,
    collective.read,
    scaling.read,
    tabled_efficiency.read,
    open_scaling.read,
    kept.read,
    bubble.read,
    amdahl.read,
    overlap.read,
    bandwidth.read,
    bandwidth_share.read,
    codec.read,
    link_domain.read,
    link_price.read,
    node_size.read,
)  # fmt: skip


@lru_cache(maxsize=8192)
def physical(sentences: tuple[Sentence, ...]) -> tuple[LocalPhysical, ...]:
    """Claims of a passage that the hardware can be asked about."""
    if not any(s.readings for s in sentences):
        return ()
    scene = Scene(sentences)
    return tuple(claim for read in READERS for claim in read(scene))
