"""Ranges of efficiency: each the right way round, and each with where it is from."""

from __future__ import annotations

import re

import pytest

from hwmodels.efficiency import ATTENTION, INFERENCE, TRAINING, Range

from .published import rows

EVERY = {
    **{f"training {k}": v for k, v in TRAINING.items()},
    **{f"inference {k}": v for k, v in INFERENCE.items()},
    **{" ".join(k): v for k, v in ATTENTION.items()},
}
# A citation, a named measurement or program, a count, or the plain word that it is our choice.
_FROM = re.compile(
    r"judgement|counted|et al\.|Dao, |Bekman|nccl-tests|gpt-fast|torchtitan|Calculon|DeepSeek"
)


@pytest.mark.parametrize("found", EVERY.values(), ids=EVERY)
def test_a_range_says_where_it_is_from(found: Range) -> None:
    assert _FROM.search(found.source), found.source
    assert found.fast != found.slow


@pytest.mark.parametrize("found", EVERY.values(), ids=EVERY)
def test_a_judgement_names_a_table_that_has_what_it_says(found: Range) -> None:
    if "judgement" not in found.source:
        return
    (table,) = re.findall(r"(\w+)\.csv", found.source)
    splits = {row.get("split", "") for row in rows(table)}
    assert ("held-out" in splits) == ("held" in found.source), found.source
    assert ("all rows" in found.source) == ("held-out" not in splits)
