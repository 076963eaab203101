"""``tanaka model``: the hardware models as calculators."""

from __future__ import annotations

import argparse
import sys
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from tanaka.cli import output
from tanaka.cli.calculators import formulas, registry
from tanaka.cli.calculators.arguments import Given, example, read
from tanaka.cli.refused import Refused
from tanaka.views import calculation
from tanaka.views.plain import WIDTH, Paint, plain

if TYPE_CHECKING:
    from tanaka.cli.calculators.registry import Calculator
    from tanaka.views.encode import Json

_STRONG, _QUIET = "1", "2"


def model(given: argparse.Namespace) -> int:
    """Print the list of the models, the description of one, or what it gives.

    Raises
    ------
    Refused
        In one line, for a name or for arguments that cannot be used.
    """
    words: list[str] = list(given.words)
    paint = Paint(on=output.colour())
    width = output.width(WIDTH)
    if not words:
        if given.svg is not None:
            raise Refused("--svg: name a model and its arguments")
        return _print(given, _list_record, lambda: _list(paint, width))
    found = registry.find(words[0])
    if given.help or (len(words) == 1 and given.svg is None):
        return _print(given, lambda: _record(found), lambda: _description(found, paint, width))
    if found.positional:
        made = found.calculate(Given({}, {"name": " ".join(words[1:])}))
    else:
        made = found.calculate(read(found.name, words[1:], found.arguments))
    if given.svg is not None:
        _draw(made, given.svg)
    if given.output_format == "json":
        output.json(calculation.record(made))
    else:
        sys.stdout.write(calculation.text(made, colour=output.colour(), width=width))
    return 0


def _draw(made: calculation.Calculation, file: Path) -> None:
    if made.figure is None:
        raise Refused(f"--svg: {made.name} has no drawing")
    from tanaka.views.svg import Size, draw, is_drawn

    figure = made.figure()
    if not is_drawn(figure):
        raise Refused(f"--svg: the numbers of {made.name} cannot be drawn")
    file.write_text(draw(figure, Size.PANEL).svg, "utf-8", newline="\n")


def _print(given: argparse.Namespace, record: object, text: object) -> int:
    assert callable(record)
    assert callable(text)
    if given.output_format == "json":
        output.json(record())
    else:
        sys.stdout.write("\n".join(line.rstrip() for line in text()) + "\n")
    return 0


# -- the list ---------------------------------------------------------------------------------


def _list(paint: Paint, width: int) -> Iterator[str]:
    yield "usage: tanaka model NAME [ARGUMENT=VALUE ...]"
    yield "                         [--output-format text|json] [--svg FILE]"
    yield "       tanaka model NAME --help"
    yield ""
    yield paint("Models", _STRONG)
    yield from _names([(c.name, c.help) for c in registry.models()], paint, width)
    # A formula holds mappings, so that it has no hash.
    names = {id(made): name for name, made in formulas.named().items()}
    for module, several in formulas.by_module().items():
        yield ""
        lead = len(module) + 2
        first, *rest = textwrap.wrap(plain(formulas.title(module)), max(20, width - lead)) or [""]
        yield f"{paint(module, _STRONG)}  {paint(first, _QUIET)}"
        yield from (" " * lead + paint(line, _QUIET) for line in rest)
        yield from _names(
            [(names[id(made)], formulas.summary(made)) for made in several], paint, width
        )


def _names(rows: Iterable[tuple[str, str]], paint: Paint, width: int) -> Iterator[str]:
    for name, words in rows:
        indent = 32 if len(name) > 10 else 14
        first, *rest = textwrap.wrap(plain(words), max(20, width - indent)) or [""]
        start = f"  {name:<{indent - 2}}"
        if len(name) > indent - 4:
            yield f"  {name}"
            start = " " * indent
        yield start + first
        yield from (" " * indent + line for line in rest)


def _list_record() -> Json:
    named = formulas.named()
    return {
        "schema": "tanaka.models/1",
        "models": [_record(c) for c in registry.models()],
        "formulas": [_record(registry.find(name)) for name in named],
    }


# -- a description ----------------------------------------------------------------------------


def _description(found: Calculator, paint: Paint, width: int) -> Iterator[str]:
    taken = "NAME" if found.positional else "ARGUMENT=VALUE ..."
    yield f"usage: tanaka model {found.name} {taken}"
    yield ""
    yield from textwrap.wrap(plain(found.help) + ".", width)
    if found.arguments:
        yield ""
        yield from _arguments(found, paint, width)
    if found.about:
        yield ""
        for word, sentence in found.about:
            first, *rest = textwrap.wrap(plain(sentence), max(20, width - 14)) or [""]
            yield f"  {paint(f'{word:<10}', _QUIET)}  {first}"
            yield from (" " * 14 + line for line in rest)
    if found.example:
        yield ""
        # Cut between arguments, so that each line can be pasted as it stands.
        call = textwrap.wrap(
            f"tanaka model {found.name} {' '.join(found.example)}", max(20, width - 18),
            break_long_words=False, break_on_hyphens=False,
        )  # fmt: skip
        for i, line in enumerate(call):
            lead = f"  {paint('example', _QUIET)}     " if i == 0 else " " * 16
            yield f"{lead}{line}{' ' + chr(92) if i + 1 < len(call) else ''}"


def _arguments(found: Calculator, paint: Paint, width: int) -> Iterator[str]:
    units = {a.name: a.unit if a.unit != "1" else "number" for a in found.arguments}
    first = max(len(a.name) for a in found.arguments)
    second = max(len(units[a.name]) for a in found.arguments)
    indent = first + second + 6
    for a in found.arguments:
        words = a.help
        if a.choices:
            words += f": {', '.join(a.choices)}"
        if a.shown:
            words += f" ({a.shown} where left out)"
        elif not a.required:
            words += " (may be left out)"
        line, *rest = textwrap.wrap(plain(words), max(20, width - indent)) or [""]
        yield f"  {paint(f'{a.name:<{first}}', _STRONG)}  {units[a.name] or 'word':<{second}}  {line}"
        yield from (" " * indent + more for more in rest)


def _record(found: Calculator) -> Json:
    return {
        "name": found.name,
        "help": found.help,
        "arguments": [
            {
                "name": a.name,
                "unit": a.unit or None,
                "help": a.help,
                "required": a.required,
                "choices": list(a.choices),
                "default": a.shown or None,
                "example": example(a.unit) if a.unit else None,
            }
            for a in found.arguments
        ],
        **{word.replace(" ", "_"): sentence for word, sentence in found.about},
    }
