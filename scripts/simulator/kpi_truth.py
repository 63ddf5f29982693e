"""The true values of KPIs, in every segment that a customer can be in, from what was lived."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from .advocacy import Advocacy
from .content import Engagement
from .contracts import Contracts
from .costs import Costs
from .feedback import Feedback
from .files import churn_reasons
from .invoiced import invoiced_months
from .kpi_advocacy import AdvocacyKpis
from .kpi_complaints import ComplaintKpis
from .kpi_costs import CostKpis
from .kpi_engagement import EngagementKpis
from .kpi_feedback import FeedbackKpis, Voice
from .kpi_growth import GrowthKpis, RenewalUse
from .kpi_journey import JourneyKpis
from .kpi_relationship import RelationshipKpis
from .kpi_revenue import RevenueKpis
from .kpi_support import SupportKpis
from .kpi_usage import UsageKpis
from .kpi_value import ValueKpis
from .kpi_voice import VoiceKpis
from .kpis import Kpis
from .ledger import Ledger
from .opportunities import Deals
from .relationship import Relations
from .relationship_truth import RelationshipMonths
from .segments import build_segments, month_by_customer
from .settings import Settings
from .success import Success
from .surveys import Surveys
from .truth import Revenue
from .usage_truth import UsageTruth
from .world import World


@dataclass(frozen=True)
class Lived:
    """What KPIs are made of. `tickets`: what SupportTruth remembers; `people`: what UsageTruth says of the spine; `runs`: attempts and failures of
    customers' processes."""

    settings: Settings
    world: World
    ledger: Ledger
    contracts: Contracts
    revenue: Revenue
    costs: Costs
    tickets: list[dict]
    surveys: Surveys
    feedback: Feedback
    engagement: Engagement
    success: Success
    relations: Relations
    deals: Deals
    advocacy: Advocacy
    usage: UsageTruth
    renewed: RenewalUse
    people: dict[str, pd.DataFrame]
    runs: pd.DataFrame


def true_kpis(lived: Lived) -> dict[str, pd.DataFrame]:
    """Of each customer its segments, and a table per KPI."""
    settings, world, revenue = lived.settings, lived.world, lived.revenue
    people = lived.people["active_users"]
    users = month_by_customer(settings, world, people, people["active_users"])
    segments = build_segments(settings, world, revenue.spine, revenue.months, revenue.plans(), users)
    kpis = Kpis(settings, segments)
    money = RevenueKpis(settings, kpis, revenue.spine, revenue.months)
    money.add(lived.contracts.renewals(), revenue.last_served(), churn_reasons(settings, world, lived.ledger))
    support = SupportKpis(settings, kpis, revenue.spine, lived.tickets)
    support.add(people[["customer", "month", "active_users"]])
    UsageKpis(settings, kpis, lived.usage, lived.people, money.spine, lived.runs).add()
    engagement = EngagementKpis(settings, world, kpis, money.spine, people, lived.usage)
    engagement.add(lived.engagement, lived.surveys, support.askers(), lived.relations)
    VoiceKpis(settings, kpis, revenue.spine, lived.surveys).add(lived.feedback)
    said = Voice(
        lived.surveys,
        lived.feedback,
        lived.success.plays.plays,
        lived.engagement.messages,
        lived.contracts,
        lived.usage,
        people,
    )
    FeedbackKpis(settings, kpis, revenue, said).add()
    JourneyKpis(settings, kpis, revenue.spine, lived.success).add()
    stood = RelationshipMonths(settings, world, lived.ledger, lived.relations, lived.deals)
    RelationshipKpis(settings, kpis, money.spine, lived.relations, stood).add()
    AdvocacyKpis(settings, kpis, money.spine, lived.advocacy).add()
    invoiced = invoiced_months(settings, lived.ledger)
    CostKpis(settings, kpis, money.spine, lived.costs, invoiced).add(money.churned, support.created, support.solved)
    value = ValueKpis(settings, kpis, lived.success)
    value.add(lived.surveys, invoiced, min(settings.month_of(one.created) for one in lived.ledger.subscriptions))
    money.add_expansion(value.after_outcomes(money.spine))
    complaints = ComplaintKpis(settings, kpis, money.spine, lived.tickets, lived.feedback)
    complaints.add()
    GrowthKpis(settings, world, kpis).add(lived.deals, lived.renewed, money.spine, lived.usage.first_counted_day)
    names = world.customers["account_id"].to_numpy()
    stated = segments.rows()
    stated = stated.assign(customer_id=names[stated["customer"]], month=kpis.starts[stated["month"]])
    tables = {"customer_segments": stated.drop(columns="customer"), "complaints": complaints.table(names)}
    return tables | {"values": kpis.values()} | kpis.tables
