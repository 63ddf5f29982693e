"""The true values of KPIs, in every segment that a customer can be in, from what was lived."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from .contracts import Contracts
from .costs import Costs
from .files import churn_reasons
from .kpi_revenue import RevenueKpis
from .kpi_support import SupportKpis
from .kpi_usage import UsageKpis
from .kpi_voice import Voice, VoiceKpis
from .kpis import Kpis
from .ledger import Ledger
from .segments import build_segments, month_by_customer
from .settings import Settings
from .truth import Revenue
from .world import World


@dataclass(frozen=True)
class Lived:
    """What KPIs are made of. `tickets`: what SupportTruth remembers; `users`: active users by customer and month of the spine, from when
    users are recorded on."""

    settings: Settings
    world: World
    ledger: Ledger
    contracts: Contracts
    revenue: Revenue
    costs: Costs
    tickets: list[dict]
    users: pd.DataFrame
    voice: Voice


def true_kpis(lived: Lived) -> dict[str, pd.DataFrame]:
    """Of each customer its segments, and a table per KPI."""
    settings, world, revenue = lived.settings, lived.world, lived.revenue
    users = month_by_customer(settings, world, lived.users, lived.users["active_users"])
    segments = build_segments(settings, world, revenue.spine, revenue.months, revenue.plans(), users)
    kpis = Kpis(settings, segments)
    RevenueKpis(settings, kpis, revenue.spine, revenue.months).add(
        lived.contracts.renewals(), revenue.last_served(), churn_reasons(settings, world, lived.ledger)
    )
    SupportKpis(settings, kpis, revenue.spine, lived.tickets).add(lived.users)
    UsageKpis(settings, kpis, revenue.spine, revenue.months, lived.voice.usage).add()
    VoiceKpis(settings, kpis, revenue, lived.voice).add()
    names = world.customers["account_id"].to_numpy()
    stated = segments.rows()
    stated = stated.assign(customer_id=names[stated["customer"]], month=kpis.starts[stated["month"]])
    return {"customer_segments": stated.drop(columns="customer")} | kpis.tables
