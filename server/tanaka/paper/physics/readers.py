"""Every reader of physics, in the order in which their claims are told."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

from tanaka.paper.physics import (
    achieved,
    activations,
    amdahl,
    bandwidth,
    bandwidth_share,
    bubble,
    budget,
    codec,
    codec_balance,
    codec_pays,
    collective,
    comes_free,
    exchange,
    footprint,
    held_state,
    hidden,
    kept_batch,
    kept_units,
    link_domain,
    low_rank,
    network,
    overlap,
    rates,
    recipe,
    residence,
    runs,
    saving,
    scaling,
    sharded,
    share_beside,
    specification,
    stashed,
    stated_peak,
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
    kept_batch.read,
    saving.read,
    recipe.read,
    sharded.read,
    low_rank.read,
    kept_units.read,
    utilization.read,
    achieved.read,
    footprint.read,
    residence.read,
    specification.read,
    stated_peak.read,
    budget.read,
    throughput.read,
    rates.read,
    runs.read,
    token_share.read,
    share_beside.read,
    wrong_roof.read,
    training.read,
    held_state.read,
    collective.read,
    scaling.read,
    bubble.read,
    amdahl.read,
    overlap.read,
    bandwidth.read,
    bandwidth_share.read,
    codec.read,
    link_domain.read,
    network.read,
    exchange.read,
    hidden.read,
    codec_pays.read,
    comes_free.read,
    codec_balance.read,
)  # fmt: skip


@lru_cache(maxsize=8192)
def physical(sentences: tuple[Sentence, ...]) -> tuple[LocalPhysical, ...]:
    """Claims of a passage that the hardware can be asked about."""
    if not any(s.readings for s in sentences):
        return ()
    scene = Scene(sentences)
    return tuple(claim for read in READERS for claim in read(scene))
