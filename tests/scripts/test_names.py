"""One class name, one meaning."""

import ast

from tests.run_folder import CHECKOUT


def test_no_two_classes_of_the_package_have_one_name() -> None:
    places: dict[str, list[str]] = {}
    for path in sorted((CHECKOUT / "eventq").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                place = f"{path.relative_to(CHECKOUT)}:{node.lineno}"
                places.setdefault(node.name.lstrip("_"), []).append(place)
    assert places
    assert {name: where for name, where in places.items() if len(where) > 1} == {}
