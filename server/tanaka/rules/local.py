"""The rules that judge one stretch of a paper by what that stretch states, and by nothing else.

They run on a stretch when it is read; an edit runs them on the stretch that it touches.
"""

from tanaka.rules.api import Rule
from tanaka.rules.numbers.impossible_percentage import impossible_percentage
from tanaka.rules.numbers.parallel_product import parallel_product
from tanaka.rules.numbers.percent_mismatch import percent_mismatch
from tanaka.rules.numbers.rate_identity import rate_identity
from tanaka.rules.numbers.ratio_mismatch import ratio_mismatch
from tanaka.rules.numbers.table_ratio import table_ratio
from tanaka.rules.numbers.table_total import table_total
from tanaka.rules.numbers.unit_slip import unit_slip

LOCAL: tuple[Rule, ...] = (
    ratio_mismatch,
    percent_mismatch,
    impossible_percentage,
    table_ratio,
    table_total,
    parallel_product,
    unit_slip,
    rate_identity,
)
