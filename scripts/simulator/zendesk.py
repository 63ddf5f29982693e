"""Support as Fivetran's Zendesk connector lands it, with the help desk's own minutes of each ticket."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from .conversations import ADMIN, BILLING_DESK, BOT, MANAGEMENT, PARTNERS, Conversations, group_id
from .fivetran import LAG
from .ledger import Ledger
from .names import FIRST_NAMES, LAST_NAMES
from .schedules import SCHEDULES, Clock, clocks, clocks_of_the_time
from .settings import Settings
from .support import (
    AGENTS_OF_TIER,
    ID_BASE,
    OUTBOUND,
    SPAMMER,
    STRANGERS,
    Ticket,
    agent_id,
    build_tickets,
    organizations,
    requesters,
)
from .support_truth import SupportTruth
from .surveys import RatedTickets
from .world import VENDOR_DOMAIN, World

# The former first line of partners left no tier behind; management is no tier of its own.
GROUPS = {
    group_id(1): "Tier 1 Support",
    group_id(2): "Tier 2 Support",
    group_id(3): "Tier 3 Engineering",
    BILLING_DESK: "Billing Desk",
    MANAGEMENT: "Support Management",
    PARTNERS: "Partner Desk",
}
SUBJECTS = {
    "billing": "Question about our invoice",
    "bug": "Report shows wrong numbers",
    "how_to": "How do I share a dashboard?",
    "integration": "Integration stopped syncing",
    "access": "Cannot sign in",
    "feature_request": "Please add scheduled exports",
    None: "Question",
}
BRANDS = {ID_BASE + 900: ("Cadence", "cadence", True), ID_BASE + 910: ("Cadence Labs", "cadence-labs", False)}
FORMS = {ID_BASE + 901: "Question", ID_BASE + 911: "Billing question"}
SLA_POLICIES = {ID_BASE + 951: "Standard", ID_BASE + 952: "Premium"}
SLA_MINUTES = {"urgent": 60, "high": 240, "normal": 480, "low": 960}
CHUNK = 2000


def run_support(
    settings: Settings, world: World, ledger: Ledger, rated: RatedTickets
) -> tuple[dict[str, pd.DataFrame], SupportTruth]:
    """Zendesk's tables and the truth of support; `rated` is told of every ticket. Each is forgotten once it is written down."""
    tickets = build_tickets(settings, world, ledger)
    by_number = clocks(settings)
    conversations = Conversations(settings, by_number)
    truth, landed = SupportTruth(settings, world, by_number), _Landing(clocks_of_the_time(by_number))
    for number, ticket in enumerate(tickets, start=1):
        conversations.hold(ticket)
        truth.add(ticket)
        rated.add(ticket)
        landed.add(ticket)
        ticket.forget()
        if number % CHUNK == 0:
            landed.pack()
    tables = {
        "organization": _organizations(settings, world),
        "organization_tag": _organization_tags(world),
        "domain_name": _domains(world),
        "user": _users(settings, world),
        "group": pd.DataFrame({"id": list(GROUPS), "name": list(GROUPS.values())}).assign(
            created_at=settings.start, updated_at=settings.start, _fivetran_deleted=[n == PARTNERS for n in GROUPS]
        ),
        "brand": _brands(),
        "ticket_form_history": _forms(settings),
        "schedule": pd.DataFrame(_intervals(settings)),
        "schedule_holiday": pd.DataFrame(_holidays(settings)),
        "time_zone": pd.DataFrame(_time_zones(), columns=["time_zone", "standard_offset"]),
        "daylight_time": pd.DataFrame(_daylight_times(settings)),
        "sla_policy_metric_history": pd.DataFrame(_sla_metrics(settings)),
        **landed.tables(),
    }
    return tables, truth


class _Landing:
    """The rows of the tables that grow with the tickets, packed into frames from time to time."""

    def __init__(self, clocks: dict[int, Clock]) -> None:
        self.clocks = clocks
        self.comments = 0
        self.rows: dict[str, list] = defaultdict(list)
        self.frames: dict[str, list[pd.DataFrame]] = defaultdict(list)
        self.followed_by: dict[int, list[int]] = defaultdict(list)

    def add(self, ticket: Ticket) -> None:
        if ticket.follows:
            self.followed_by[ticket.follows.id].append(ticket.id)
        self.rows["ticket"].append(_ticket(ticket))
        self.rows["ticket_metric"].append(_metric(ticket, self.clocks))
        self.rows["ticket_field_history"] += [
            {"ticket_id": ticket.id, "field_name": name, "updated": at, "user_id": who, "value": value}
            for at, who, name, value in ticket.history
        ]
        self.rows["ticket_comment"] += [
            {
                "id": ID_BASE + 50_000_000 + self.comments + number,
                "ticket_id": ticket.id,
                "user_id": who,
                "created": at,
                "public": is_public,
                "body": text,
                "voice_comment": ticket.channel == "voice",
            }
            for number, (at, who, is_public, text) in enumerate(ticket.comments)
        ]
        self.comments += len(ticket.comments)
        self.rows["ticket_schedule"] += [
            {"ticket_id": ticket.id, "schedule_id": schedule_id(schedule), "created_at": at}
            for at, schedule in ticket.schedules
        ]
        self.rows["ticket_tag"] += [{"ticket_id": ticket.id, "tag": tag} for tag in sorted(_tags(ticket))]
        if ticket.priority:
            policy = min(SLA_POLICIES) if ticket.id % 4 else max(SLA_POLICIES)
            self.rows["ticket_sla_policy"].append(
                {"ticket_id": ticket.id, "sla_policy_id": policy, "policy_applied_at": ticket.created}
            )
        self.rows["satisfaction_rating"] += _rating(ticket)

    def pack(self) -> None:
        for name, rows in self.rows.items():
            self.frames[name].append(pd.DataFrame(rows))
        self.rows.clear()

    def tables(self) -> dict[str, pd.DataFrame]:
        self.pack()
        found = {name: pd.concat(frames, ignore_index=True) for name, frames in self.frames.items()}
        for name, at in (("ticket_field_history", "updated"), ("ticket_comment", "created")):
            found[name]["_fivetran_synced"] = found[name][at] + LAG
        found["ticket_comment"]["_fivetran_deleted"] = False
        followers = found["ticket"]["id"].map(self.followed_by)
        found["ticket"]["followup_ids"] = [str(ids) if isinstance(ids, list) else "[]" for ids in followers]
        return found


def schedule_id(number: int) -> int:
    return ID_BASE + 800 + number


def _organizations(settings: Settings, world: World) -> pd.DataFrame:
    """Those of the accounts that signed, plus two that no account answers to."""
    strangers = pd.DataFrame(
        {
            "id": list(STRANGERS),
            "name": ["Wandering Works", "Lost Labs"],
            "external_id": ["001" + settings.token("nowhere", 0, 15), None],
            "created_at": settings.start,
        }
    )
    found = pd.concat([organizations(world), strangers])
    return found.assign(updated_at=found["created_at"]).sort_values("id")


def _organization_tags(world: World) -> pd.DataFrame:
    known = organizations(world)
    return pd.DataFrame({"organization_id": known["id"], "tag": known["segment"].str.lower()})


def _domains(world: World) -> pd.DataFrame:
    known = organizations(world).dropna(subset="domain")
    return pd.DataFrame({"organization_id": known["id"], "domain_name": known["domain"], "index": 0})


def _users(settings: Settings, world: World) -> pd.DataFrame:
    people = requesters(world)
    end_users = pd.DataFrame(
        {
            "id": people["id"],
            "name": people["first_name"] + " " + people["last_name"],
            "email": people["email"],
            "role": "end-user",
            "organization_id": people["organization"],
            "created_at": people["joined_at"].clip(upper=settings.synced_at),
            "suspended": False,
        }
    )
    others = [
        *((user, f"visitor@stranger{n}.example", "end-user", org) for n, (org, user) in enumerate(STRANGERS.items())),
        (SPAMMER, "win@prizes.example", "end-user", None),
        (ADMIN, f"admin@{VENDOR_DOMAIN}", "admin", None),
        (BOT, f"bot@{VENDOR_DOMAIN}", "agent", None),
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
    users["alias"] = np.where(users["id"] == BOT, "bot", None)
    return users.assign(active=True, time_zone="London", _fivetran_deleted=False)


def _ticket(ticket: Ticket) -> dict:
    """The ticket as it stood at the window's end, or when it was deleted."""
    assignee, group, requester = (ticket.last(name) for name in ("assignee_id", "group_id", "requester_id"))
    changes = [at for at, *_ in (*ticket.history, *ticket.comments)]
    absorbed = ", ".join(str(loser.id) for loser in ticket.absorbed)
    is_billing = ticket.category == "billing"
    return {
        "id": ticket.id,
        "subject": SUBJECTS[ticket.category],
        "description": "Hello, we have a question.",
        "status": "deleted" if ticket.deleted_at else ticket.last("status"),
        "priority": ticket.last("priority"),
        "type": "problem" if ticket.category == "bug" else "question",
        "via_channel": ticket.channel,
        "requester_id": int(requester) if requester else ticket.requester,
        "submitter_id": ticket.comments[0][1] if ticket.kind == OUTBOUND else ticket.requester,
        "assignee_id": int(assignee) if assignee else None,
        "organization_id": ticket.organization,
        "group_id": int(group),
        "brand_id": max(BRANDS) if ticket.id % 20 == 0 else min(BRANDS),
        "ticket_form_id": max(FORMS) if is_billing else min(FORMS),
        "created_at": ticket.created,
        "updated_at": f"{max(changes):%Y-%m-%d %H:%M:%S}",
        "is_public": True,
        "merged_ticket_ids": f"[{absorbed}]",
        "via_followup_source_id": ticket.follows.id if ticket.follows else None,
        "_fivetran_deleted": ticket.deleted_at is not None,
    }


def _tags(ticket: Ticket) -> set[str]:
    authors = {who for _, who, _, _ in ticket.comments}
    found = {ticket.category, "answer_bot" if BOT in authors else None, "merged" if ticket.merged_at else None}
    return {tag for tag in found if tag}


def _rating(ticket: Ticket) -> list[dict]:
    """The one rating that Zendesk keeps per ticket, as it stands now."""
    changes = [(at, name, value) for at, _, name, value in ticket.history if name.startswith("satisfaction_")]
    if not changes:
        return []
    comment, score = ticket.last("satisfaction_comment"), ticket.last("satisfaction_score")
    assignee = ticket.last("assignee_id")
    return [
        {
            "id": ID_BASE + 70_000_000 + ticket.id,
            "ticket_id": ticket.id,
            "requester_id": ticket.requester,
            "assignee_id": int(assignee) if assignee else None,
            "group_id": int(ticket.last("group_id")),
            "score": f"{score}_with_comment" if comment and score != "offered" else score,
            "comment": comment,
            "reason_id": 5 if ticket.last("satisfaction_reason_code") else None,
            "created_at": changes[0][0],
            "updated_at": changes[-1][0],
        }
    ]


def _metric(ticket: Ticket, running: dict[int, Clock]) -> dict:
    """The help desk's own minutes: by the schedule the ticket has now and the hours as they were at the time.

    It knows nothing of R7: every reopening counts, a bot of the agents' role answers, a merge begins no clock anew.
    """
    clock = running[ticket.schedules[-1][1]] if ticket.schedules else None
    waits = {"agent_wait": [], "requester_wait": [], "on_hold": []}
    ends = [at for at, _ in ticket.statuses[1:]]
    for (since, status), until in zip(ticket.statuses, ends, strict=False):
        if status == "pending":
            waits["agent_wait"].append((since, until))
        elif status in ("new", "open", "hold"):
            waits["requester_wait"].append((since, until))
            if status == "hold":
                waits["on_hold"].append((since, until))
    solved = [at for at, status in ticket.statuses if status == "solved"]
    answers = [at for at, who, is_public, _ in ticket.comments if is_public and _is_agent(who) and at > ticket.created]
    is_over = ticket.statuses[-1][1] in ("solved", "closed")
    measured = {
        "reply": [(ticket.created, answers[0])] if answers else None,
        "first_resolution": [(ticket.created, solved[0])] if solved else None,
        "full_resolution": [(ticket.created, solved[-1])] if solved and is_over else None,
        **waits,
    }
    minutes = {}
    for name, stretches in measured.items():
        for kind, seconds in (("calendar", _seconds), ("business", clock.seconds if clock else _seconds)):
            total = None if stretches is None else sum(seconds(*stretch) for stretch in stretches) // 60
            minutes[f"{name}_time_in_minutes__{kind}"] = total
    assignees = [(at, value) for at, _, name, value in ticket.history if name == "assignee_id"]
    groups = [value for _, _, name, value in ticket.history if name == "group_id"]
    return {
        "id": ID_BASE + 60_000_000 + ticket.id,
        "ticket_id": ticket.id,
        "created_at": ticket.created,
        "updated_at": ticket.statuses[-1][0],
        "initially_assigned_at": assignees[0][0] if assignees else None,
        "assigned_at": assignees[-1][0] if assignees else None,
        "solved_at": solved[-1] if solved and is_over else None,
        "assignee_stations": len({value for _, value in assignees}),
        "group_stations": len(set(groups)),
        "reopens": sum(
            before == "solved" and after != "closed"
            for (_, before), (_, after) in zip(ticket.statuses, ticket.statuses[1:], strict=False)
        ),
        "replies": len(answers),
        **minutes,
        "_fivetran_deleted": ticket.deleted_at is not None,
    }


def _is_agent(user_id: int) -> bool:
    return ID_BASE < user_id < ID_BASE + 100


def _seconds(start: datetime, end: datetime) -> int:
    return int((end - start).total_seconds())


def _brands() -> pd.DataFrame:
    rows = [(number, *brand, True, False) for number, brand in BRANDS.items()]
    return pd.DataFrame(rows, columns=["id", "name", "subdomain", "default", "active", "_fivetran_deleted"])


def _forms(settings: Settings) -> pd.DataFrame:
    """The second form was renamed after half a year; its earlier version stays."""
    renamed = settings.start + timedelta(days=min(180, settings.days // 2))
    rows = [(number, name, settings.start) for number, name in FORMS.items()]
    rows.append((max(FORMS), "Billing and contract question", renamed))
    forms = pd.DataFrame(rows, columns=["id", "name", "updated_at"])
    return forms.assign(
        display_name=forms["name"],
        created_at=settings.start,
        active=True,
        end_user_visible=True,
        _fivetran_deleted=False,
    )


def _intervals(settings: Settings) -> Iterator[dict]:
    """The spans of each schedule, in minutes from Sunday 00:00, local and UTC; of edited hours a deleted row."""
    for schedule in SCHEDULES.values():
        now = {opens for opens, _ in schedule.spans}
        forgotten = [span for span in schedule.earlier_spans if span[0] not in now]
        ahead = _offset(schedule.zone, datetime(settings.end.year, 1, 1))
        for span in (*schedule.spans, *forgotten):
            yield {
                "id": schedule_id(schedule.number),
                "name": schedule.name,
                "time_zone": schedule.rails_zone,
                "start_time": span[0],
                "end_time": span[1],
                "start_time_utc": span[0] - ahead,
                "end_time_utc": span[1] - ahead,
                "created_at": settings.start,
                "_fivetran_deleted": span in forgotten,
            }


def _holidays(settings: Settings) -> list[dict]:
    """Whole local days, both ends inside; one that was entered by mistake is deleted."""
    days = [
        (schedule.number, name, first, last, False)
        for schedule in SCHEDULES.values()
        for name, first, last in schedule.holiday_dates(settings)
    ]
    mistake = settings.end.date() - timedelta(days=20)
    return [
        {
            "id": ID_BASE + 850_000 + number,
            "schedule_id": schedule_id(schedule),
            "name": name,
            "start_date": first.isoformat(),
            "end_date": last.isoformat(),
            "_fivetran_deleted": is_deleted,
        }
        for number, (schedule, name, first, last, is_deleted) in enumerate(
            [*days, (1, "Entered by mistake", mistake, mistake, True)]
        )
    ]


def _offset(zone: str, at: datetime) -> int:
    """Minutes ahead of UTC at an instant."""
    return int(at.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).utcoffset().total_seconds()) // 60


def _standard_offset(zone: str) -> int:
    return min(_offset(zone, datetime(2025, month, 1)) for month in (1, 7))


def _zones() -> dict[str, str]:
    return {schedule.rails_zone: schedule.zone for schedule in SCHEDULES.values()}


def _time_zones() -> Iterator[tuple[str, str]]:
    for name, zone in _zones().items():
        minutes = _standard_offset(zone)
        yield name, f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def _daylight_times(settings: Settings) -> Iterator[dict]:
    """When each zone's clocks go forward and back in a year; in the south they go back first."""
    for name, zone in _zones().items():
        for year in range(settings.start.year, settings.end.year + 1):
            changes = dict(_clock_changes(zone, year))
            yield {
                "time_zone": name,
                "year": year,
                "daylight_start_utc": next(at for at, minutes in changes.items() if minutes > 0),
                "daylight_end_utc": next(at for at, minutes in changes.items() if minutes < 0),
                "daylight_offset": 1,
            }


def _clock_changes(zone: str, year: int) -> Iterator[tuple[datetime, int]]:
    """(instant to the hour, minutes gained) of a year's changes of a zone's clocks."""
    for number in range(365):
        day = datetime(year, 1, 1) + timedelta(days=number)
        before, after = _offset(zone, day), _offset(zone, day + timedelta(days=1))
        if before != after:
            hours = (day + timedelta(hours=n) for n in range(25))
            yield next(at for at in hours if _offset(zone, at) == after), after - before


def _sla_metrics(settings: Settings) -> Iterator[dict]:
    """Minutes to the first answer by priority; the premium policy was tightened once."""
    tightened = settings.start + timedelta(days=settings.days // 2)
    for policy, updated, share in (
        (min(SLA_POLICIES), settings.start, 1),
        (max(SLA_POLICIES), settings.start, 0.75),
        (max(SLA_POLICIES), tightened, 0.5),
    ):
        for index, (priority, minutes) in enumerate(SLA_MINUTES.items()):
            yield {
                "sla_policy_id": policy,
                "sla_policy_updated_at": updated,
                "index": index,
                "metric": "first_reply_time",
                "priority": priority,
                "business_hours": True,
                "target": int(minutes * share),
            }
