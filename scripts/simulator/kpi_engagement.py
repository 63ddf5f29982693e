"""The truth of the KPIs of digital engagement, from messages, content, community and surveys as they were lived."""

from __future__ import annotations

import numpy as np
import pandas as pd
from pandas.api.typing import DataFrameGroupBy

from .content import ANSWERED_MS, Engagement
from .engagement import WINDOW_MS, Messages, first_events, month_bounds
from .kpis import Kpis, judged, rate, ratio, share, total
from .product import DAY_MS, FAR
from .relationship import Relations
from .settings import Settings
from .support import requesters
from .surveys import Surveys
from .usage_truth import UsageTruth
from .world import World

KEY = ["customer", "month"]
NO_TICKET_DAYS, FEW_MESSAGES, LOOKBACK_DAYS = 3, 3, 90


class EngagementKpis:
    """`months`: customer-months of the spine with their closing MRR; `people`: of them, from when users are recorded on, the active users;
    `tickets`: of customers, by whom and when created. Times are milliseconds from the window's start."""

    def __init__(
        self,
        settings: Settings,
        world: World,
        kpis: Kpis,
        months: pd.DataFrame,
        people: pd.DataFrame,
        usage: UsageTruth,
    ) -> None:
        self.settings, self.world, self.kpis, self.usage = settings, world, kpis, usage
        self.spine, self.people = months[KEY], people[[*KEY, "active_users"]]
        self.active = months.loc[months["closing"] > 0, KEY]
        self.bounds, self.horizon = month_bounds(settings), settings.days * DAY_MS

    def add(self, done: Engagement, surveys: Surveys, tickets: pd.DataFrame, relations: Relations) -> None:
        self.answered = first_events(self.settings, self.world, done.messages, "reply")
        self._mails(done)
        self._walkthroughs(done)
        self._reads(done)
        self._self_service(done, tickets)
        self._surveys(surveys)
        self._community(done)
        self._channels(done, self._touch_preferences(done.messages, relations.touches))
        self._engagement(done, surveys)

    def _month(self, at: np.ndarray) -> np.ndarray:
        return np.searchsorted(self.bounds, at, side="right") - 1

    def _by_month(self, rows: pd.DataFrame) -> pd.DataFrame:
        """What customers of the spine did (`company`, `at`), by month."""
        rows = rows.rename(columns={"company": "customer"}).assign(month=self._month(rows["at"].to_numpy()))
        return rows.merge(self.spine, on=KEY)

    def _since_paid(self, rows: pd.DataFrame) -> pd.DataFrame:
        """As `_by_month`, without what was done on trial."""
        return self._by_month(rows[rows["at"] // DAY_MS >= self.usage.first_paid[rows["company"]]])

    def _mails(self, done: Engagement) -> None:
        messages = done.messages
        until = messages.sent + WINDOW_MS
        is_read = messages.bounced == FAR
        columns = {
            "company": messages.company,
            "at": messages.sent,
            "is_over": until <= self.horizon,
            "is_read": is_read,
            "is_opened": is_read & (messages.opened <= until),
            "is_clicked": is_read & (messages.clicked <= until),
            "is_fetched": is_read & (first_events(self.settings, self.world, messages, "open") <= until),
        }
        mails = self._by_month(pd.DataFrame(columns)[messages.is_mail])
        for kpi, name in (("email_open_rate", "is_opened"), ("email_click_rate", "is_clicked")):
            rows = judged(mails, mails["is_over"], mails[name])
            # What came back was not delivered, but was not yet either way while its days last.
            rows["is_due"] &= rows["is_read"]
            rows["is_fetched"] &= rows["is_due"]
            measures = _opened if kpi == "email_open_rate" else rate
            self.kpis.add(kpi, rows, measures, window=14, has_customers=True)

    def _walkthroughs(self, done: Engagement) -> None:
        guides = done.content.walkthroughs
        guides = self._by_month(guides.assign(at=guides["start"], until=guides["start"] + WINDOW_MS))
        rows = judged(guides, guides["until"] <= self.horizon, guides["done"] <= guides["until"])
        rows["is_watched"] = rows["is_due"] & (rows["half"] <= rows["until"])
        self.kpis.add("walkthrough_completion_rate", rows, _walked, window=14, has_customers=True)

    def _reads(self, done: Engagement) -> None:
        """Before anybody opened an article nothing is known."""
        reads = self._since_paid(done.content.reads).groupby(KEY).size()
        known = self.people[self.people["month"] >= self._month(done.content.first_view)]
        known = known.join(reads.rename("reads"), on=KEY).fillna({"reads": 0})
        self.kpis.add("knowledge_article_reads", known, _reads, has_customers=True)

    def _self_service(self, done: Engagement, tickets: pd.DataFrame) -> None:
        """A day of help is one of a person whom the help desk can know; who asks within three days was not served by it."""
        content = pd.concat([done.content.reads[["user", "company", "at"]], done.content.guided], ignore_index=True)
        content = content.assign(person=self._persons()[content["user"]], day=content["at"] // DAY_MS)
        helped = content[content["person"] >= 0].drop_duplicates(["company", "person", "day"])
        asked = tickets.assign(day=(tickets["created"] - self.settings.start).dt.days, is_served=False)
        days = [asked[["requester", "day"]].assign(day=asked["day"] - n) for n in range(NO_TICKET_DAYS + 1)]
        asked_soon = pd.MultiIndex.from_frame(pd.concat(days))
        served = helped[~pd.MultiIndex.from_frame(helped[["person", "day"]]).isin(asked_soon)].assign(is_served=True)
        needs = pd.concat([served, asked[asked["customer"] >= 0].rename(columns={"customer": "company"})])
        needs = self._since_paid(needs.assign(at=needs["day"] * DAY_MS))
        first = max(self._month(helped["day"].min() * DAY_MS), self._month(asked["day"].min() * DAY_MS))
        needs = needs[needs["month"] >= first]
        rows = judged(needs, needs["day"] + NO_TICKET_DAYS + 1 <= self.settings.days, needs["is_served"].astype(bool))
        self.kpis.add("self_service_rate", rows, rate, window=3, has_customers=True)

    def _persons(self) -> np.ndarray:
        """By product user: the position in world.people of who is a contact of the CRM or of the help desk, else -1."""
        people = self.world.people
        contacts = people.index[people["contact_id"].notna()].union(requesters(self.world).index)
        by_address = pd.Series(contacts, index=people.loc[contacts, "email"])
        return by_address.reindex(self.usage.users.frame["email"]).fillna(-1).astype(int).to_numpy()

    def _surveys(self, surveys: Surveys) -> None:
        answers = surveys.judged()
        asked = surveys.asked[surveys.asked["delivered"].notna()]
        asked = asked.assign(month=surveys.month_of(asked["delivered"].to_numpy())).reset_index(names="invitation")
        asked = asked.merge(self.spine, on=KEY)
        is_due = asked["delivered"] + pd.Timedelta(days=30) <= self.settings.end
        answered = asked["invitation"].isin(answers.loc[answers["is_in_response_rate"], "invitation"])
        begun = asked["invitation"].isin(answers.loc[answers["is_partial_in_time"], "invitation"])
        rows = judged(asked, is_due, answered)
        rows["is_begun"] = rows["is_due"] & (answered | begun)
        self.kpis.add("survey_response_rate", rows, _asked, window=30, has_customers=True)

    def _community(self, done: Engagement) -> None:
        """Of active users those who wrote; before the first post nothing is known."""
        written, asked = (self._since_paid(rows) for rows in (done.community.written, done.community.questions))
        active = np.stack([np.unpackbits(bits, count=len(self.usage.active)) for bits in self.usage.active_in])
        posters = written[active[written["month"], written["user"]] == 1].groupby(KEY)["user"].nunique()
        asked["is_answered"] = asked["answered"] <= asked["at"] + ANSWERED_MS
        asked["is_helped"] = asked["helped"] <= asked["at"] + ANSWERED_MS
        asked = asked.groupby(KEY).agg(
            questions=("user", "size"), answered=("is_answered", "sum"), helped=("is_helped", "sum")
        )
        known = self.people[self.people["month"] >= self._month(done.community.written["at"].min())]
        known = known.join(posters.rename("posters"), on=KEY).join(asked, on=KEY).fillna(0)
        self.kpis.add("community_participation", known, _participation, window=2, has_customers=True)

    def _channels(self, done: Engagement, touches: pd.DataFrame) -> None:
        """On which channel who was written to three times in 90 days reacted most, and what most of a customer's contacts prefer."""
        messages = done.messages
        until = messages.sent + WINDOW_MS
        is_engaged = (messages.clicked <= until) | (self.answered <= until)
        columns = {
            "customer": messages.company,
            "person": messages.person,
            "channel": np.where(messages.is_mail, "email", "in_app"),
            "sent": messages.sent,
            "is_engaged": is_engaged,
            "engaged_at": np.where(is_engaged, messages.sent, -1),
        }
        delivered = pd.DataFrame(columns)[messages.bounced == FAR]
        first = self._month(delivered["sent"].min())
        known = delivered[delivered["sent"] + WINDOW_MS <= self.horizon]
        votes = [self._votes(known, month) for month in range(self.settings.months)]
        units = (
            self.active[self.active["month"] >= first].merge(pd.concat(votes), "left", KEY).merge(touches, "left", KEY)
        )
        units = judged(units, True, units["channel"].notna())
        stated = {"window": 14, "has_customers": True, "of_customers": ("preferred_channel", "touch_preference")}
        self.kpis.add("channel_preference", units, _preference, **stated)

    def _touch_preferences(self, messages: Messages, touches: pd.DataFrame) -> pd.DataFrame:
        """How often customers engaged with people and without, in 90 days, from when both are on record."""
        met = touches[touches["status"].eq("held") & touches["is_two_way"] & (touches["at"] < self.settings.end)]
        reacted = np.minimum(messages.clicked, self.answered)
        is_digital = (messages.bounced == FAR) & (reacted < self.horizon)
        by_message = pd.DataFrame({"customer": messages.company, "day": reacted // DAY_MS, "is_human": False})[
            is_digital
        ]
        by_touch = pd.DataFrame(
            {
                "customer": met["customer"],
                "day": (met["at"] - self.settings.start).dt.days,
                "is_human": ~met["is_automated"],
            }
        )
        first = max(rows["day"].min() for rows in (by_touch, by_message))
        engagements, found = pd.concat([by_touch, by_message]), []
        for month in range(self._month(max(first, 0) * DAY_MS), self.settings.months):
            end = self.bounds[month + 1] // DAY_MS
            recent = engagements[(engagements["day"] >= end - LOOKBACK_DAYS) & (engagements["day"] < end)]
            counts = recent.groupby("customer")["is_human"].agg(["sum", "size"]).reset_index()
            found.append(counts.assign(month=month))
        counts = pd.concat(found).rename(columns={"sum": "human", "size": "engagements"})
        share = 10 * counts["human"]
        names = np.select(
            [share >= 6 * counts["engagements"], share <= 4 * counts["engagements"]], ["human", "digital"], "mixed"
        )
        return counts.assign(touch_preference=names)

    def _votes(self, messages: pd.DataFrame, month: int) -> pd.DataFrame:
        end = self.bounds[month + 1]
        recent = messages[(messages["sent"] >= end - LOOKBACK_DAYS * DAY_MS) & (messages["sent"] < end)]
        by_contact = recent.groupby(["customer", "person", "channel"], as_index=False).agg(
            share=("is_engaged", "mean"), count=("is_engaged", "size"), last=("engaged_at", "max")
        )
        by_contact = by_contact[(by_contact["count"] >= FEW_MESSAGES) & (by_contact["share"] > 0)]
        order = {"ascending": [False, False, True]}
        chosen = by_contact.sort_values(["share", "last", "channel"], **order).drop_duplicates(["customer", "person"])
        votes = chosen.groupby(["customer", "channel"], as_index=False).agg(
            size=("person", "size"), last=("last", "max")
        )
        votes = votes.sort_values(["size", "last", "channel"], **order).drop_duplicates("customer")
        return votes[["customer", "channel"]].assign(month=month)

    def _engagement(self, done: Engagement, surveys: Surveys) -> None:
        """Everything digital that a customer did; before anybody did anything nothing is known."""
        messages, content, campaigns = done.messages, done.content, done.campaigns
        clicks = pd.DataFrame({"company": messages.company, "at": messages.clicked})
        clicks["channel"] = np.where(messages.is_mail, "email", "in_app")
        webinars = pd.DataFrame({"company": campaigns.company, "at": campaigns.day * DAY_MS})
        answers = surveys.judged()
        answered = pd.DataFrame({"company": answers["customer"]}).assign(
            at=(answers["responded_at"] - self.settings.start) // pd.Timedelta(milliseconds=1), channel="survey"
        )
        parts = [
            clicks,
            content.walkthroughs.assign(at=content.walkthroughs["done"], channel="in_app"),
            content.reads.assign(channel="knowledge_base"),
            pd.concat([content.webinars, webinars]).assign(channel="webinar"),
            done.community.written.assign(channel="community"),
            answered,
        ]
        actions = pd.concat([part[["company", "at", "channel"]] for part in parts])
        actions = actions[actions["at"] < self.horizon]
        first = self._month(actions["at"].min())
        actions = self._since_paid(actions[actions["company"] >= 0])
        actions["in_webinar"], actions["in_app"] = (actions["channel"] == name for name in ("webinar", "in_app"))
        of_customers = actions.groupby(KEY).agg(
            actions=("channel", "size"),
            channels=("channel", "nunique"),
            in_webinar=("in_webinar", "max"),
            in_app=("in_app", "max"),
        )
        units = self.active[self.active["month"] >= first].join(of_customers.astype(int), on=KEY).fillna(0)
        units = judged(units, True, units["actions"] > 0)
        self.kpis.add("customer_engagement_rate", units, _engaged, has_customers=True)


def _opened(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    numbers = rate(groups)
    return numbers | {"value_with_machine_opens": share(groups["is_fetched"].sum(), numbers["denominator"])}


def _walked(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    return rate(groups) | {"walkthroughs_watched": groups["is_watched"].sum()}


def _per_active_user(groups: DataFrameGroupBy, name: str) -> dict[str, pd.Series]:
    customers = groups.size()
    numbers = ratio(groups[name].sum(), groups["active_users"].sum())
    return numbers | {"sample_size": customers, "n_pending": 0 * customers}


def _reads(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    return _per_active_user(groups, "reads")


def _participation(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    questions = groups["questions"].sum()
    return _per_active_user(groups, "posters") | {
        "questions_posted": questions,
        "answered_in_48_hours_share": share(groups["answered"].sum(), questions),
        "peer_answered_in_48_hours_share": share(groups["helped"].sum(), questions),
    }


def _asked(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    numbers = rate(groups)
    return numbers | {
        "surveys_taken": numbers["numerator"],
        "value_with_partial_answers": share(groups["is_begun"].sum(), numbers["denominator"]),
    }


def _preference(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    return rate(groups) | {
        "preferred_channel": groups["channel"].first(),
        "touch_preference": groups["touch_preference"].first(),
        "human_touch_share": share(total(groups, "human"), total(groups, "engagements")),
    }


def _engaged(groups: DataFrameGroupBy) -> dict[str, pd.Series]:
    return rate(groups) | {
        "actions": groups["actions"].sum(),
        "mean_channels": groups["channels"].mean(),
        "customers_in_webinars": groups["in_webinar"].sum(),
        "customers_in_app": groups["in_app"].sum(),
    }
