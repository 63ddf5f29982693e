"""Writes docs/kpis.md, the handbook of all KPIs, from what their files say of themselves, and what the four texts ask for from docs/terms.yml.

python scripts/handbook.py            # writes it anew
python scripts/handbook.py --check    # says whether it is current, by exit code
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
MARTS = ROOT / "models" / "marts"
PAGE = ROOT / "docs" / "kpis.md"
TERMS = ROOT / "docs" / "terms.yml"
THEMES = {
    "revenue": "Revenue and retention",
    "health": "Health and prediction",
    "usage": "Product usage",
    "journey": "Journey and value",
    "engagement": "Digital engagement",
    "voice": "Voice of customer",
    "advocacy": "Advocacy",
    "relationship": "Relationship and growth",
    "support": "Support",
}
# Every mart has these; what they mean is the same everywhere.
COMMON = ("kpi_id", "period_grain", "period_start", "segment_type", "segment", "is_final")
PARTS = {
    "value": "Value",
    "numerator": "Numerator",
    "denominator": "Denominator",
    "sample_size": "Units (n)",
    "n_pending": "Pending",
    "breakdown": "Breakdown",
}
BETTER = {"up": "higher is better", "down": "lower is better", "none": "neither way is better"}
INTRO = """\
# The KPIs

Written by `make handbook` from the files of the KPIs; do not edit it. Each KPI is two files in `models/marts/<theme>/`: what is measured
(`.sql`), and what it means, whose it is, how it is judged and what to do (`.yml`). The [rules](rules.md) R1 to R14 hold for all of them;
[decision 17](decisions/0017-comparisons.md) says how they are compared with their own past.

- **Value** is numerator / denominator where nothing else is said, divided after summing; an empty value could not be measured and is never zero.
- **Timing:** a leading KPI warns before money moves, a lagging one tells what happened, a meta one is about the other KPIs.
- **Bands** are the defaults; the seed `kpi_targets` sets them anew by segment and date. A row of fewer than 30 units (n) asks for no action.
- **Final** says when a month's value stands; until then its band is provisional.
- **Companions** (`<kpi>__<name>`) are values of their own in `kpi_values` and `kpi_catalog`, made of their KPI's columns.
- The [last table](#what-the-four-texts-ask-for) finds a KPI by the words of the texts that the KPIs come from.
"""


@dataclass(frozen=True)
class Kpi:
    """One KPI, as its yml says."""

    kpi_id: str
    theme: str
    meaning: str
    example: str
    meta: dict
    columns: dict[str, str]
    tests: list[str]

    @property
    def anchor(self) -> str:
        return anchor(self.meta["name"])

    @property
    def companions(self) -> list[dict]:
        return self.meta.get("companions") or []


def anchor(heading: str) -> str:
    """Where GitHub links a heading."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def one_line(text: str | None) -> str:
    return " ".join((text or "").split())


def cell(text: str) -> str:
    return one_line(text).replace("|", "\\|")


def sentence(test: dict) -> str:
    """A unit test's name as the sentence that it is, and what its description adds."""
    name = test["name"].replace("_", " ")
    described = one_line(test.get("description"))
    return f"{name[0].upper()}{name[1:]}" + (f": {described}" if described else ".")


def read(path: Path) -> Kpi:
    declared = yaml.safe_load(path.read_text(encoding="utf-8"))
    (model,) = declared["models"]
    meaning, _, example = one_line(model["description"]).partition(" Example: ")
    return Kpi(
        model["name"].removeprefix("kpi_"),
        path.parent.name,
        meaning,
        example,
        model["config"]["meta"]["kpi"],
        {column["name"]: one_line(column.get("description")) for column in model["columns"]},
        [sentence(test) for test in declared["unit_tests"]],
    )


def kpis() -> list[Kpi]:
    """All of them, by theme and in the order of dbt_project.yml."""
    listed = yaml.safe_load((ROOT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
    order = [*listed["kpis"], *listed["meta_kpis"]]
    found = [read(path) for path in MARTS.glob("*/kpi_*.yml")]
    return sorted(found, key=lambda kpi: (list(THEMES).index(kpi.theme), order.index(kpi.kpi_id)))


def bands(block: dict, direction: str) -> str:
    """The bands of a KPI or companion in words."""
    rule = block["rule"]
    if rule == "none":
        return "none"
    if rule == "baseline" and "good_at" not in block:
        return "against its own baseline: watch when adverse, bad when adverse two months running"
    good, bad = f"{block['good_at']:g}", f"{block['bad_at']:g}"
    at_good = ("above", "below") if block.get("good_at_is_watch") else ("from", "up to")
    at_bad = ("up to", "from") if block.get("bad_at_is_bad") else ("below", "above")
    way = 0 if direction == "up" else 1
    text = f"good {at_good[way]} {good}, bad {at_bad[way]} {bad}, watch between"
    if rule == "baseline":
        text += ", as multiples of its own baseline"
    for band in ("good", "bad"):
        if f"{band}_only_if" in block:
            text += f"; {band} only if `{block[f'{band}_only_if']}`"
    return text + "".join(f"; {band} where `{column}`" for band, column in block.get("empty_is", {}).items())


def window(meta: dict) -> str:
    days = meta["window_days"]
    texts = [f"{days} days after the month" if days else "at the month's end"]
    if "trailing_months" in meta:
        alone = f", the month alone is `{meta['monthly_value']}`" if "monthly_value" in meta else ""
        texts.append(f"covers {meta['trailing_months']} months{alone}")
    return "; ".join(texts)


def comparison(meta: dict) -> str:
    """How a KPI is held against its own past, where that is not the usual way."""
    if meta.get("is_two_sided") and meta["direction"] != "none":
        return "a move either way is told as changed"
    return "can be negative: no index, a step is half the way from good to bad" if meta.get("is_signed") else ""


def section(kpi: Kpi) -> str:
    meta = kpi.meta
    grains = "company, segments, customers" if "customer" in meta["grains"] else "company, segments"
    path = f"models/marts/{kpi.theme}/kpi_{kpi.kpi_id}"
    rows = [
        ("Also called", ", ".join(meta["synonyms"])),
        *((title, kpi.columns.get(name, "")) for name, title in PARTS.items() if name != "breakdown"),
        ("Bands", bands(meta["bands"], meta["direction"])),
        ("Against its past", comparison(meta)),
        ("Final", window(meta)),
        ("Grains", grains),
        (
            "Breakdown",
            "" if meta["breakdown"] == "none" else f"{meta['breakdown']}: {kpi.columns['breakdown']}".rstrip(": "),
        ),
        ("Needs", ", ".join(f"`{name}`" for name in meta["requires"])),
        ("Owner", f"{spoken(meta['owner'])}, for {spoken(meta['stakeholder'])}; objective {meta['objective']}"),
        ("Action", one_line(meta["action"])),
        ("Playbook", "" if meta["playbook_id"] == "none" else f"`{meta['playbook_id']}`"),
        ("Where", f"[`{path}.sql`](../{path}.sql), [`.yml`](../{path}.yml), reviewed {meta['last_reviewed']}"),
        ("Texts", ", ".join(meta["seed_texts"])),
    ]
    lines = [
        f"### {meta['name']}",
        "",
        f"`{kpi.kpi_id}` · **{meta['timing']}** · {meta['unit']}, {BETTER[meta['direction']]}",
        "",
        kpi.meaning,
        "",
        *([f"**Example:** {kpi.example}", ""] if kpi.example else []),
        *table(rows),
        "",
    ]
    further = {name: text for name, text in kpi.columns.items() if name not in (*COMMON, *PARTS)}
    if further:
        lines += [
            "Further columns of the mart:",
            "",
            *(f"- `{name}`" + (f": {text}" if text else "") for name, text in further.items()),
            "",
        ]
    for companion in kpi.companions:
        lines += companion_lines(kpi, companion)
    lines += ["Proved by unit tests:", "", *(f"- {test}" for test in kpi.tests), ""]
    return "\n".join(lines)


def companion_lines(kpi: Kpi, companion: dict) -> list[str]:
    def of_columns(key: str) -> str:
        return f"`{companion[key]}`" if companion.get(key) and companion[key] != "null" else ""

    rows = [
        ("Also called", ", ".join(companion.get("synonyms") or [])),
        ("Value", of_columns("value")),
        ("Numerator", of_columns("numerator")),
        ("Denominator", of_columns("denominator")),
        ("Units (n)", of_columns("sample_size")),
        ("Bands", bands(companion["bands"], companion["direction"])),
        ("Against its past", comparison(kpi.meta | companion)),
        ("Needs also", ", ".join(f"`{name}`" for name in companion.get("requires") or [])),
    ]
    return [
        f"#### {companion['name']}",
        "",
        f"`{kpi.kpi_id}__{companion['id']}`, companion · **{kpi.meta['timing']}** · {companion['unit']}, {BETTER[companion['direction']]}",
        "",
        one_line(companion["definition"]),
        "",
        *table(rows),
        "",
    ]


def spoken(role: str) -> str:
    return role.replace("_", " ")


def table(rows: list[tuple[str, str]]) -> list[str]:
    """A table of what is said; what is not has no row."""
    return ["| | |", "|---|---|", *(f"| {title} | {cell(text)} |" for title, text in rows if text)]


def contents(found: list[Kpi]) -> str:
    lines = ["## Contents", "", "| theme | leading | lagging | meta |", "|---|---|---|---|"]
    for theme, title in THEMES.items():
        cells = []
        for timing in ("leading", "lagging", "meta"):
            of_kind = [kpi for kpi in found if kpi.theme == theme and kpi.meta["timing"] == timing]
            cells.append(", ".join(f"[{kpi.meta['name']}](#{kpi.anchor})" for kpi in of_kind))
        lines.append(f"| [{title}](#{anchor(title)}) | {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def called(found: list[Kpi]) -> Iterator[tuple[str, str]]:
    """(id, name or synonym) of every KPI and companion, as kpi_catalog has them; an id is a name too."""
    for kpi in found:
        for name in (kpi.kpi_id, kpi.meta["name"], *kpi.meta["synonyms"]):
            yield kpi.kpi_id, name
        for companion in kpi.companions:
            companion_id = f"{kpi.kpi_id}__{companion['id']}"
            for name in (companion_id, companion["name"], *(companion.get("synonyms") or [])):
                yield companion_id, name


def terms() -> dict:
    return yaml.safe_load(TERMS.read_text(encoding="utf-8"))


def coverage(found: list[Kpi]) -> str:
    """What the four texts name, and where it is answered."""
    asked = terms()
    known = {name.lower(): kpi_id for kpi_id, name in called(found)}
    anchors = {kpi.kpi_id: kpi.anchor for kpi in found}
    lines = [
        "## What the four texts ask for",
        "",
        "Each measure, signal and practice that the texts name, and what answers it: a KPI that kpi_catalog knows by this name, or a part of the project.",
        "",
        *(f"- **{text}**: {title}" for text, title in asked["texts"].items()),
        "",
        "| term | texts | answered by |",
        "|---|---|---|",
    ]
    for term in sorted(asked["measures"], key=lambda one: one["term"].lower()):
        kpi_id = known.get(term["term"].lower())
        answer = f"[`{kpi_id}`](#{anchors[kpi_id.split('__')[0]]})" if kpi_id else "no KPI is called so"
        lines.append(f"| {cell(term['term'])} | {', '.join(term['texts'])} | {answer} |")
    for term in sorted(asked["practices"], key=lambda one: one["term"].lower()):
        lines.append(f"| *{cell(term['term'])}* | {', '.join(term['texts'])} | {cell(term['answer'])} |")
    return "\n".join([*lines, ""])


def page() -> str:
    found = kpis()
    parts = [INTRO, contents(found)]
    for theme, title in THEMES.items():
        parts += [f"## {title}\n", *(section(kpi) for kpi in found if kpi.theme == theme)]
    return "\n".join([*parts, coverage(found)])


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 where the page is not current")
    check = parser.parse_args(arguments).check
    current = page()
    if check:
        is_current = PAGE.exists() and PAGE.read_text(encoding="utf-8") == current
        if not is_current:
            print(f"{PAGE.relative_to(ROOT)} is not what the KPIs say: make handbook")
        return int(not is_current)
    PAGE.write_text(current, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
