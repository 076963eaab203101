"""Every rule, by hand, in order of code."""

from tanaka.rules.api import Rule
from tanaka.rules.corners.no_straggler_experiment import no_straggler_experiment
from tanaka.rules.fairness.throughput_not_time_to_accuracy import throughput_not_time_to_accuracy
from tanaka.rules.memory.training_state_does_not_fit import training_state_does_not_fit
from tanaka.rules.numbers.headline_drift import headline_drift
from tanaka.rules.numbers.impossible_percentage import impossible_percentage
from tanaka.rules.numbers.parallel_product import parallel_product
from tanaka.rules.numbers.percent_mismatch import percent_mismatch
from tanaka.rules.numbers.ratio_mismatch import ratio_mismatch
from tanaka.rules.numbers.table_ratio import table_ratio
from tanaka.rules.roofline.above_peak import above_peak

RULES: tuple[Rule, ...] = (
    ratio_mismatch,
    percent_mismatch,
    impossible_percentage,
    table_ratio,
    headline_drift,
    parallel_product,
    above_peak,
    training_state_does_not_fit,
    no_straggler_experiment,
    throughput_not_time_to_accuracy,
)
