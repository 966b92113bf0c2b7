"""Measures the shape of the code: `python3 docs/measure_code.py [FOLDER]` prints one line for each figure.

Reads the files that git knows below FOLDER (default: the repository this file stands in), so that two
commits are compared by the same script. Migrations are generated and are left out. Standard library only.
"""

import ast
import re
import statistics
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

# Which app owns a table, by the longest prefix of its name.
TABLE_PREFIXES = {
    "kernel_": "district/kernel",
    "calendar_": "district/calendar",
    "members_": "district/members",
    "merchants_": "district/merchants",
    "consent_": "district/consent",
    "payments_": "district/payments",
    "demo_": "district/demo",
    "loyalty_": "loyalty",
    "batches_": "loyalty/receipt_batches",
    "bills_": "loyalty/receipt_photos",
    "business_circle_": "loyalty/business_circle",
    "settlement_": "loyalty/settlement",
    "coupons_": "coupons",
    "issuing_": "coupons/issuing",
    "offline_": "coupons/offline",
    "parking_": "parking",
    "credit_": "credit",
    "charter_": "credit/charter",
    "complaints_": "credit/complaints",
    "evidence_": "credit/evidence",
    "wechat_complaints_": "credit/wechat_complaints",
    "compensation_": "credit/compensation",
    "financing_": "credit/financing",
}
# Folders that an app had before it was renamed.
RENAMED = {"loyalty/batches": "loyalty/receipt_batches", "loyalty/bills": "loyalty/receipt_photos"}
WRITE = re.compile(
    r"\b(?:insert\s+into|update|delete\s+from)\s+(?:only\s+)?\"?([a-z]+_[a-z_]+)", re.I
)
# Names that Django asks for in every class or command.
EXPECTED_TWICE = {"Meta", "Command"}


def tracked(folder: Path) -> list[Path]:
    """Files of the repository that somebody wrote."""
    listed = subprocess.check_output(["git", "-C", folder, "ls-files"], text=True).splitlines()
    return [
        Path(name) for name in listed if "/migrations/" not in name and (folder / name).exists()
    ]


def functions(tree: ast.AST) -> Iterator[int]:
    """The lengths of functions and methods in lines, decorators left out."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield (node.end_lineno or node.lineno) - node.lineno + 1


def owner(name: str) -> str:
    """The app a file belongs to: the longest folder of an app that it stands in."""
    apps = sorted(set(TABLE_PREFIXES.values()) | set(RENAMED), key=len, reverse=True)
    found = next((app for app in apps if name.startswith(f"{app}/")), name.split("/", 1)[0])
    return RENAMED.get(found, found)


def foreign_writes(folder: Path, files: list[Path]) -> list[str]:
    """Statements in SQL files that write another app's table."""
    found = []
    for path in files:
        if path.suffix != ".sql" or path.parts[0] in {"tests", "benchmarks"}:
            continue
        for number, line in enumerate((folder / path).read_text().splitlines(), 1):
            for table in WRITE.findall(line.split("--")[0]):
                prefix = next((known for known in TABLE_PREFIXES if table.startswith(known)), None)
                if prefix and TABLE_PREFIXES[prefix] != owner(str(path)):
                    found.append(f"{path}:{number} {table}")
    return found


def classes(folder: Path, files: list[Path]) -> dict[str, list[str]]:
    """Where each class of a module's top level stands."""
    found = defaultdict(list)
    for path in files:
        if path.suffix == ".py":
            for node in ast.parse((folder / path).read_text()).body:
                if isinstance(node, ast.ClassDef):
                    found[node.name].append(str(path))
    return found


def mentions(folder: Path, files: list[Path], app: str) -> list[str]:
    """Files of production code outside an app's folder that name its package."""
    word = re.compile(rf"\b{re.escape(app.replace('/', '.'))}\b")
    return [
        str(path)
        for path in files
        if path.suffix in {".py", ".toml"}
        and not str(path).startswith((f"{app}/", "tests/", "docs/", "benchmarks/"))
        and word.search((folder / path).read_text())
    ]


def main() -> None:
    folder = Path(sys.argv[1] if sys.argv[1:] else Path(__file__).parent.parent).resolve()
    files = tracked(folder)
    code = [path for path in files if path.suffix == ".py"]
    production = [path for path in code if path.parts[0] not in {"tests", "benchmarks", "docs"}]
    text = {path: (folder / path).read_text() for path in code}
    lengths = sorted(length for path in production for length in functions(ast.parse(text[path])))

    def lines(paths: list[Path]) -> int:
        return sum(text[path].count("\n") for path in paths)

    print(f"production: {len(production)} files, {lines(production):,} lines")
    tests = [path for path in code if path.parts[0] == "tests"]
    print(f"tests: {len(tests)} files, {lines(tests):,} lines")
    admin = [path for path in production if "admin" in path.parts or "backoffice" in path.parts]
    print(f"admin: {len(admin)} files, {lines(admin):,} lines")
    print(
        f"functions: {len(lengths):,}, lines median {statistics.median(lengths):g}, "
        f"p90 {lengths[int(len(lengths) * 0.9)]}, max {lengths[-1]}"
    )
    sizes = Counter({str(path): text[path].count("\n") for path in code})
    print("longest files: " + ", ".join(f"{name} {size}" for name, size in sizes.most_common(3)))
    twice = {
        name: where
        for name, where in classes(folder, code).items()
        if len(where) > 1 and name not in EXPECTED_TWICE
    }
    print(f"class names used twice: {len(twice)}")
    for name, where in sorted(twice.items()):
        print(f"  {name}: {', '.join(where)}")
    written = foreign_writes(folder, files)
    print(f"SQL writes across apps: {len(written)}")
    for line in written:
        print(f"  {line}")
    for app in ("coupons/offline", "parking"):
        named = mentions(folder, files, app)
        print(f"foreign files that name {app}: {len(named)}")
        for name in named:
            print(f"  {name}")


if __name__ == "__main__":
    main()
