"""Tickets as Fivetran's Zendesk connector lands them, and the true clock of those that a customer raised."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import numpy as np
import pandas as pd

from .conversations import ADMIN, AGENTS_OF_TIER, agent_id, group_id, is_agent
from .fivetran import LAG
from .names import FIRST_NAMES, LAST_NAMES
from .settings import Settings
from .support import (
    CUSTOMER,
    ID_BASE,
    OUTBOUND,
    SPAMMER,
    STRANGER,
    STRANGERS,
    Ticket,
    organization_id,
    requesters,
)
from .world import VENDOR_DOMAIN, World

GROUPS = {1: "Tier 1 Support", 2: "Tier 2 Support", 3: "Tier 3 Engineering"}
SUBJECTS = {
    "billing": "Question about our invoice",
    "bug": "Report shows wrong numbers",
    "how_to": "How do I share a dashboard?",
    "integration": "Integration stopped syncing",
    "access": "Cannot sign in",
    "feature_request": "Please add scheduled exports",
    None: "Question",
}
# Name, Rails time zone, opening and closing minute of the local day, minutes ahead of UTC (in winter).
SCHEDULES = {
    1: ("Americas", "Eastern Time (US & Canada)", 480, 1080, -300),
    2: ("United Kingdom", "London", 540, 1050, 0),
    3: ("Europe", "Berlin", 540, 1020, 60),
}
SCHEDULE_OF_REGION = {"AMER": 1, "APAC": 2, "EMEA": 3}
HOLIDAYS = (
    ("New Year", "01-01", (1, 2, 3)),
    ("Labour Day", "05-01", (3,)),
    ("Christmas", "12-25", (1, 2, 3)),
)
MINUTES_OF_DAY = 1440


def zendesk_tables(settings: Settings, world: World, tickets: list[Ticket]) -> dict[str, pd.DataFrame]:
    return {
        "organization": _organizations(settings, world),
        "user": _users(settings, world),
        "group": pd.DataFrame(
            [(group_id(tier), name, settings.start) for tier, name in GROUPS.items()],
            columns=["id", "name", "created_at"],
        ).assign(updated_at=settings.start, _fivetran_deleted=False),
        "ticket": pd.DataFrame([_ticket(ticket) for ticket in tickets]),
        "ticket_field_history": pd.DataFrame(
            [
                (ticket.id, name, at, who, value, at + LAG)
                for ticket in tickets
                for at, who, name, value in ticket.history
            ],
            columns=["ticket_id", "field_name", "updated", "user_id", "value", "_fivetran_synced"],
        ),
        "ticket_comment": _comments(tickets),
        "schedule": pd.DataFrame(_intervals(settings)),
        "schedule_holiday": pd.DataFrame(_holidays(settings)),
        "ticket_schedule": _ticket_schedules(settings, tickets),
    }


def ticket_clock(tickets: list[Ticket]) -> pd.DataFrame:
    """Calendar minutes from creation (of the earliest ticket merged in) to first answer and first solution.

    Only tickets that customers raised (R7): no outbound, no spam, none that was merged away.
    """
    rows = []
    for ticket in tickets:
        if ticket.kind not in (CUSTOMER, STRANGER):
            continue
        created = min([ticket.created, *(loser.created for loser in ticket.absorbed)])
        answers = [at for at, who, is_public, _ in ticket.comments if is_public and is_agent(who)]
        solved = [at for at, _, name, value in ticket.history if (name, value) == ("status", "solved")]
        rows.append((ticket.id, _minutes(created, answers), _minutes(created, solved)))
    return pd.DataFrame(rows, columns=["ticket_id", "first_reply_calendar_minutes", "first_solved_calendar_minutes"])


def _minutes(created: datetime, moments: list[datetime]) -> float | None:
    return (min(moments) - created).total_seconds() / 60 if moments else None


def _organizations(settings: Settings, world: World) -> pd.DataFrame:
    """One per account that signed, plus two that no account answers to."""
    signed = world.customers[world.customers["kind"] != "prospect"]
    known = pd.DataFrame(
        {
            "id": organization_id(signed.index),
            "name": signed["name"],
            "external_id": signed["zendesk_account_id"],
            "created_at": signed["signed_at"],
        }
    )
    strangers = pd.DataFrame(
        {
            "id": list(STRANGERS),
            "name": ["Wandering Works", "Lost Labs"],
            "external_id": ["001" + settings.token("nowhere", 0, 15), None],
            "created_at": settings.start,
        }
    )
    organizations = pd.concat([known, strangers])
    return organizations.assign(updated_at=organizations["created_at"]).sort_values("id")


def _users(settings: Settings, world: World) -> pd.DataFrame:
    people = requesters(world)
    end_users = pd.DataFrame(
        {
            "id": people["id"],
            "name": people["first_name"] + " " + people["last_name"],
            "email": people["email"],
            "role": "end-user",
            "organization_id": organization_id(people["customer"]),
            "created_at": people["joined_at"].clip(upper=settings.synced_at),
            "suspended": False,
        }
    )
    others = [
        *((user, f"visitor@stranger{n}.example", "end-user", org) for n, (org, user) in enumerate(STRANGERS.items())),
        (SPAMMER, "win@prizes.example", "end-user", None),
        (ADMIN, f"admin@{VENDOR_DOMAIN}", "admin", None),
        *(
            (agent_id(tier, number), f"agent{tier}{number}@{VENDOR_DOMAIN}", "agent", None)
            for tier, count in AGENTS_OF_TIER.items()
            for number in range(count)
        ),
    ]
    staff = pd.DataFrame(others, columns=["id", "email", "role", "organization_id"])
    rng = settings.rng("agents")
    first, last = rng.choice(FIRST_NAMES, len(staff)), rng.choice(LAST_NAMES, len(staff))
    staff = staff.assign(
        name=[f"{a} {b}" for a, b in zip(first, last, strict=True)],
        created_at=settings.start,
        suspended=staff["id"] == SPAMMER,
    )
    users = pd.concat([end_users, staff.astype({"organization_id": "Int64"})]).sort_values("id")
    return users.assign(active=True, alias=None, time_zone="London", _fivetran_deleted=False)


def _ticket(ticket: Ticket) -> dict:
    """The ticket as it stood at the window's end."""
    assignee, group = ticket.last("assignee_id"), ticket.last("group_id")
    changes = [at for at, *_ in (*ticket.history, *ticket.comments)]
    absorbed = ", ".join(str(loser.id) for loser in ticket.absorbed)
    return {
        "id": ticket.id,
        "subject": SUBJECTS[ticket.category],
        "description": "Hello, we have a question.",
        "status": ticket.last("status"),
        "priority": ticket.last("priority"),
        "type": "problem" if ticket.category == "bug" else "question",
        "via_channel": ticket.channel,
        "requester_id": ticket.requester,
        "submitter_id": ticket.comments[0][1] if ticket.kind == OUTBOUND else ticket.requester,
        "assignee_id": int(assignee) if assignee else None,
        "organization_id": ticket.organization,
        "group_id": int(group),
        "brand_id": ID_BASE + 900,
        "ticket_form_id": ID_BASE + 901,
        "created_at": ticket.created,
        "updated_at": f"{max(changes):%Y-%m-%d %H:%M:%S}",
        "is_public": True,
        "merged_ticket_ids": f"[{absorbed}]",
        "followup_ids": "[]",
        "_fivetran_deleted": False,
    }


def _comments(tickets: list[Ticket]) -> pd.DataFrame:
    rows = [
        (ticket.id, who, at, is_public, text, ticket.channel == "voice", at + LAG)
        for ticket in tickets
        for at, who, is_public, text in ticket.comments
    ]
    columns = ["ticket_id", "user_id", "created", "public", "body", "voice_comment", "_fivetran_synced"]
    comments = pd.DataFrame(rows, columns=columns)
    return comments.assign(id=ID_BASE + 50_000_000 + np.arange(len(comments)), _fivetran_deleted=False)


def _intervals(settings: Settings) -> Iterator[dict]:
    """Monday to Friday of each schedule, in minutes from Sunday 00:00, local and UTC."""
    for number, (name, time_zone, opens, closes, ahead) in SCHEDULES.items():
        for weekday in range(1, 6):
            start, end = (weekday * MINUTES_OF_DAY + minutes for minutes in (opens, closes))
            yield {
                "id": ID_BASE + 800 + number,
                "name": name,
                "time_zone": time_zone,
                "start_time": start,
                "end_time": end,
                "start_time_utc": start - ahead,
                "end_time_utc": end - ahead,
                "created_at": settings.start,
                "_fivetran_deleted": False,
            }


def _holidays(settings: Settings) -> list[dict]:
    days = [
        (schedule, name, f"{year}-{day}")
        for year in range(settings.start.year, settings.end.year + 1)
        for name, day, schedules in HOLIDAYS
        for schedule in schedules
    ]
    return [
        {
            "id": ID_BASE + 850_000 + number,
            "schedule_id": ID_BASE + 800 + schedule,
            "name": name,
            "start_date": day,
            "end_date": day,
            "_fivetran_deleted": False,
        }
        for number, (schedule, name, day) in enumerate(days)
    ]


def _ticket_schedules(settings: Settings, tickets: list[Ticket]) -> pd.DataFrame:
    """The schedule applied to a ticket; one in ten has none."""
    has_schedule = settings.rng("schedules").random(len(tickets)) < 0.9
    rows = [
        (ticket.id, ID_BASE + 800 + SCHEDULE_OF_REGION[ticket.region], ticket.created)
        for ticket, has in zip(tickets, has_schedule, strict=True)
        if has
    ]
    return pd.DataFrame(rows, columns=["ticket_id", "schedule_id", "created_at"])
