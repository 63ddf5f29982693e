"""Writes docs/kpis.md, the handbook of all KPIs, from what their files say of themselves, and what the four texts ask for from docs/terms.yml.

python scripts/handbook.py            # writes it anew
python scripts/handbook.py --check    # says whether it is current, by exit code
"""

from __future__ import annotations

import argparse
import re
import sys
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
COMMON = (
    "kpi_id",
    "period_grain",
    "period_start",
    "segment_type",
    "segment",
    "breakdown",
    "value",
    "n_pending",
    "is_final",
)
PARTS = {"numerator": "Numerator", "denominator": "Denominator", "sample_size": "Units (n)"}
BETTER = {"up": "higher is better", "down": "lower is better", "none": "neither way is better"}
INTRO = """\
# The KPIs

Written by `make handbook` from the files of the KPIs; do not edit it. Each KPI is two files in `models/marts/<theme>/`: what is measured
(`.sql`), and what it means, whose it is, how it is judged and what to do (`.yml`). [Rules](rules.md) R1 to R14 hold for all of them;
[decision 17](decisions/0017-comparisons.md) says how they are compared with their own past. A leading KPI warns before money moves, a lagging one tells what
happened, a meta one is about the other KPIs. Bounds can be set anew by segment and date in the seed `kpi_targets`.
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
        return re.sub(r"[^\w -]", "", self.meta["name"].lower()).replace(" ", "-")


def one_line(text: str | None) -> str:
    return " ".join((text or "").split())


def cell(text: str) -> str:
    return one_line(text).replace("|", "\\|")


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
        [one_line(test["name"].replace("_", " ")) for test in declared.get("unit_tests", [])],
    )


def kpis() -> list[Kpi]:
    """All of them, by theme and in the order of dbt_project.yml."""
    listed = yaml.safe_load((ROOT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
    order = [*listed["kpis"], *listed["meta_kpis"]]
    found = [read(path) for path in MARTS.glob("*/kpi_*.yml")]
    return sorted(found, key=lambda kpi: (list(THEMES).index(kpi.theme), order.index(kpi.kpi_id)))


def number(value: float, unit: str) -> str:
    return f"{value:g}" if unit != "ratio" or (abs(value) < 0.001 and value) else f"{100 * value:g} %"


def bands(block: dict, unit: str, direction: str) -> str:
    """The bands of a KPI or companion in words."""
    rule = block["rule"]
    if rule == "none":
        return "none"
    if rule == "baseline" and "good_at" not in block:
        return "against its own baseline: watch when adverse, bad when adverse two months running"
    kind = "x" if rule == "baseline" else unit
    good, bad = number(block["good_at"], kind), number(block["bad_at"], kind)
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
    texts = [f"{meta['window_days']} days after the month" if meta["window_days"] else "at the month's end"]
    if "trailing_months" in meta:
        texts.append(f"covers {meta['trailing_months']} months")
    return "; ".join(texts)


def section(kpi: Kpi) -> str:
    meta = kpi.meta
    grains = "the company, segments and customers" if "customer" in meta["grains"] else "the company and segments"
    rows = [(title, kpi.columns[name]) for name, title in PARTS.items() if kpi.columns.get(name)]
    rows += [
        ("Bands", bands(meta["bands"], meta["unit"], meta["direction"])),
        ("Final", window(meta)),
        ("By", grains + (f"; {meta['breakdown']}" if meta["breakdown"] != "none" else "")),
        ("Needs", ", ".join(f"`{name}`" for name in meta["requires"])),
        ("Owner", f"{meta['owner']}; for {meta['stakeholder']}; {meta['objective']}"),
        ("When bad", f"{one_line(meta['action'])} (playbook `{meta['playbook_id']}`)"),
    ]
    if meta["synonyms"]:
        rows.append(("Also", ", ".join(meta["synonyms"])))
    path = f"models/marts/{kpi.theme}/kpi_{kpi.kpi_id}"
    texts = ", ".join(meta["seed_texts"]) or "none"
    rows.append(("Where", f"[`{path}`](../{path}.sql), reviewed {meta['last_reviewed']}, texts: {texts}"))
    lines = [
        f"### {meta['name']}",
        "",
        f"`{kpi.kpi_id}` · **{meta['timing']}** · {meta['unit']}, {BETTER[meta['direction']]}",
        "",
        kpi.meaning,
        "",
        f"*Example: {kpi.example}*",
        "",
        "| | |",
        "|---|---|",
        *(f"| {title} | {cell(text)} |" for title, text in rows),
        "",
    ]
    further = {name: text for name, text in kpi.columns.items() if name not in (*COMMON, *PARTS)}
    if further:
        lines += [
            "Further columns: "
            + "; ".join(f"`{n}`" + (f" ({t.rstrip('.')})" if t else "") for n, t in further.items())
            + ".",
            "",
        ]
    for companion in meta.get("companions") or []:
        text = bands(companion["bands"], companion["unit"], companion["direction"])
        lines += [
            f"**{companion['name']}** (`{kpi.kpi_id}__{companion['id']}`, {companion['unit']}, {BETTER[companion['direction']]}): "
            f"{one_line(companion['definition'])} Bands: {text}.",
            "",
        ]
    lines += ["Proved: " + "; ".join(kpi.tests) + ".", ""]
    return "\n".join(lines)


def contents(found: list[Kpi]) -> str:
    lines = ["## Contents", "", "| theme | leading | lagging | meta |", "|---|---|---|---|"]
    for theme, title in THEMES.items():
        cells = []
        for timing in ("leading", "lagging", "meta"):
            of_kind = [kpi for kpi in found if kpi.theme == theme and kpi.meta["timing"] == timing]
            cells.append(", ".join(f"[{kpi.meta['name']}](#{kpi.anchor})" for kpi in of_kind))
        lines.append(f"| [{title}](#{title.lower().replace(' ', '-')}) | {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def names(found: list[Kpi]) -> dict[str, tuple[str, Kpi]]:
    """{name or synonym in lower case: (id, KPI)} of KPIs and companions, as kpi_catalog holds them."""
    known: dict[str, tuple[str, Kpi]] = {}
    for kpi in found:
        for name in (kpi.kpi_id, kpi.meta["name"], *kpi.meta["synonyms"]):
            known.setdefault(name.lower(), (kpi.kpi_id, kpi))
        for companion in kpi.meta.get("companions") or []:
            companion_id = f"{kpi.kpi_id}__{companion['id']}"
            for name in (companion_id, companion["name"], *(companion.get("synonyms") or [])):
                known.setdefault(name.lower(), (companion_id, kpi))
    return known


def terms() -> dict:
    return yaml.safe_load(TERMS.read_text(encoding="utf-8"))


def coverage(found: list[Kpi]) -> str:
    """What the four texts name, and where it is answered."""
    known, asked = names(found), terms()
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
        kpi_id, kpi = known[term["term"].lower()]
        lines.append(f"| {cell(term['term'])} | {', '.join(term['texts'])} | [`{kpi_id}`](#{kpi.anchor}) |")
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
