"""Writes the part of docs/your_own_data.md that says what each table of the source `files` holds, from their declarations.

python scripts/files_contract.py            # writes it anew
python scripts/files_contract.py --check    # says whether it is current, by exit code
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
DECLARATIONS = ROOT / "models" / "staging" / "files" / "_files__sources.yml"
PAGE = ROOT / "docs" / "your_own_data.md"
BEGIN = "<!-- written by scripts/files_contract.py: begin -->\n"
END = "<!-- end -->\n"
TYPES = {
    "varchar": "text",
    "bigint": "whole number",
    "double": "number",
    "boolean": "true or false",
    "timestamp": "time",
    "date": "date",
}


def one_line(text: str | None) -> str:
    return " ".join((text or "").split()).replace("|", "\\|")


def is_required(column: dict) -> bool:
    return column.get("config", {}).get("meta", {}).get("required", False)


def section(table: dict) -> str:
    """A table's heading, what a row is, and its columns."""
    lines = [
        f"### {table['name']}",
        "",
        f"{one_line(table['description'])} [Template](../templates/{table['name']}.csv)",
        "",
        "| column | type | required | |",
        "|---|---|---|---|",
    ]
    for column in table["columns"]:
        required = "yes" if is_required(column) else ""
        kind = TYPES[column["data_type"]]
        lines.append(f"| `{column['name']}` | {kind} | {required} | {one_line(column.get('description'))} |")
    return "\n".join(lines) + "\n"


def contract() -> str:
    """The sections of all tables, in the order of their declarations."""
    (source,) = yaml.safe_load(DECLARATIONS.read_text(encoding="utf-8"))["sources"]
    return "\n".join(section(table) for table in source["tables"])


def page_with(text: str, page: str) -> str:
    """`page` with `text` between its marks."""
    before, rest = page.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n{text}\n{END}{after}"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 where the page is not current")
    check = parser.parse_args(arguments).check
    page = PAGE.read_text(encoding="utf-8")
    current = page_with(contract(), page)
    if check:
        if page != current:
            print(f"{PAGE.relative_to(ROOT)} is not what {DECLARATIONS.relative_to(ROOT)} says: make contract")
        return int(page != current)
    PAGE.write_text(current, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
