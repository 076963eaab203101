"""The table of `make differential`: complete, and true to our side without the other package."""

from __future__ import annotations

import math

import pytest

from hwmodels.formula import names

from .partners import Partner, partners, version

ROWS = partners()
each = pytest.mark.parametrize(
    "partner", ROWS, ids=[f"{i} {p.ours} {p.theirs}" for i, p in enumerate(ROWS)]
)


def test_thirty_functions_are_compared_with_one_version() -> None:
    assert version() == "0.3.0"
    assert len({p.ours for p in ROWS}) >= 30


@each
def test_ours_is_there_and_has_a_value_at_every_point(partner: Partner) -> None:
    points = list(partner.points())
    assert points
    assert all(math.isfinite(partner.of_ours(p)) for p in points)


@each
def test_arguments_come_from_the_grid(partner: Partner) -> None:
    for given in partner.call.values():
        if isinstance(given, str):
            assert names(given) <= set(partner.grid)
    assert set(partner.quantities) <= set(partner.call)


@each
def test_a_difference_is_explained_in_one_sentence(partner: Partner) -> None:
    if partner.ratio is None:
        assert not partner.why
        return
    low, high = partner.ratio
    assert low <= high and (low, high) != (1, 1)
    assert partner.why.endswith(".") and partner.why.count(". ") == 0 and len(partner.why) > 40
