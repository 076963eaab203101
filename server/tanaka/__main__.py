"""``python -m tanaka`` is the console script."""

from tanaka.cli.main import main

raise SystemExit(main())
