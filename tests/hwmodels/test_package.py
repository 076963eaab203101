"""The package as a whole: what it imports, and that its README runs."""

from __future__ import annotations

import ast
import doctest
import re
import subprocess
import sys
from pathlib import Path

import hwmodels
from hwmodels.catalog import Catalog, read_sources

SOURCE = Path(hwmodels.__file__).parent
README = SOURCE.parent / "README.md"


def test_needs_numpy_and_nothing_else() -> None:
    allowed = set(sys.stdlib_module_names) | {"numpy", "hwmodels"}
    seen = set()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                seen |= {a.name.partition(".")[0] for a in node.names}
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{path.name} imports relatively"
                seen.add((node.module or "").partition(".")[0])
    assert "numpy" in seen
    assert seen <= allowed


def test_scalars_and_the_catalogue_load_neither_numpy_nor_the_data_at_import() -> None:
    """Keeps the start of a server within its budget; arrays load numpy when they come."""
    program = (
        "import sys, hwmodels.catalog as c, hwmodels.roofline as r\n"
        "import hwmodels.memory, hwmodels.straggler, hwmodels.transformer, hwmodels.communication\n"
        "assert c.catalog.cache_info().currsize == 0\n"
        "c.find('H100'); r.roofline_time(1.0, 2.0, 3.0, 4.0)\n"
        "assert 'numpy' not in sys.modules\n"
        "r.ridge([1.0, 2.0], 3.0)\n"
        "assert 'numpy' in sys.modules\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(SOURCE.parent)},
    )
    assert done.returncode == 0, done.stderr


def test_the_examples_of_the_readme_run() -> None:
    found = doctest.testfile(str(README), module_relative=False)
    assert found.attempted >= 6 and found.failed == 0


def test_the_accelerator_of_the_readme_is_read() -> None:
    blocks = re.findall(r"```toml\n(.*?)```", README.read_text("utf-8"), re.S)
    (part,) = [b for b in blocks if "[peak]" in b]
    (source,) = [b for b in blocks if "title" in b]
    known = read_sources("sources.toml", source)
    made = Catalog.from_texts({"lab-x1.toml": part}, known)
    assert [p.id for p in made.find("LabX1")] == ["lab-x1-64gb"]


def test_the_readme_lists_every_module() -> None:
    text = README.read_text("utf-8")
    for path in SOURCE.glob("[a-z]*.py"):
        assert f"`{path.stem}`" in text, path.stem


def test_a_module_is_there_when_it_is_named_and_numpy_when_an_array_comes() -> None:
    said = subprocess.run(
        [sys.executable, "-c", """
import sys
import hwmodels
before = {m for m in sys.modules if m.startswith("hwmodels.")}
print(before, hwmodels.roofline.ridge(P=312e12, W=2e12), "numpy" in sys.modules)
print(hwmodels.roofline.ridge(P=[312e12, 624e12], W=2e12).tolist(), "numpy" in sys.modules)
print(hasattr(hwmodels, "nothing"))
"""],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert said.stdout == "set() 156.0 False\n[156.0, 312.0] True\nFalse\n"


def test_no_bound_rests_on_a_measured_range() -> None:
    """Whoever reads the shares that were measured answers with estimates only."""
    readers = [p for p in SOURCE.glob("*.py") if "from hwmodels.efficiency" in p.read_text("utf-8")]
    assert len(readers) >= 2
    for path in readers:
        tree = ast.parse(path.read_text("utf-8"))
        said = {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant)}
        assert "estimate" in said, path.name
        assert not said & {"bound", "identity"}, path.name
