"""``tanaka serve``: the language server."""

from __future__ import annotations

import argparse

from tanaka.cli.files import Unreadable


def serve(given: argparse.Namespace) -> int:
    """Run until the client leaves."""
    from tanaka.lsp.server import serve_stdio, serve_tcp

    if given.tcp:
        host, _, port = given.tcp.rpartition(":")
        if not host or not port.isdigit():
            raise Unreadable(f"--tcp {given.tcp}: not HOST:PORT")
        serve_tcp(host, int(port))
    else:
        serve_stdio()
    return 0
