"""What product users do with help: articles of the knowledge base, walkthroughs in the product, webinars, the community.

Coefficients, by the paths of the user's company in the month. Articles read a month: Poisson 0.4 exp(0.25 friction + 0.2 usage), one
view in fifteen shorter than ten seconds. Walkthroughs started a month: Poisson 0.2 exp(0.2 usage); half of it is seen with
logit 0.6 + 0.5 success, all of it then with logit 0.5 + 0.5 success - 0.4 friction. A user registers for the month's webinar
with logit -2.6 + 0.4 relationship + 0.3 usage and then attends with probability 0.6. Questions a month: Poisson
0.03 exp(0.3 friction + 0.3 relationship); staff answer half of them after 30 hours on average, another user four of ten after 40.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from .engagement import (
    WINDOW_MS,
    Campaigns,
    Messages,
    message_event_rows,
    message_months,
    message_rows,
    moments,
    month_bounds,
    named_months,
    run_campaigns,
    send_messages,
)
from .ledger import Ledger
from .product import DAY_MS, FAR, HOUR_MS, Presence, Users
from .settings import Settings
from .surveys import Surveys
from .world import World

ARTICLES, WALKTHROUGHS, COMMUNITY_TEAM = 40, 6, 3
READ_MS, HALF, DONE, ANSWERED_MS = 10_000, 0.5, 0.9, 2 * DAY_MS
ANONYMOUS, UNNAMED, UNTIMED, EXACT, AGAIN = 0.08, 0.4, 0.01, 0.01, 0.06
ATTENDS, BY_STAFF, BY_PEER, BY_BOT, BY_ASKER, BY_COLLEAGUE = 0.6, 0.5, 0.4, 0.2, 0.15, 0.05
MARKED, UNMARKED, COMMENTED = 0.03, 0.2, 0.4
CHANNELS = ("email", "in_app", "knowledge_base", "webinar", "community")


class Visits:
    """Users who are there at a moment."""

    def __init__(self, settings: Settings, world: World, users: Users, presence: Presence) -> None:
        self.settings, self.world, self.users, self.presence = settings, world, users, presence
        self.horizon = settings.days * DAY_MS
        self.bounds = month_bounds(settings)

    def month(self, at: np.ndarray) -> np.ndarray:
        return np.searchsorted(self.bounds, at, side="right") - 1

    def path(self, path: np.ndarray, user: np.ndarray, at: np.ndarray) -> np.ndarray:
        """The value of a company x month path for users at moments."""
        return path[self.users.customer[user], self.month(at)]

    def chosen(self, rng: np.random.Generator, mean: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(user, at) of Poisson many visits; `mean`: of a company's users in each month, company x month."""
        number = rng.poisson(mean[self.users.customer])
        user, month = (np.repeat(places, number[number > 0]) for places in np.nonzero(number))
        at = self.bounds[month] + (rng.random(len(month)) * np.diff(self.bounds)[month]).astype(np.int64)
        is_there = self.presence.at(user, at // DAY_MS)
        return user[is_there], at[is_there]

    def named(self, rng: np.random.Generator, user: np.ndarray, at: np.ndarray) -> dict[str, np.ndarray]:
        """Whom an event names: the user as called at the time, and its customer or nobody."""
        account = self.world.customers["account_id"].to_numpy()[self.users.customer[user]]
        is_named = rng.random(len(user)) >= UNNAMED
        return {"user_id": self.users.ids[self.users.id_at(user, at)], "customer_id": np.where(is_named, account, None)}

    def rows(self, rng: np.random.Generator, user: np.ndarray, at: np.ndarray, **columns) -> pd.DataFrame:
        return pd.DataFrame({**self.named(rng, user, at), **columns, "at": at})

    def counted(self, user: np.ndarray, **columns) -> pd.DataFrame:
        """Things done by persons who are neither staff nor bots (R9)."""
        done = pd.DataFrame({"user": user, "company": self.users.customer[user], **columns})
        return done[self.users.counts[user]].reset_index(drop=True)


@dataclass(frozen=True)
class Content:
    """`events`: as the tools log them. `reads` and `webinars`: one row per user, thing and day; `walkthroughs`: one per user and thing with the first
    `start`, `half` and `done` (FAR: never); `guided`: one per user and moment in a walkthrough. `first_view`: when anybody opened an article."""

    events: pd.DataFrame
    reads: pd.DataFrame
    webinars: pd.DataFrame
    walkthroughs: pd.DataFrame
    guided: pd.DataFrame
    first_view: int


def use_content(visits: Visits) -> Content:
    articles, reads, first_view = _articles(visits)
    guides, walkthroughs, guided = _walkthroughs(visits)
    shown, webinars = _webinars(visits)
    events = pd.concat([articles, guides, shown], ignore_index=True)
    events = events[events["at"] < visits.horizon]
    rng = visits.settings.rng("content rows")
    impossible = pd.DataFrame(
        [
            ("podcast", "podcast_1", None, None),
            ("article", "article_1", None, -3.0),
            ("walkthrough", "walkthrough_1", 1.5, None),
            ("article", None, None, None),
        ],
        columns=["kind", "content_id", "progress", "dwell_seconds"],
        dtype=object,
    )
    odd = impossible.assign(at=0)
    events = pd.concat([events, events[rng.random(len(events)) < 0.005], odd], ignore_index=True)
    events = events.assign(occurred_at=moments(visits.settings, events["at"].to_numpy())).drop(columns="at")
    return Content(events, reads, webinars, walkthroughs, guided, first_view)


def _articles(visits: Visits) -> tuple[pd.DataFrame, pd.DataFrame, int]:
    rng = visits.settings.rng("articles")
    world = visits.world
    user, at = visits.chosen(rng, 0.4 * np.exp(0.25 * world.friction + 0.2 * world.usage))
    article = np.minimum(rng.exponential(ARTICLES / 4, len(user)).astype(np.int64), ARTICLES - 1)
    again = rng.random(len(user)) < AGAIN
    user, article = np.append(user, user[again]), np.append(article, article[again])
    at = np.append(at, at[again] + 4 * 60_000)
    dwell = (1000 * rng.lognormal(4.0, 1.13, len(user))).astype(np.int64) // 100 * 100
    dwell = np.where(rng.random(len(user)) < EXACT, READ_MS, dwell)
    is_timed, is_anonymous = rng.random(len(user)) >= UNTIMED, rng.random(len(user)) < ANONYMOUS
    rows = visits.rows(rng, user, at, kind="article", content_id=np.char.add("article_", (article + 1).astype(str)))
    rows["user_id"] = rows["user_id"].mask(is_anonymous)
    rows["dwell_seconds"] = pd.Series(dwell / 1000).where(is_timed)
    is_read = is_timed & ~is_anonymous & (dwell >= READ_MS) & (at < visits.horizon)
    reads = visits.counted(user[is_read], thing=article[is_read], day=at[is_read] // DAY_MS, at=at[is_read])
    is_somebody = is_anonymous | visits.users.counts[user]
    return rows, reads.drop_duplicates(["user", "thing", "day"]), at[is_somebody].min(initial=FAR)


def _walkthroughs(visits: Visits) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Each sitting is a start, perhaps half of it, perhaps all; a later sitting of the same walkthrough replays it."""
    rng = visits.settings.rng("walkthroughs")
    world = visits.world
    user, start = visits.chosen(rng, 0.2 * np.exp(0.2 * world.usage))
    count = len(user)
    success, friction = (visits.path(path, user, start) for path in (world.success, world.friction))
    thing = rng.integers(0, WALKTHROUGHS, count)
    halves = rng.random(count) < 1 / (1 + np.exp(-(0.6 + 0.5 * success)))
    ends = halves & (rng.random(count) < 1 / (1 + np.exp(-(0.5 + 0.5 * success - 0.4 * friction))))
    half = np.where(halves, start + rng.exponential(DAY_MS, count).astype(np.int64) + 30_000, FAR)
    done = np.where(ends, half + rng.exponential(4 * DAY_MS, count).astype(np.int64) + 30_000, FAR)
    half, done = (np.where(at < visits.horizon, at, FAR) for at in (half, done))
    parts = []
    for at, low, high in ((start, 0.0, 0.2), (half, HALF, 0.7), (done, DONE, 1.0)):
        which = at < FAR
        progress = np.where(rng.random(count) < 0.2, low, rng.uniform(low, high, count).round(2))[which]
        name = np.char.add("walkthrough_", (thing[which] + 1).astype(str))
        parts.append(visits.rows(rng, user[which], at[which], kind="walkthrough", content_id=name, progress=progress))
    sittings = visits.counted(user, thing=thing, start=start, half=half, done=done)
    first = sittings.groupby(["user", "company", "thing"], as_index=False)[["start", "half", "done"]].min()
    moments_of = pd.concat(
        [sittings[["user", "company"]].assign(at=sittings[name]) for name in ("start", "half", "done")]
    )
    return pd.concat(parts, ignore_index=True), first, moments_of[moments_of["at"] < FAR]


def _webinars(visits: Visits) -> tuple[pd.DataFrame, pd.DataFrame]:
    """One a month, in a tool of its own: registrations and who attended."""
    rng = visits.settings.rng("webinars")
    world = visits.world
    parts, attended = [], []
    for month in range(visits.settings.months):
        held = visits.bounds[month] + int(rng.integers(10, 26)) * DAY_MS + 15 * HOUR_MS
        everyone = np.arange(len(visits.users.frame))
        there = everyone[visits.presence.at(everyone, np.full(len(everyone), held // DAY_MS))]
        company = visits.users.customer[there]
        logit = -2.6 + 0.4 * world.relationship[company, month] + 0.3 * world.usage[company, month]
        user = there[rng.random(len(there)) < 1 / (1 + np.exp(-logit))]
        asked = held - rng.integers(HOUR_MS, 9 * DAY_MS, len(user))
        user, asked = user[asked >= visits.users.joined[user]], asked[asked >= visits.users.joined[user]]
        came = user[rng.random(len(user)) < ATTENDS]
        at = held + rng.integers(0, 600_000, len(came))
        name = f"session_{month + 1}"
        parts.append(visits.rows(rng, user, asked, kind="webinar_registration", content_id=name))
        parts.append(visits.rows(rng, came, at, kind="webinar", content_id=name))
        attended.append(visits.counted(came, thing=month, day=at // DAY_MS, at=at))
    return pd.concat(parts, ignore_index=True), pd.concat(attended, ignore_index=True)


# --- community ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Community:
    """`posts`: as the forum exports them. `written`: posts of counted users. `questions`: theirs, with the time of the first answer
    of anybody else but bots (`answered`), and of the first by another user (`helped`; FAR: never)."""

    posts: pd.DataFrame
    written: pd.DataFrame
    questions: pd.DataFrame


def meet_in_community(visits: Visits) -> Community:
    rng = visits.settings.rng("community")
    world, users = visits.world, visits.users
    asker, asked = visits.chosen(rng, 0.03 * np.exp(0.3 * world.friction + 0.3 * world.relationship))
    order = np.argsort(asked, kind="stable")
    asker, asked = asker[order], asked[order]
    everyone = np.arange(len(users.frame))
    is_bot, is_internal = users.frame["is_bot"].to_numpy(), users.frame["is_internal"].to_numpy()
    peer, talker = rng.choice(everyone[users.counts], (2, len(asked)))
    # Kind, share of the questions, mean hours until it, its author; a team member is no user.
    replies = (
        ("answer", BY_STAFF, 30.0, np.full(len(asked), -1)),
        ("answer", BY_PEER, 40.0, peer),
        ("answer", BY_ASKER, 10.0, asker),
        ("answer", BY_BOT, 0.02, _anyone(rng, everyone[is_bot], len(asked))),
        ("answer", BY_COLLEAGUE, 60.0, _anyone(rng, everyone[is_internal & ~is_bot], len(asked))),
        ("comment", COMMENTED, 30.0, talker),
    )
    parts = [pd.DataFrame({"kind": "question", "question": np.arange(len(asked)), "user": asker, "at": asked})]
    for kind, share, hours, author in replies:
        at = asked + 1 + (rng.exponential(hours, len(asked)) * HOUR_MS).astype(np.int64)
        which = np.flatnonzero((rng.random(len(asked)) < share) & (at < visits.horizon))
        is_there = (author[which] < 0) | visits.presence.at(author[which], at[which] // DAY_MS)
        which = which[is_there]
        parts.append(pd.DataFrame({"kind": kind, "question": which, "user": author[which], "at": at[which]}))
    posts = pd.concat(parts, ignore_index=True)
    posts["is_team"] = (posts["user"] < 0) | is_internal[posts["user"]]
    answers = posts[(posts["kind"] == "answer") & ~((posts["user"] >= 0) & is_bot[posts["user"]])]
    answers = answers[answers["user"].to_numpy() != asker[answers["question"]]]
    posted, helped = np.full((2, len(asked)), FAR)
    np.minimum.at(posted, answers["question"], answers["at"])
    by_users = answers[~answers["is_team"]]
    np.minimum.at(helped, by_users["question"], by_users["at"])
    stated, answered = _marks(visits, rng, asked, posted)
    written = posts[posts["user"] >= 0]
    written = visits.counted(written["user"].to_numpy(), at=written["at"].to_numpy())
    questions = visits.counted(asker, at=asked, answered=answered, helped=helped)
    return Community(_post_rows(visits, rng, posts, stated), written, questions)


def _anyone(rng: np.random.Generator, of: np.ndarray, count: int) -> np.ndarray:
    """Some of `of`; the team where it is empty."""
    return rng.choice(of, count) if len(of) else np.full(count, -1)


def _marks(
    visits: Visits, rng: np.random.Generator, asked: np.ndarray, posted: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """(what the forum states as the time of the answer, when it was answered): it forgets some, and some were answered elsewhere
    and marked by hand."""
    by_hand = asked + 5 * HOUR_MS
    is_marked = (posted == FAR) & (rng.random(len(asked)) < MARKED) & (by_hand < visits.horizon)
    answered = np.where(is_marked, by_hand, posted)
    return np.where((rng.random(len(asked)) < UNMARKED) & ~is_marked, FAR, answered), answered


def _post_rows(visits: Visits, rng: np.random.Generator, posts: pd.DataFrame, stated: np.ndarray) -> pd.DataFrame:
    is_question = (posts["kind"] == "question").to_numpy()
    question = posts["question"].to_numpy()
    at = posts["at"].to_numpy()
    is_user = (posts["user"] >= 0).to_numpy()
    named = visits.named(rng, posts["user"].clip(lower=0).to_numpy(), at)
    thread = np.char.add("q_", question.astype(str)).astype(object)
    reply = np.char.add("p_", np.arange(len(posts)).astype(str)).astype(object)
    rows = pd.DataFrame(
        {
            "post_id": np.where(is_question, thread, reply),
            "parent_id": np.where(is_question, None, thread),
            "user_id": np.where(is_user, named["user_id"], [f"team_{n % COMMUNITY_TEAM}" for n in question]),
            "customer_id": np.where(is_user, named["customer_id"], None),
            "kind": posts["kind"],
            # Colleagues who answer as users carry no badge.
            "is_staff": ~is_user,
            "occurred_at": moments(visits.settings, at),
            "answered_at": moments(visits.settings, np.where(is_question, stated[question], FAR)),
        }
    )
    start = pd.Timestamp(visits.settings.start)
    odd = pd.DataFrame({"post_id": ["p_back", "p_poll"], "kind": ["question", "poll"], "is_staff": False})
    odd = odd.assign(occurred_at=start, answered_at=start - pd.Timedelta(hours=1))
    return pd.concat([rows, rows[rng.random(len(rows)) < 0.005], odd], ignore_index=True)


# --- what is written ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Engagement:
    """What was done, then tables by name; `parts`: those of many rows, whole, with the column whose month says in which file a row lies."""

    messages: Messages
    campaigns: Campaigns
    content: Content
    community: Community
    salesforce: dict[str, pd.DataFrame]
    files: dict[str, pd.DataFrame]
    parts: dict[str, tuple[pd.DataFrame, str]]
    truth: dict[str, pd.DataFrame]


def engage(
    settings: Settings, world: World, ledger: Ledger, users: Users, presence: Presence, surveys: Surveys
) -> Engagement:
    visits = Visits(settings, world, users, presence)
    messages, campaigns = send_messages(settings, world, ledger, surveys), run_campaigns(settings, world, ledger)
    content, community = use_content(visits), meet_in_community(visits)
    return Engagement(
        messages,
        campaigns,
        content,
        community,
        {"campaign": campaigns.rows, "campaign_member": campaigns.members},
        {"community_posts": community.posts},
        {
            "files/messages": (message_rows(settings, world, messages), "sent_at"),
            "files/message_events": (message_event_rows(settings, world, messages), "occurred_at"),
            "files/content_events": (content.events, "occurred_at"),
        },
        {
            "message_months": message_months(settings, world, messages),
            "content_months": _content_months(visits, campaigns, content),
            "community_months": _community_months(visits, community),
            "engagement_months": _engagement_months(visits, messages, campaigns, content, community),
        },
    )


def by_month(engagement: Engagement) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """(table, month, rows) of the tables of many rows."""
    for table, (frame, column) in engagement.parts.items():
        for month, rows in frame.groupby(frame[column].dt.strftime("%Y-%m")):
            yield table, str(month), rows


def _sums(visits: Visits, parts: list[pd.DataFrame]) -> pd.DataFrame:
    """Sums by company and month of rows with a company, the time `at` and measures."""
    rows = pd.concat([part.assign(month=visits.month(part["at"].to_numpy())).drop(columns="at") for part in parts])
    measures = [name for name in rows if name not in ("company", "month")]
    rows[measures] = rows[measures].fillna(0).astype("int64")
    sums = rows.groupby(["company", "month"], as_index=False).sum()
    return named_months(visits.settings, visits.world, sums)


def _content_months(visits: Visits, campaigns: Campaigns, content: Content) -> pd.DataFrame:
    """Articles read for ten seconds (user x article x day), webinars attended, walkthroughs by the month of their first start:
    whose 14 days have passed, and of these seen to a half and to nine tenths in time."""
    guides = content.walkthroughs
    is_due = guides["start"] + WINDOW_MS <= visits.horizon
    started = pd.DataFrame(
        {
            "company": guides["company"],
            "at": guides["start"],
            "walkthroughs_started": is_due,
            "walkthroughs_watched": is_due & (guides["half"] <= guides["start"] + WINDOW_MS),
            "walkthroughs_completed": is_due & (guides["done"] <= guides["start"] + WINDOW_MS),
            "walkthroughs_pending": ~is_due,
        }
    )
    read = content.reads[["company", "at"]].assign(article_reads=1)
    shown = pd.concat([content.webinars[["company", "at"]], _attended(campaigns)]).assign(webinars_attended=1)
    return _sums(visits, [started, read, shown])


def _attended(campaigns: Campaigns) -> pd.DataFrame:
    return pd.DataFrame({"company": campaigns.company, "at": campaigns.day * DAY_MS})


def _community_months(visits: Visits, community: Community) -> pd.DataFrame:
    """Posts of users, and their questions: answered by anybody, and by another user, within 48 hours."""
    asked = community.questions
    questions = pd.DataFrame(
        {
            "company": asked["company"],
            "at": asked["at"],
            "questions": 1,
            "answered_in_48_hours": asked["answered"] <= asked["at"] + ANSWERED_MS,
            "peer_answered_in_48_hours": asked["helped"] <= asked["at"] + ANSWERED_MS,
        }
    )
    return _sums(visits, [community.written[["company", "at"]].assign(posts=1), questions])


def _engagement_months(
    visits: Visits, messages: Messages, campaigns: Campaigns, content: Content, community: Community
) -> pd.DataFrame:
    """Digital actions by company and month, surveys apart, and over how many channels."""
    is_clicked = messages.clicked < FAR
    clicks = pd.DataFrame({"company": messages.company, "at": messages.clicked, "is_mail": messages.is_mail})[
        is_clicked
    ]
    guides = content.walkthroughs[content.walkthroughs["done"] < FAR]
    done = {
        "email": [clicks[clicks["is_mail"]]],
        "in_app": [clicks[~clicks["is_mail"]], guides.assign(at=guides["done"])],
        "knowledge_base": [content.reads],
        "webinar": [content.webinars, _attended(campaigns)],
        "community": [community.written],
    }
    parts = [
        part[["company", "at"]].assign(**{channel: 1}) for channel in CHANNELS for part in done[channel] if len(part)
    ]
    sums = _sums(visits, parts)
    counts = sums.reindex(columns=list(CHANNELS), fill_value=0)
    return sums.drop(columns=list(CHANNELS), errors="ignore").assign(
        actions=counts.sum(axis=1), channels=(counts > 0).sum(axis=1)
    )
