"""The server of the editor tests: `tanaka`, with every file of theirs that it opens or lists noted.

A virtual project must not be looked for on a disk.  The log lies beside this program's copy, one
path a line; Python tells of each file before it is opened, whether or not it is there.
"""

import os
import sys
from pathlib import Path

_HOME = str(Path(sys.argv[0]).resolve().parent)
_LOG = os.open(f"{_HOME}/files-read.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
_TOLD = {"open", "os.listdir", "os.scandir"}


def note(event: str, args: tuple[object, ...]) -> None:
    """Note a path below the tests' own folder."""
    path = args[0] if event in _TOLD and args else None
    if isinstance(path, (str, bytes, os.PathLike)):
        name = str(Path(os.fsdecode(path)).absolute())
        if name.startswith(f"{_HOME}/"):
            os.write(_LOG, f"{name}\n".encode())


sys.addaudithook(note)

from tanaka.cli.main import main  # noqa: E402  (only what is loaded from here on is watched)

sys.exit(main())
