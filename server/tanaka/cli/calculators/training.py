"""How long a training run takes, and what it costs."""

from __future__ import annotations

from hwmodels.answer import Answer, Term
from hwmodels.transformer import training_seconds
from tanaka.cli.calculators import named
from tanaka.cli.calculators.arguments import Argument, Given
from tanaka.cli.calculators.registry import Calculator
from tanaka.views.calculation import Calculation, Row, row, shown, spread

USUAL = (0.21, 0.46)
_USUAL = "Chowdhery et al., PaLM, table 3: GPT-3 21.3 %, PaLM 46.2 %"


def _training(given: Given) -> Calculation:
    (low, high), model = named.size(given, "training")
    if model is not None:
        low = high = model.active_parameters
    typed = given.word("part")
    parts = named.parts(typed)
    precision = given.word("precision", "bf16")
    peak = named.rates(parts, precision)
    tokens = given.reach("tokens", 0.0)
    devices = given.reach("devices", 1.0)
    mfu = given.reach("mfu", *USUAL)
    flops = named.training_flops(low), named.training_flops(high)
    seconds = training_seconds.interval(
        F=flops, T=tokens, n=devices, X=(mfu[0] * peak[0], mfu[1] * peak[1])
    )
    gpu_seconds = seconds[0] * devices[1], seconds[1] * devices[0]
    if devices[0] == devices[1]:
        gpu_seconds = seconds[0] * devices[0], seconds[1] * devices[0]
    else:  # more devices take less time each: the product does not depend on their number
        alone = training_seconds.interval(
            F=flops, T=tokens, n=(1.0, 1.0), X=(mfu[0] * peak[0], mfu[1] * peak[1])
        )
        gpu_seconds = alone
    rows = [
        Row("work of a token", *flops, "FLOP/token", f"6 x {spread(low, high, 'parameter')}"),
        Row("work", flops[0] * tokens[0], flops[1] * tokens[1], "FLOP",
            f"x {spread(*tokens, 'token')}"),
        Row("peak", *peak, "FLOP/s", f"{precision}, dense, one {named.label(parts, typed)}",
            named.cited(p.rate(precision) for p in parts)),
        Row("reached", mfu[0] * peak[0], mfu[1] * peak[1], "FLOP/s",
            f"MFU {shown(mfu[0], '1')} to {shown(mfu[1], '1')}" if mfu[0] < mfu[1] else f"MFU {shown(mfu[0], '1')}",
            "" if given.has("mfu") else _USUAL),
        Row("device-hours", gpu_seconds[0] / 3600, gpu_seconds[1] / 3600, "1", "all devices together"),
    ]  # fmt: skip
    terms = [Term("device-hours", gpu_seconds[0] / 3600, gpu_seconds[1] / 3600, "1")]
    if given.has("price"):
        price = given.reach("price", 0.0)
        cost = gpu_seconds[0] * price[0], gpu_seconds[1] * price[1]
        rows.append(Row("cost", *cost, "USD", f"at {_hourly(price)} for a device and hour"))
        terms.append(Term("cost", *cost, "USD"))
    convention = "6 FLOP a parameter and token, attention left out; no failures or restarts"
    if model is not None and model.active_parameters != model.parameters:
        convention += "; active parameters"
    return Calculation(
        "training", "time of the run",
        Answer(*seconds, "s", "estimate", convention, training_seconds.source, tuple(terms)),
        training_seconds.text,
        "",
        inputs=tuple(row(n, m.low, "") if m.exact else Row(n, m.low, m.high, "") for n, m in given.measures.items()),
        rows=tuple(rows),
    )  # fmt: skip


def _hourly(price: tuple[float, float]) -> str:
    low, high = (f"{3600 * p:,.2f}" for p in price)
    return f"USD {low}" if low == high else f"USD {low} to {high}"


CALCULATORS = {
    "training": Calculator(
        "training",
        "Days, device-hours and cost of a training run",
        (
            named.MODEL,
            named.PARAMETERS,
            Argument(named.PART.name, "", named.PART.help, required=True),
            named.PRECISION,
            Argument("devices", "1", "accelerators", shown="1"),
            Argument("tokens", "token", "tokens to train on", required=True),
            Argument("mfu", "1", "share of the peak that the model's own work reaches", shown="0.21..0.46"),
            Argument("price", "USD/s", "of one device: $2/h"),
        ),
        _training,
        ("model=llama-2-70b", "part=A100-SXM4-80GB", "devices=2048", "tokens=2T", "mfu=0.4..0.5"),
    )
}  # fmt: skip
