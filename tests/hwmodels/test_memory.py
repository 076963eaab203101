"""Training state: recipes, ZeRO stages, what fits."""

from __future__ import annotations

import pytest

from hwmodels.catalog import find, most_capacity
from hwmodels.memory import (
    RECIPES,
    devices_needed,
    fits,
    largest_parameter_count,
    training_state_bytes,
    zero_bytes_per_device,
)


@pytest.mark.parametrize(
    ("name", "total"),
    [("mixed-adam-16", 16), ("mixed-adam-18", 18), ("mixed-adam-20", 20), ("fp32-adam", 16),
     ("pure-16-bit-adam", 8), ("8-bit-adam", 6), ("mixed-8-bit-adam", 10), ("mixed-lion", 12),
     ("mixed-sgd-momentum", 12), ("fp32-sgd-momentum", 12), ("fp32-sgd", 8), ("leanest", 4),
     ("16-bit-adam-fp32-moments", 12), ("mixed-lamb", 16), ("mixed-adafactor", 8), ("mixed-sgd", 8),
     ("fp32-adafactor", 8), ("deepseek-v3-fp8", 13), ("mixed-adam-fp8-copy", 19)],
)  # fmt: skip
def test_recipes_add_up_to_what_they_are_known_by(name: str, total: float) -> None:
    recipe = RECIPES[name]
    assert recipe.total == total
    assert recipe.optimizer == recipe.master + recipe.moment1 + recipe.moment2
    assert recipe.name == name and recipe.source


def test_every_recipe_is_held_to_its_total() -> None:
    counted = test_recipes_add_up_to_what_they_are_known_by.pytestmark[0].args[1]
    assert {name for name, _ in counted} == set(RECIPES)


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=list(RECIPES))
def test_a_later_stage_never_holds_more(recipe) -> None:
    held = [zero_bytes_per_device(7e9, recipe, 8, stage) for stage in range(4)]
    assert held == sorted(held, reverse=True)
    assert held[3] * 8 == pytest.approx(training_state_bytes(7e9, recipe.total))


@pytest.mark.parametrize(("stage", "devices"), [(4, 8), (-1, 8), (1, 0)])
def test_what_zero_does_not_have_is_refused(stage: int, devices: int) -> None:
    with pytest.raises(ValueError, match="stage is 0 to 3"):
        zero_bytes_per_device(7e9, RECIPES["mixed-adam-16"], devices, stage)


def test_13b_does_not_fit_two_a100_80gb_but_three() -> None:
    needed = training_state_bytes(13e9, RECIPES["mixed-adam-16"].total)
    held = most_capacity(find("A100-80GB"))
    assert held is not None and held.value == pytest.approx(85.9e9, rel=1e-3)
    short = fits(needed, held.value, 2)
    assert not short.fits and short.margin == pytest.approx(-36.2e9, rel=1e-2)
    assert fits(needed, held.value, 3).fits
    assert devices_needed(needed, held.value) == 3
    assert largest_parameter_count(2, held.value, 16) == pytest.approx(10.7e9, rel=1e-2)
    assert fits(training_state_bytes(13e9, RECIPES["8-bit-adam"].total), held.value, 2).fits
