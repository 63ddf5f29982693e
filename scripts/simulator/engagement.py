"""What contacts are sent and do with it: e-mails and in-app messages, webinars and mail campaigns of the CRM.

Coefficients, by the paths of the contact's company in the month of sending. Messages to a contact a month: Poisson 1.2. A person
opens with logit -1.0 + 0.5 usage + 0.4 relationship (in the product + 0.6), clicks what was opened with logit -1.2 +
0.5 usage - 0.3 friction, replies to a mail with logit -3.5 + 0.6 relationship, unsubscribes with logit -5.5 - 0.5
relationship + 0.3 friction. Who is invited to a webinar registers with logit -0.7 + 0.5 relationship and then attends with
logit 0.3 + 0.4 success; a mail campaign is answered with logit -2.0 + 0.5 relationship. Mails about surveys: follow_ups.py.

Machines: a third of the contacts have a mail client that opens everything (flagged); the mail of a seventh of the companies passes a
scanner that clicks within ten seconds of delivery (not flagged).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from .catalog import FEATURES
from .follow_ups import survey_mails
from .ledger import Ledger
from .product import DAY_MS, FAR, HOUR_MS
from .settings import Settings
from .surveys import Surveys
from .world import World

WINDOW_MS = 14 * DAY_MS
MESSAGES_A_MONTH, IN_APP = 1.2, 0.25
PURPOSES = ("newsletter", "onboarding", "adoption", "renewal", "event")
PREFETCHED, SCANNED, SCANNED_SHARE = 0.33, 0.14, 0.8
BOUNCED, BOUNCED_LATE, UNDATED, SENT_ON = 0.02, 0.2, 0.02, 45 * DAY_MS
LONG_UNOPENED, REOPENED, UNSEEN, FORWARDED = 0.05, 0.5, 0.04, 0.002
REPEATED, UPDATED = 0.005, 0.01
INVITED, CAMPAIGN_EVERY = 0.3, 3


def logistic(logit: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-logit))


def month_bounds(settings: Settings) -> np.ndarray:
    """Where the months begin, and the last ends, in milliseconds from the window's start."""
    ends = [*settings.month_starts, settings.end]
    return np.array([(at - settings.start).days * DAY_MS for at in ends], dtype=np.int64)


def moments(settings: Settings, milliseconds: np.ndarray) -> pd.Series:
    """Milliseconds from the window's start as times; FAR is none."""
    known = milliseconds < FAR
    at = np.datetime64(settings.start, "us") + np.where(known, milliseconds, 0).astype("timedelta64[ms]")
    return pd.Series(at).where(known)


def since_start(settings: Settings, at: pd.Series) -> np.ndarray:
    """Times as milliseconds from the window's start; none is FAR."""
    passed = (at.to_numpy().astype("datetime64[ms]") - np.datetime64(settings.start, "ms")).astype(np.int64)
    return np.where(at.isna(), FAR, passed)


@dataclass(frozen=True)
class Messages:
    """Messages in the order of sending; times in milliseconds from the window's start, FAR: never. `opened`, `clicked`: first by a person.

    `person` is a position in world.people. `is_undated`: the mail service lost the time of delivery.
    """

    person: np.ndarray
    company: np.ndarray
    month: np.ndarray
    is_mail: np.ndarray
    purpose: np.ndarray
    sent: np.ndarray
    delivered: np.ndarray
    bounced: np.ndarray
    opened: np.ndarray
    clicked: np.ndarray
    is_scanned: np.ndarray
    is_undated: np.ndarray

    @cached_property
    def ids(self) -> np.ndarray:
        return np.char.add("msg_", np.char.zfill(np.arange(len(self.sent)).astype(str), 7)).astype(object)


def _contacts(world: World) -> pd.DataFrame:
    """The contacts of customers."""
    people = world.people
    is_customers = (world.customers["kind"] == "customer").to_numpy()[people["customer"]]
    return people[people["contact_id"].notna() & is_customers]


def send_messages(settings: Settings, world: World, ledger: Ledger, surveys: Surveys) -> Messages:
    """To contacts of companies with access; to who left for some weeks more, which bounces."""
    rng = settings.rng("messages")
    contacts = _contacts(world)
    number = rng.poisson(MESSAGES_A_MONTH, (len(contacts), settings.months))
    contact, month = (np.repeat(places, number[number > 0]) for places in np.nonzero(number))
    bounds = month_bounds(settings)
    sent = bounds[month] + (rng.random(len(month)) * np.diff(bounds)[month]).astype(np.int64)
    purpose = np.take(PURPOSES, rng.integers(0, len(PURPOSES), len(month))).astype(object)
    mails = survey_mails(settings, surveys)
    mails = mails[mails["person"].isin(contacts.index) & (mails["sent"] < settings.end)]
    contact = np.append(contact, contacts.index.get_indexer(mails["person"]))
    sent = np.append(sent, since_start(settings, mails["sent"]))
    is_survey = np.append(np.zeros(len(purpose), dtype=bool), np.ones(len(mails), dtype=bool))
    purpose = np.append(purpose, mails["purpose"].to_numpy(dtype=object))
    month = np.searchsorted(bounds, sent, side="right") - 1
    company = contacts["customer"].to_numpy()[contact]
    gone = since_start(settings, contacts["gone_at"])[contact]
    has_access = settings.whole_days(ledger.access, len(world.customers))[company, sent // DAY_MS]
    kept = np.flatnonzero(has_access & (sent < gone + SENT_ON))
    kept = kept[np.argsort(sent[kept], kind="stable")]
    contact, month, sent, company, gone = (values[kept] for values in (contact, month, sent, company, gone))
    purpose, is_survey = purpose[kept], is_survey[kept]
    count = len(sent)
    is_mail = (rng.random(count) >= IN_APP) | (sent >= gone) | is_survey
    delivered = sent + np.where(is_mail, (1000 * rng.lognormal(1.5, 1.0, count)).astype(np.int64), 0)
    is_bounced = is_mail & ((rng.random(count) < BOUNCED) | (sent >= gone))
    is_late = rng.random(count) < BOUNCED_LATE
    bounced = np.where(is_bounced, delivered + np.where(is_late, 5 * HOUR_MS, 900), FAR)
    delivered = np.where(is_bounced & ~is_late, FAR, delivered)
    is_scanned = (rng.random(len(world.customers)) < SCANNED)[company] & is_mail & ~is_bounced
    is_scanned &= rng.random(count) < SCANNED_SHARE
    opened, clicked = _react(settings, world, company, month, is_mail, np.where(is_bounced, FAR, delivered))
    return Messages(
        contacts.index.to_numpy()[contact],
        company,
        month,
        is_mail,
        purpose,
        sent,
        delivered,
        bounced,
        opened,
        clicked,
        is_scanned,
        is_mail & ~is_bounced & ~is_scanned & (rng.random(count) < UNDATED),
    )


def _react(
    settings: Settings, world: World, company: np.ndarray, month: np.ndarray, is_mail: np.ndarray, seen: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """When a person first opens and clicks each message, FAR: never within the window. Some clicks leave no trace of an
    opening; one in five hundred mails is clicked exactly ten seconds after delivery, which is a person's."""
    rng = settings.rng("reactions to messages")
    count = len(seen)
    usage, relationship = world.usage[company, month], world.relationship[company, month]
    friction = world.friction[company, month]
    opens = rng.random(count) < logistic(-1.0 + 0.5 * usage + 0.4 * relationship + 0.6 * ~is_mail)
    clicks = opens & (rng.random(count) < logistic(-1.2 + 0.5 * usage - 0.3 * friction))
    hours = np.where(is_mail, rng.exponential(20, count), rng.exponential(0.01, count))
    hours = np.where(rng.random(count) < LONG_UNOPENED, 24 * rng.uniform(13, 40, count), hours)
    at_once = np.where(is_mail, 12_000, 1_000)
    opened = np.where(opens & (seen < FAR), seen + at_once + (hours * HOUR_MS).astype(np.int64), FAR)
    clicked = np.where(clicks & (opened < FAR), opened + 1_000 + rng.exponential(60_000, count).astype(np.int64), FAR)
    is_exact = (clicked < FAR) & is_mail & (rng.random(count) < FORWARDED)
    opened, clicked = np.where(is_exact, seen + 9_000, opened), np.where(is_exact, seen + 10_000, clicked)
    opened = np.where((clicked < FAR) & (rng.random(count) < UNSEEN), FAR, opened)
    horizon = settings.days * DAY_MS
    return np.where(opened < horizon, opened, FAR), np.where(clicked < horizon, clicked, FAR)


def message_rows(settings: Settings, world: World, messages: Messages) -> pd.DataFrame:
    """As a mail service exports them: a few twice, a few first without their delivery, a few impossible."""
    rng = settings.rng("message rows")
    count = len(messages.sent)
    feature = np.take([feature_id for feature_id, *_ in FEATURES], rng.integers(0, len(FEATURES), count))
    is_named = (rng.random(count) < 0.8) | (messages.bounced < FAR)
    rows = pd.DataFrame(
        {
            "message_id": messages.ids,
            "contact_id": world.people["contact_id"].to_numpy()[messages.person],
            "customer_id": np.where(is_named, world.customers["account_id"].to_numpy()[messages.company], None),
            "channel": np.where(messages.is_mail, "email", "in_app"),
            "purpose": messages.purpose,
            "target_feature_id": np.where(messages.purpose == "adoption", feature, None),
            "sent_at": moments(settings, messages.sent),
            "delivered_at": moments(settings, np.where(messages.is_undated, FAR, messages.delivered)),
        }
    )
    draw = rng.random(count)
    early = rows[draw < UPDATED].assign(delivered_at=None)
    twice = rows[draw > 1 - REPEATED]
    start = pd.Timestamp(settings.start)
    odd = pd.DataFrame({"message_id": ["msg_fax", "msg_back"], "channel": ["fax", "email"]})
    odd = odd.assign(
        contact_id=world.people["contact_id"].dropna().iloc[0],
        sent_at=start,
        delivered_at=start - pd.Timedelta(minutes=1),
    )
    return pd.concat([early, rows, twice, odd], ignore_index=True)


def _happened(
    rng: np.random.Generator, world: World, messages: Messages
) -> list[tuple[str, bool, np.ndarray, np.ndarray]]:
    """What became of the messages: (type, whether a machine's, when, whether it happens at all)."""
    count = len(messages.sent)
    is_delivered = messages.is_mail & (messages.delivered < FAR)
    relationship = world.relationship[messages.company, messages.month]
    friction = world.friction[messages.company, messages.month]
    has_reader = messages.is_mail & (messages.bounced == FAR)
    replies = has_reader & (rng.random(count) < logistic(-3.5 + 0.6 * relationship))
    leaves = has_reader & (rng.random(count) < logistic(-5.5 - 0.5 * relationship + 0.3 * friction))
    prefetches = (rng.random(len(world.people)) < PREFETCHED)[messages.person] & is_delivered
    later = messages.opened + rng.exponential(3 * DAY_MS, count).astype(np.int64)
    reopens = (messages.opened < FAR) & (rng.random(count) < REOPENED)
    scan = messages.delivered + rng.integers(300, 10_000, count)
    return [
        ("bounce", False, messages.bounced, messages.bounced < FAR),
        ("open", False, messages.opened, messages.opened < FAR),
        ("open", False, later, reopens),
        ("open", True, messages.delivered + rng.integers(500, 600_000, count), prefetches),
        ("click", False, messages.clicked, messages.clicked < FAR),
        ("click", False, scan, messages.is_scanned),
        ("click", True, scan + 700, messages.is_scanned & (rng.random(count) < 0.1)),
        ("reply", False, messages.delivered + rng.exponential(30 * HOUR_MS, count).astype(np.int64), replies),
        ("unsubscribe", False, messages.delivered + rng.exponential(DAY_MS, count).astype(np.int64), leaves),
    ]


def first_events(settings: Settings, world: World, messages: Messages, event_type: str) -> np.ndarray:
    """When each message was first opened, answered …, by a person or a machine; FAR: never within the window."""
    happened = _happened(settings.rng("message events"), world, messages)
    horizon = settings.days * DAY_MS
    times = [np.where(happens & (at < horizon), at, FAR) for kind, _, at, happens in happened if kind == event_type]
    return np.minimum.reduce(times)


def message_event_rows(settings: Settings, world: World, messages: Messages) -> pd.DataFrame:
    """What became of the messages, in no order; some twice, some impossible: before the message, of an unknown one, of an unknown type."""
    rng = settings.rng("message events")
    horizon = settings.days * DAY_MS
    parts = []
    for event_type, is_machine, at, happens in _happened(rng, world, messages):
        which = np.flatnonzero(happens & (at < horizon))
        parts.append(
            pd.DataFrame(
                {"message_id": messages.ids[which], "event_type": event_type, "is_machine": is_machine, "at": at[which]}
            )
        )
    ignored = np.flatnonzero((messages.opened == FAR) & (messages.sent > HOUR_MS))[:3]
    early = pd.DataFrame(
        {"message_id": messages.ids[ignored], "event_type": "open", "at": messages.sent[ignored] - HOUR_MS}
    )
    odd = pd.DataFrame(
        [("msg_lost", "open", DAY_MS), ("msg_lost", "click", DAY_MS), ("msg_lost", "pixel_fired", DAY_MS)],
        columns=["message_id", "event_type", "at"],
    )
    rows = pd.concat([*parts, early.assign(is_machine=False), odd.assign(is_machine=False)], ignore_index=True)
    rows = pd.concat([rows, rows[rng.random(len(rows)) < REPEATED]], ignore_index=True)
    return rows.assign(occurred_at=moments(settings, rows["at"].to_numpy())).drop(columns="at")


# --- campaigns of the CRM -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Campaigns:
    """`rows`, `members`: tables of the CRM. `company`, `day`: who attended a webinar, and on which day of the window."""

    rows: pd.DataFrame
    members: pd.DataFrame
    company: np.ndarray
    day: np.ndarray


def run_campaigns(settings: Settings, world: World, ledger: Ledger) -> Campaigns:
    """A webinar a month and a mail campaign each quarter, to some contacts of companies with access; one webinar is called off, and
    a few members are leads, or were taken off again."""
    rng = settings.rng("campaigns")
    contacts = _contacts(world)
    company = contacts["customer"].to_numpy()
    gone = since_start(settings, contacts["gone_at"])
    access = settings.whole_days(ledger.access, len(world.customers))
    campaigns, members, attended = [], [], []
    for month, start in enumerate(settings.month_starts):
        for kind in ("Webinar", "Email")[: 1 + (month % CAMPAIGN_EVERY == 1)]:
            day = (start - settings.start).days + int(rng.integers(8, 25))
            is_off = kind == "Webinar" and month == settings.months // 2
            campaign_id = "701" + settings.token(f"{kind} campaign", month, 15)
            held_on = np.datetime64(settings.start, "D") + day
            cost = round(float(rng.uniform(300, 2500)), 2)
            campaigns.append((campaign_id, kind, "Aborted" if is_off else "Completed", held_on, cost, f"{start:%B %Y}"))
            asked = np.flatnonzero(access[company, day] & (gone > day * DAY_MS) & (rng.random(len(company)) < INVITED))
            statuses, came = _answers(rng, world, company[asked], month, kind, is_off)
            is_removed = rng.random(len(asked)) < 0.01
            attended.append((company[asked][came & ~is_removed], day))
            member = pd.DataFrame(
                {
                    "campaign_id": campaign_id,
                    "contact_id": contacts["contact_id"].to_numpy()[asked],
                    "status": statuses,
                    "has_responded": statuses != "Sent",
                    "first_responded_date": held_on - rng.integers(0, 7, len(asked)).astype("timedelta64[D]"),
                    "created_date": pd.Timestamp(held_on) - pd.Timedelta(days=8),
                    "is_deleted": is_removed,
                }
            )
            member["first_responded_date"] = member["first_responded_date"].where(member["has_responded"])
            lead = member.head(1).assign(contact_id=None, lead_id="00Q" + settings.token(f"{kind} lead", month, 15))
            members.append(pd.concat([member, lead], ignore_index=True))
    joined = pd.concat(members, ignore_index=True)
    joined["id"] = ["00v" + settings.token("campaign member", n, 15) for n in joined.index]
    rows = _campaign_rows(campaigns)
    days = np.repeat([day for _, day in attended], [len(who) for who, _ in attended])
    return Campaigns(rows, joined, np.concatenate([who for who, _ in attended]), days)


def _answers(
    rng: np.random.Generator, world: World, company: np.ndarray, month: int, kind: str, is_off: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Each member's status, and whether it attended."""
    relationship, success = world.relationship[company, month], world.success[company, month]
    first, second = rng.random((2, len(company)))
    if kind == "Email":
        return np.where(first < logistic(-2.0 + 0.5 * relationship), "Responded", "Sent"), np.zeros(len(company), bool)
    registers = first < logistic(-0.7 + 0.5 * relationship)
    comes = registers & (second < logistic(0.3 + 0.4 * success)) & (not is_off)
    missed = "Registered" if is_off else "No Show"
    return np.select([comes, registers], ["Attended", missed], "Sent"), comes


def _campaign_rows(campaigns: list[tuple]) -> pd.DataFrame:
    rows = pd.DataFrame(campaigns, columns=["id", "type", "status", "start_date", "actual_cost", "month"])
    rows["start_date"] = pd.to_datetime(rows["start_date"])
    return rows.assign(
        name=rows["type"].map({"Webinar": "Customer webinar", "Email": "Customer newsletter"}) + " " + rows["month"],
        end_date=rows["start_date"],
        budgeted_cost=rows["actual_cost"].round(-2),
        is_active=False,
        is_deleted=False,
        created_date=rows["start_date"] - pd.Timedelta(days=30),
        last_modified_date=rows["start_date"] + pd.Timedelta(days=1),
    ).drop(columns="month")


# --- truth --------------------------------------------------------------------------------------------


def message_months(settings: Settings, world: World, messages: Messages) -> pd.DataFrame:
    """By company, month of sending and channel: messages whose 14 days have passed at the window's end, and what became of them."""
    horizon = settings.days * DAY_MS
    is_due = messages.sent + WINDOW_MS <= horizon
    is_bounced = messages.bounced < FAR
    until = messages.sent + WINDOW_MS
    flags = pd.DataFrame(
        {
            "company": messages.company,
            "month": messages.month,
            "channel": np.where(messages.is_mail, "email", "in_app"),
            "sent": is_due,
            "bounced": is_due & is_bounced,
            "opened": is_due & (messages.opened <= until),
            "clicked": is_due & (messages.clicked <= until),
            "pending": ~is_due,
        }
    )
    return named_months(settings, world, flags.groupby(["company", "month", "channel"], as_index=False).sum())


def named_months(settings: Settings, world: World, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows by `company` and `month` (numbers) as the truth names them."""
    starts = np.array([start.date() for start in settings.month_starts])
    names = pd.DataFrame({**world.names(rows["company"]), "month": starts[rows["month"]]}, index=rows.index)
    return pd.concat([names, rows.drop(columns=["company", "month"])], axis=1)
