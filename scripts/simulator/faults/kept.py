"""Defects of the files that people keep by hand."""

from __future__ import annotations

from .landing import Landing
from .registry import fault


@fault("files/costs", "rejected", "amount is not a decimal(28, 6): write 1234.56")
def costs_in_words(raw: Landing) -> None:
    """Four further lines of costs have an amount in words."""
    raw.add(
        "files/costs",
        "select 'words-' || cost_id as cost_id, month, function, purpose, segment, 'twelve' as amount, currency from t "
        "where cost_id in (select min(cost_id) from t group by function order by 1 limit 4)",
    )
