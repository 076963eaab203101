"""Which ways of counting FLOPs a printed figure may mean, and what each of them gives.

A paper seldom says how it counted: with the attention scores or without, all of the matrix or the
causal half, with the tables of the embedding or without, with what is computed twice or without.
A check takes the convention that is friendliest to the claim; what none of them explains is wrong.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hwmodels.answer import Answer
from hwmodels.decode import read_parameters
from hwmodels.flops import infer_flops_per_token, train_attention_flops_per_token
from hwmodels.formula import OutsideValidity
from hwmodels.transformer import train_flops_per_token

if TYPE_CHECKING:
    from hwmodels.models import Model

_SOURCE = (
    "Chowdhery et al., PaLM, appendix B, 2022; Kaplan et al., Scaling Laws, 2020, section 2.1; "
    "Korthikanti et al., 2022, appendix A"
)

TRAINING, HARDWARE, INFERENCE = "training", "hardware", "inference"


@dataclass(frozen=True, slots=True)
class Counted:
    """FLOPs of one token by one convention.

    Attributes
    ----------
    name : str
        "6N + causal attention, no tables".
    work : str
        "training" (what the model takes: MFU), "hardware" (with what is computed again: HFU) or
        "inference" (the forward pass).
    parameters : float
        The N that was counted [parameter].
    flops : float
        [FLOP/token]
    """

    name: str
    work: str
    parameters: float
    flops: float


def parameter_counts(model: Model) -> dict[str, float]:
    """What the N of 6N may be, by name [parameter].

    Of a mixture of experts it is the active ones throughout.

    Parameters
    ----------
    model : Model

    Returns
    -------
    counts : dict of str to float
        All; without the tables that are only looked up, which is what takes part in products;
        without any table, the output layer too (Kaplan et al.).
    """
    h, N = model.hidden.value, model.active_parameters
    counts = {
        "all parameters": N,
        "no input table": read_parameters(N, model.looked_up_rows, h),
        "no tables": read_parameters(N, model.table_rows, h),
    }
    return {
        name: count
        for i, (name, count) in enumerate(counts.items())
        if count not in list(counts.values())[:i]
    }


def attention_counts(model: Model, sequence: float) -> dict[str, float]:
    """Positions that a token may be said to look at, on the mean over layers, by name.

    Parameters
    ----------
    model : Model
    sequence : float
        [token], above 0.

    Returns
    -------
    counts : dict of str to float
        The whole sequence; half of it; and where layers have a shorter window, what the window
        leaves of both.
    """
    counts = {"attention": sequence, "causal attention": sequence / 2}
    if model.window is not None and model.window.value < sequence:
        w = model.window.value
        share = (model.windowed_layers or model.layers).value / model.layers.value
        counts["windowed attention"] = share * w + (1 - share) * sequence
        # the first w tokens of a window look at half of it, the others at all of it
        seen = w - w * w / (2 * sequence)
        counts["causal windowed attention"] = share * seen + (1 - share) * sequence / 2
    return counts


def training_conventions(model: Model, sequence: float) -> tuple[Counted, ...]:
    """Every convention of the FLOPs of a trained token that papers use.

    Parameters
    ----------
    model : Model
        Shape of a decoder; of a mixture the active experts count.
    sequence : float
        Tokens of a sample [token].

    Returns
    -------
    counted : tuple of Counted
        Those of the model first, then those of the hardware.

    Raises
    ------
    OutsideValidity
        For a sequence that is not above zero.
    """
    scores = _scores(model, sequence)
    ways = (
        (TRAINING, "6N", 1.0, 1.0),
        (HARDWARE, "8N, full recomputation", 4 / 3, 4 / 3),
        (HARDWARE, "6N, attention computed again", 1.0, 4 / 3),
        (HARDWARE, "6N, attention counted twice", 1.0, 2.0),
    )
    found = []
    for work, way, products, again in ways:
        for of, N in parameter_counts(model).items():
            base = products * train_flops_per_token(N)
            if products == again:
                found.append(Counted(f"{way}, {of}", work, N, base))
            found += [
                Counted(f"{way} + {name}, {of}", work, N, base + again * flops)
                for name, flops in scores.items()
            ]
    return tuple(found)


def inference_conventions(model: Model, context: float) -> tuple[Counted, ...]:
    """Every convention of the FLOPs of a token's forward pass.

    Parameters
    ----------
    model : Model
    context : float
        Positions before the token, or of the prompt [token].

    Returns
    -------
    counted : tuple of Counted

    Raises
    ------
    OutsideValidity
        For a context that is not above zero.
    """
    scores = _scores(model, context)
    found = []
    for of, N in parameter_counts(model).items():
        base = infer_flops_per_token(N)
        found.append(Counted(f"2N, {of}", INFERENCE, N, base))
        found += [
            Counted(f"2N + {name}, {of}", INFERENCE, N, base + flops / 3)
            for name, flops in scores.items()
        ]
    return tuple(found)


def nearest(counted: Iterable[Counted], flops: float) -> Counted:
    """The convention whose figure is nearest to a printed one, by their ratio.

    Parameters
    ----------
    counted : iterable of Counted
    flops : float
        Printed, or worked back from a utilisation [FLOP/token].

    Raises
    ------
    ValueError
        For none to choose from, or a figure that is not above zero.
    """
    if not flops > 0:
        raise ValueError("a printed figure must be above zero")
    return min(counted, key=lambda c: max(c.flops / flops, flops / c.flops))


def reach(counted: Iterable[Counted]) -> Answer:
    """From the least to the most that a token costs by the conventions given.

    Parameters
    ----------
    counted : iterable of Counted
        At least one.

    Returns
    -------
    answer : Answer
        [FLOP/token]; its ends are the friendliest for a rate that must be high, and for a
        utilisation that must stay below one.
    """
    ordered = sorted(counted, key=lambda c: c.flops)
    least, most = ordered[0], ordered[-1]
    return Answer(
        least.flops,
        most.flops,
        "FLOP/token",
        "identity",
        f"from {least.name} to {most.name}",
        _SOURCE,
    )


def _scores(model: Model, sequence: float) -> dict[str, float]:
    if not sequence > 0:
        raise OutsideValidity("a sequence has at least a token")
    return {
        name: train_attention_flops_per_token(
            model.layers.value, model.heads.value, model.score_size, model.weighed_size, seen
        )
        for name, seen in attention_counts(model, sequence).items()
    }
