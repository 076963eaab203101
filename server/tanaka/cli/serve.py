"""``tanaka serve``: the language server."""

from __future__ import annotations

import argparse
import gc
import sys


def serve(given: argparse.Namespace) -> int:
    """Run until the client leaves; 2 where the address is none."""
    # What is imported stays: a collector that walks over it while it grows costs a tenth of the
    # time to the first answer.  The server turns it on again when all is loaded.
    gc.disable()
    # Messages come through a thread; with the usual 5 ms it waits as long for each line of one
    # while a paper is read.
    sys.setswitchinterval(0.0005)
    import tanaka.lsp.quickstart  # noqa: F401 - before the next line, which imports lsprotocol
    from tanaka.lsp.server import serve_stdio, serve_tcp

    if given.tcp:
        host, _, port = given.tcp.rpartition(":")
        if not host or not port.isdecimal() or not 0 < int(port) < 65536:
            print(f"tanaka: --tcp {given.tcp}: not HOST:PORT", file=sys.stderr)
            return 2
        serve_tcp(host, int(port))
    else:
        serve_stdio()
    return 0
