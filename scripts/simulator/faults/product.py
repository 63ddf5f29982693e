"""Defects of the product's events and users."""

from __future__ import annotations

from datetime import timedelta

from .landing import Landing, one_in
from .registry import fault


def loaded_anew(raw: Landing) -> dict[str, str]:
    """What says that the loader wrote the rows again: days are folded anew by it."""
    return {"uuid_ts": f"timestamp '{raw.end}'"}


def day(raw: Landing, back: int) -> str:
    return f"{raw.end - timedelta(days=back):%Y-%m-%d}"


@fault("segment/tracks", "held", "raw_volumes.volumes_are_as_usual", "quality.raw_volumes")
def days_are_missing(raw: Landing) -> list[str]:
    """Two days of events, a Tuesday and a Wednesday of the newest month, were never loaded."""
    back = 14 + (raw.end - timedelta(days=14)).weekday() - 1
    missing = [day(raw, back), day(raw, back - 1)]
    for path in raw.files("segment/tracks"):
        if path.parent.name.removeprefix("day=") in missing:
            path.unlink()
    return missing


@fault("segment/tracks", "held", "raw_volumes.volumes_are_as_usual", "quality.raw_volumes")
def volume_falls_silently(raw: Landing) -> list[str]:
    """For three weeks four of five events are lost on their way."""
    raw.remove("segment/tracks", f"received_at >= timestamp '{raw.end}' - interval 21 day and not {one_in(5)}")
    return ["tracks", "low"]


@fault("segment/tracks", "held", "raw_volumes.volumes_are_as_usual", "quality.raw_volumes")
def a_client_sends_in_a_loop(raw: Landing) -> list[str]:
    """One client sent its event of one day two thousand times, each with an id of its own."""
    tuesday = day(raw, 14 + (raw.end - timedelta(days=14)).weekday() - 1)
    at = f"timestamp '{tuesday} 10:00:00'"
    raw.add(
        "segment/tracks",
        f"""select chosen.* replace (id || '-' || n as id, {at} + to_seconds(n) as timestamp, {at} + to_seconds(n) as received_at,
            {at} + to_seconds(n) as original_timestamp, {at} + to_seconds(n) as sent_at)
        from (select * from t where user_id is not null order by md5(id) limit 1) as chosen cross join range(2000) as r (n)""",
    )
    return ["tracks", tuesday, "high"]


@fault("segment/tracks", "held", "raw_twins.things_are_landed_under_one_id", "quality.raw_twins")
def events_under_new_ids(raw: Landing) -> list[str]:
    """A week of events was replayed from a backup and got new ids."""
    week = f"received_at between timestamp '{raw.end}' - interval 21 day and timestamp '{raw.end}' - interval 14 day"
    raw.add("segment/tracks", f"select * replace ('replayed-' || id as id) from t where {week}")
    return ["tracks", "replayed-"]


@fault("segment/tracks", "harmless")
def events_are_delivered_again(raw: Landing) -> None:
    """Two days of events were loaded a second time, with the same ids and a later load time."""
    days = f"received_at between timestamp '{raw.end}' - interval 5 day and timestamp '{raw.end}' - interval 3 day"
    raw.add("segment/tracks", f"select * replace (uuid_ts + interval 1 day as uuid_ts) from t where {days}")


@fault("segment/tracks", "harmless")
def events_arrive_late(raw: Landing) -> None:
    """Every fiftieth event of the month before the newest arrived three weeks after it happened."""
    late = f"timestamp between timestamp '{raw.end}' - interval 60 day and timestamp '{raw.end}' - interval 31 day and {one_in(50)}"
    three_weeks = "timestamp + interval 21 day"
    raw.replace("segment/tracks", late, received_at=three_weeks, uuid_ts=three_weeks)


@fault("segment/tracks", "rejected", "occurred_at is more than a day after received_at")
def clocks_run_ahead(raw: Landing) -> None:
    """Twenty further events say that they happened three days after they were received."""
    raw.add(
        "segment/tracks",
        f"""select * replace ('ahead-' || id as id, received_at + interval 3 day as timestamp) from t
        where received_at >= timestamp '{raw.end}' - interval 40 day order by md5(id) limit 20""",
    )


@fault("segment/tracks", "held", "fct_event_days.events_are_not_older_than_the_product", "core.fct_event_days")
def a_clock_at_1970(raw: Landing) -> list[str]:
    """A phone with an empty battery sent three events of 2 January 1970."""
    ids = ", ".join(f"'{key}'" for key in raw.some("segment/tracks", 3, "user_id is not null and event <> 'login'"))
    raw.replace("segment/tracks", f"id in ({ids})", timestamp="timestamp '1970-01-02 00:00:01'")
    return ["1970-01-02"]


@fault("segment/tracks", "held", "fct_event_days.event_names_are_mapped", "core.fct_event_days")
def events_have_new_names(raw: Landing) -> list[str]:
    """With a release every event was renamed: two months of them carry a new suffix."""
    raw.replace(
        "segment/tracks",
        f"received_at >= timestamp '{raw.end}' - interval 61 day",
        event="event || '_v2'",
        **loaded_anew(raw),
    )
    return ["_v2", "unmapped_events"]


@fault(
    "segment/tracks",
    "held",
    "segment__tracks.events_are_received_soon_after_they_happened",
    "staging.stg_segment__tracks",
)
def events_in_local_time(raw: Landing) -> list[str]:
    """Since two months the clients send Pacific time and call it UTC."""
    raw.replace(
        "segment/tracks",
        f"received_at >= timestamp '{raw.end}' - interval 61 day",
        timestamp="timestamp - interval 7 hour",
    )
    return ["an_hour_later"]


@fault(
    "segment/tracks",
    "held",
    "raw_freshness.as_of_is_not_behind_other_sources",
    "quality.raw_freshness",
    also=("stripe/invoice",),
)
def billing_and_product_freeze(raw: Landing) -> list[str]:
    """Billing and the product were not loaded for three weeks, so that the company seems to stand three weeks earlier."""
    frozen = f">= timestamp '{raw.end}' - interval 21 day"
    raw.remove("segment/tracks", f"received_at {frozen}")
    raw.remove("stripe/invoice", f"created {frozen} or date {frozen}")
    return ["zendesk", "salesforce"]


@fault("segment/users", "held", "segment__users.users_name_their_group", "staging.stg_segment__users")
def users_lose_their_account(raw: Landing) -> list[str]:
    """identify() no longer sends account_id: every eighth user has none."""
    raw.replace("segment/users", one_in(8), account_id="null")
    return raw.values("segment/users", "select id from t where account_id is null")


@fault("segment/tracks", "held", "kpi_movements.values_do_not_jump", "quality.kpi_movements")
def one_user_for_all(raw: Landing) -> list[str]:
    """Since the newest month the product's server sends every event for its own technical user."""
    (user,) = raw.some("segment/tracks", 1, "user_id is not null", "user_id")
    since = f"timestamp '{raw.end}' - interval 1 month"
    raw.replace("segment/tracks", f"received_at >= {since}", user_id=f"'{user}'", **loaded_anew(raw))
    return ["login_frequency", f"{raw.end.year}-{raw.end.month - 1:02d}-01"]
