"""``tanaka``: arguments, and nothing else.  Each command imports only what it needs."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from tanaka import __version__

OK, FOUND, BAD = 0, 1, 2
STOPPED = 130  # as a shell has it for Ctrl-C
_EXIT = "exit status: 0 nothing at or above --fail-on, 1 findings, 2 bad usage or unreadable input"


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line; the usage is a --help away."""

    def error(self, message: str) -> NoReturn:
        self.exit(BAD, f"{self.prog}: {message}; see {self.prog} --help\n")


def parser() -> argparse.ArgumentParser:
    """The arguments of every command."""
    top = _Parser(
        prog="tanaka", description="Recompute the numbers of an ML-systems paper and show the work."
    )
    top.add_argument("--version", action="version", version=f"tanaka {__version__}")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)

    check = commands.add_parser("check", help="print what does not hold", epilog=_EXIT)
    check.add_argument(
        "paths", nargs="+", type=Path, metavar="PATH", help="a .tex file, a folder, or a .pdf"
    )
    _baseline(check)
    check.add_argument(
        "--output-format",
        choices=["text", "json", "python"],
        default="text",
        help="how it is printed; as python, the derivations can be run",
    )
    check.add_argument("--select", default="", metavar="CODES", help="only these rules: TK1,TK201")
    check.add_argument("--ignore", default="", metavar="CODES", help="not these rules")
    check.add_argument(
        "--preview", action="store_true", help="run the rules in preview too (`tanaka explain`)"
    )
    check.add_argument(
        "--fail-on",
        choices=["impossible", "implausible", "open", "never"],
        default="impossible",
        help="the mildest verdict that makes the exit status 1",
    )

    facts = commands.add_parser("facts", help="print every number that was read")
    facts.add_argument("path", type=Path, metavar="PATH", help="a .tex file, a folder, or a .pdf")
    facts.add_argument(
        "--output-format", choices=["text", "json"], default="text", help="how it is printed"
    )

    delta = commands.add_parser(
        "delta", help="what a draft changes against its baseline, and who did it before"
    )
    delta.add_argument("path", type=Path, metavar="PATH", help="a .tex file, a folder, or a .pdf")
    _baseline(delta)
    delta.add_argument(
        "--output-format",
        choices=["text", "json", "markdown"],
        default="text",
        help="how it is printed",
    )

    stress = commands.add_parser("stress-test", help="the four-part stress test")
    stress.add_argument("path", type=Path, metavar="PATH", help="a .tex file, a folder, or a .pdf")
    _baseline(stress)
    where = stress.add_mutually_exclusive_group()
    where.add_argument("--section", default="", metavar="TITLE", help="the section of that title")
    where.add_argument("--line", default="", metavar="FILE:N", help="the section around a line")
    stress.add_argument(
        "--voice",
        default="",
        metavar="MODEL",
        help="let a language model lend its words (docs/voice.md)",
    )
    stress.add_argument(
        "--show-what-would-be-sent",
        action="store_true",
        help="print, word for word, what --voice would send, and send nothing",
    )
    stress.add_argument(
        "--output-format",
        choices=["text", "markdown", "json"],
        default="text",
        help="how it is printed",
    )

    explain = commands.add_parser("explain", help="print a rule's page, or the list of rules")
    explain.add_argument("code", nargs="?", default="", metavar="CODE", help="of the rule: TK101")
    explain.add_argument(
        "--output-format", choices=["text", "markdown"], default="text", help="how it is printed"
    )

    model = commands.add_parser(
        "model",
        help="the hardware model as a calculator: tanaka model lists what it can",
        add_help=False,
    )
    model.add_argument(
        "words",
        nargs="*",
        metavar="NAME [ARGUMENT=VALUE ...]",
        help="a model or a formula, and its arguments with their units: roofline-time F=2TFLOP ...",
    )
    model.add_argument(
        "-h", "--help", action="store_true", help="what the model takes; without NAME: the list"
    )
    model.add_argument(
        "--output-format", choices=["text", "json"], default="text", help="how it is printed"
    )
    model.add_argument(
        "--svg", type=Path, default=None, metavar="FILE", help="draw the answer into a file"
    )

    serve = commands.add_parser("serve", help="run the language server")
    way = serve.add_mutually_exclusive_group()
    way.add_argument(
        "--stdio", action="store_true", help="over standard input and output (the default)"
    )
    way.add_argument("--tcp", default="", metavar="HOST:PORT", help="over a socket, to one client")
    return top


def _baseline(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--baseline",
        type=Path,
        default=None,
        metavar="FILE",
        help="the baseline paper: a .tex file, a folder, or a .pdf",
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    given = _parsed(arguments)
    from tanaka.cli import output
    from tanaka.cli.refused import Refused

    output.prepare()
    if given.command == "serve":
        from tanaka.cli.serve import serve

        return serve(given)
    try:
        status = _run(given)
        sys.stdout.flush()
    except Refused as error:
        print(f"tanaka: {error}", file=sys.stderr)
        return BAD
    except KeyboardInterrupt:
        return STOPPED
    except BrokenPipeError:
        output.drop()
        return OK
    except OSError as error:
        print(f"tanaka: {error.filename or 'output'}: {error.strerror}", file=sys.stderr)
        return BAD
    return status


def _parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The arguments; those of a model may stand before, between and after its options."""
    top = parser()
    given, rest = top.parse_known_args(arguments)
    if rest and (given.command != "model" or any(word.startswith("-") for word in rest)):
        top.error(f"unrecognized arguments: {' '.join(rest)}")
    if rest:
        given.words += rest
    return given


def _run(given: argparse.Namespace) -> int:
    match given.command:
        case "check":
            from tanaka.cli.check import check

            return check(given)
        case "facts":
            from tanaka.cli.facts import facts

            return facts(given)
        case "delta":
            from tanaka.cli.delta import delta

            return delta(given)
        case "stress-test":
            from tanaka.cli.stress_test import stress_test

            return stress_test(given)
        case "model":
            from tanaka.cli.model import model

            return model(given)
        case _:
            from tanaka.cli.explain import explain

            return explain(given)
