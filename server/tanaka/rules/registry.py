"""Every rule, by hand, in order of code."""

from tanaka.rules.api import Rule
from tanaka.rules.communication.bubble_mismatch import bubble_mismatch
from tanaka.rules.communication.collective_below_bound import collective_below_bound
from tanaka.rules.communication.compression_break_even import compression_break_even
from tanaka.rules.communication.efficiency_mismatch import efficiency_mismatch
from tanaka.rules.communication.link_domain import link_domain
from tanaka.rules.communication.overlap_impossible import overlap_impossible
from tanaka.rules.communication.superlinear_scaling import superlinear_scaling
from tanaka.rules.corners.backward_memory_spike import backward_memory_spike
from tanaka.rules.corners.batch_norm_warm_up import batch_norm_warm_up
from tanaka.rules.corners.low_precision_range import low_precision_range
from tanaka.rules.corners.no_stall_behaviour import no_stall_behaviour
from tanaka.rules.corners.no_straggler_experiment import no_straggler_experiment
from tanaka.rules.corners.unbounded_staleness import unbounded_staleness
from tanaka.rules.delta.configuration_delta import configuration_delta
from tanaka.rules.delta.known_combination import known_combination
from tanaka.rules.delta.no_structural_delta import no_structural_delta
from tanaka.rules.delta.uncited_prior_art import uncited_prior_art
from tanaka.rules.fairness.detuned_baseline import detuned_baseline
from tanaka.rules.fairness.one_sided_tuning import one_sided_tuning
from tanaka.rules.fairness.throughput_not_time_to_accuracy import throughput_not_time_to_accuracy
from tanaka.rules.gain.kernel_only_gain import kernel_only_gain
from tanaka.rules.gain.tape_out_payback import tape_out_payback
from tanaka.rules.gain.unequal_efficiency import unequal_efficiency
from tanaka.rules.memory.activation_peak import activation_peak
from tanaka.rules.memory.footprint_mismatch import footprint_mismatch
from tanaka.rules.memory.kv_cache_does_not_fit import kv_cache_does_not_fit
from tanaka.rules.memory.memory_saving_mismatch import memory_saving_mismatch
from tanaka.rules.memory.training_state_does_not_fit import training_state_does_not_fit
from tanaka.rules.memory.weights_do_not_fit import weights_do_not_fit
from tanaka.rules.numbers.headline_drift import headline_drift
from tanaka.rules.numbers.impossible_percentage import impossible_percentage
from tanaka.rules.numbers.inconsistent_value import inconsistent_value
from tanaka.rules.numbers.parallel_product import parallel_product
from tanaka.rules.numbers.percent_mismatch import percent_mismatch
from tanaka.rules.numbers.rate_identity import rate_identity
from tanaka.rules.numbers.ratio_mismatch import ratio_mismatch
from tanaka.rules.numbers.table_ratio import table_ratio
from tanaka.rules.numbers.table_total import table_total
from tanaka.rules.numbers.unit_slip import unit_slip
from tanaka.rules.roofline.above_amdahl import above_amdahl
from tanaka.rules.roofline.above_peak import above_peak
from tanaka.rules.roofline.bandwidth_above_peak import bandwidth_above_peak
from tanaka.rules.roofline.decode_above_bandwidth import decode_above_bandwidth
from tanaka.rules.roofline.sparse_peak import sparse_peak
from tanaka.rules.roofline.spec_mismatch import spec_mismatch
from tanaka.rules.roofline.throughput_above_roof import throughput_above_roof
from tanaka.rules.roofline.training_budget import training_budget
from tanaka.rules.roofline.utilisation_mismatch import utilisation_mismatch
from tanaka.rules.roofline.wrong_roof import wrong_roof

RULES: tuple[Rule, ...] = (
    ratio_mismatch,
    percent_mismatch,
    impossible_percentage,
    table_ratio,
    table_total,
    headline_drift,
    inconsistent_value,
    parallel_product,
    unit_slip,
    rate_identity,
    above_peak,
    sparse_peak,
    spec_mismatch,
    utilisation_mismatch,
    training_budget,
    throughput_above_roof,
    decode_above_bandwidth,
    bandwidth_above_peak,
    wrong_roof,
    above_amdahl,
    training_state_does_not_fit,
    weights_do_not_fit,
    kv_cache_does_not_fit,
    activation_peak,
    memory_saving_mismatch,
    footprint_mismatch,
    collective_below_bound,
    overlap_impossible,
    superlinear_scaling,
    efficiency_mismatch,
    bubble_mismatch,
    compression_break_even,
    link_domain,
    no_straggler_experiment,
    no_stall_behaviour,
    low_precision_range,
    batch_norm_warm_up,
    unbounded_staleness,
    backward_memory_spike,
    throughput_not_time_to_accuracy,
    detuned_baseline,
    one_sided_tuning,
    kernel_only_gain,
    tape_out_payback,
    unequal_efficiency,
    no_structural_delta,
    known_combination,
    uncited_prior_art,
    configuration_delta,
)
