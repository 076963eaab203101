"""Every reader of physics, in the order in which their claims are told."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
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
    device_share,
    exchange,
    footprint,
    held_state,
    hidden,
    kept_batch,
    kept_products,
    kept_rate,
    kept_units,
    link_domain,
    link_price,
    low_rank,
    moved_rates,
    network,
    node_size,
    open_scaling,
    overlap,
    rates,
    recipe,
    residence,
    residence_beside,
    runs,
    saving,
    scaling,
    scaling_series,
    sharded,
    sharded_fall,
    share_beside,
    sizes_beside,
    specification,
    stashed,
    state_homes,
    stated_peak,
    systems,
    tabled_efficiency,
    throughput,
    token_share,
    training,
    two_utilisations,
    utilization,
    wrong_roof,
)
from tanaka.paper.physics.scene import LocalPhysical, Scene
from tanaka.paper.sentences import Sentence


def _sizes(scene: Scene) -> Iterator[LocalPhysical]:
    """What a sentence says of a size by itself, and what takes the words around it."""
    plain = tuple(footprint.read(scene))
    told = frozenset(c.number for c in plain if c.relation == "footprint")
    for claim in (*plain, *sizes_beside.read(scene, told)):
        if not sizes_beside.is_of_another(scene, claim):
            yield claim


def _homes(scene: Scene) -> Iterator[LocalPhysical]:
    """What a sentence puts on devices by itself, and what takes the words around it."""
    plain = tuple(residence.read(scene))
    yield from plain
    told = frozenset((c.relation, c.number) for c in plain)
    busy = frozenset(c.number[0] for c in plain if c.relation == "residence")
    yield from residence_beside.read(scene, told, busy)


READERS: tuple[Callable[[Scene], Iterable[LocalPhysical]], ...] = (
    activations.read,
    stashed.read,
    kept_batch.read,
    kept_products.read,
    saving.read,
    recipe.read,
    sharded.read,
    sharded_fall.read,
    low_rank.read,
    kept_units.read,
    utilization.read,
    two_utilisations.read,
    achieved.read,
    _sizes,
    _homes,
    specification.read,
    stated_peak.read,
    budget.read,
    throughput.read,
    rates.read,
    runs.read,
    systems.read,
    token_share.read,
    share_beside.read,
    wrong_roof.read,
    training.read,
    held_state.read,
    device_share.read,
    state_homes.read,
    collective.read,
    scaling.read,
    tabled_efficiency.read,
    open_scaling.read,
    kept_rate.read,
    scaling_series.read,
    bubble.read,
    amdahl.read,
    overlap.read,
    bandwidth.read,
    moved_rates.read,
    bandwidth_share.read,
    codec.read,
    link_domain.read,
    network.read,
    exchange.read,
    hidden.read,
    codec_pays.read,
    link_price.read,
    node_size.read,
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
