"""Defects of the help desk's tables."""

from __future__ import annotations

from .billing import BUDGET, newest_month
from .landing import Landing, listed, one_in
from .registry import fault

TABLES = ("zendesk/ticket_comment", "zendesk/ticket_field_history", "zendesk/satisfaction_rating")


@fault("zendesk/ticket", "held", "raw_freshness.rows_are_not_of_the_future", "quality.raw_freshness")
def tickets_of_the_future(raw: Landing) -> list[str]:
    """Three tickets were created in the year 2099."""
    raw.replace("zendesk/ticket", f"id in {listed(raw.some('zendesk/ticket', 3))}", created_at="timestamp '2099-01-01'")
    return ["ticket", "2099-01-01"]


@fault(
    "zendesk/ticket",
    "held",
    "raw_freshness.tables_are_not_stale",
    "quality.raw_freshness",
    also=(*TABLES, "zendesk/user"),
)
def the_help_desk_freezes(raw: Landing) -> list[str]:
    """The connector of the help desk stopped 25 days ago, and nobody noticed."""
    since = f">= timestamp '{raw.end}' - interval 25 day"
    raw.remove("zendesk/ticket", f"created_at {since}")
    raw.remove("zendesk/user", f"created_at {since}")
    for table, column in zip(TABLES, ("created", "updated", "created_at"), strict=True):
        raw.remove(table, f"{column} {since}")
    return ["zendesk", "(any)"]


@fault("zendesk/ticket_comment", "harmless")
def comments_are_delivered_twice(raw: Landing) -> None:
    """The loader delivered every comment of the last two weeks a second time, with the same ids."""
    raw.add("zendesk/ticket_comment", f"select * from t where created >= timestamp '{raw.end}' - interval 14 day")


@fault("zendesk/ticket_comment", "held", "raw_twins.things_are_landed_under_one_id", "quality.raw_twins")
def comments_under_new_ids(raw: Landing) -> list[str]:
    """After a change of connector the comments of two weeks were landed again, under new ids."""
    raw.add(
        "zendesk/ticket_comment",
        f"select * replace (id + 900000000000 as id) from t where created >= timestamp '{raw.end}' - interval 14 day",
    )
    return ["ticket_comment"]


@fault(
    "zendesk/ticket_comment",
    "held",
    "stg_zendesk__ticket_comments.tickets_begin_with_their_first_comment",
    "staging.stg_zendesk__ticket_comments",
)
def comments_in_local_time(raw: Landing) -> list[str]:
    """The export of comments is in the time of Tokyo, all other tables are in UTC."""
    raw.replace("zendesk/ticket_comment", created="created + interval 9 hour")
    return ["an_hour_off"]


@fault("zendesk/ticket", "held", "stg_zendesk__tickets.ids_are_not_used_twice", "staging.stg_zendesk__tickets")
def ticket_ids_are_used_twice(raw: Landing) -> list[str]:
    """The help desk was restored and numbers its tickets anew: five new ones have the ids of old ones."""
    ids = raw.some("zendesk/ticket", 5, f"created_at < timestamp '{raw.end}' - interval 90 day")
    raw.add(
        "zendesk/ticket",
        f"""select * replace (created_at + interval 60 day as created_at, _fivetran_synced + interval 1 hour as _fivetran_synced)
        from t where id in {listed(ids)}""",
    )
    return ids


@fault("zendesk/ticket", "rejected", "ticket_id is missing")
def tickets_without_an_id(raw: Landing) -> list[str]:
    """Four further rows of tickets have no id."""
    chosen = listed(raw.some("zendesk/ticket", 4))
    raw.add("zendesk/ticket", f"select * replace (null as id) from t where id in {chosen}")
    return raw.values("zendesk/ticket", "select created_at::varchar from t where id is null")


@fault("zendesk/ticket", "held", "stg_zendesk__tickets.priority_is_known", "staging.stg_zendesk__tickets")
def priorities_have_new_names(raw: Landing) -> list[str]:
    """An administrator renamed the highest priority to P1."""
    raw.replace("zendesk/ticket", "priority = 'urgent'", priority="'P1'")
    return raw.values("zendesk/ticket", "select id::varchar from t where priority = 'P1'")


@fault("zendesk/ticket", "held", "raw_changes.nothing_is_lost", "quality.raw_changes")
def priorities_run_dry(raw: Landing) -> list[str]:
    """Since the newest month the form of tickets no longer asks for a priority."""
    raw.replace("zendesk/ticket", f"created_at >= {newest_month(raw)}", priority="null")
    return ["ticket", "priority", "ran_dry"]


@fault(
    "zendesk/ticket_field_history",
    "held",
    "stg_zendesk__ticket_field_history.status_is_known",
    "staging.stg_zendesk__ticket_field_history",
)
def a_status_that_nobody_knows(raw: Landing) -> list[str]:
    """Six tickets went into a new state, awaiting_vendor."""
    tickets = raw.some("zendesk/ticket_field_history", 6, "field_name = 'status' and value = 'pending'")
    raw.replace(
        "zendesk/ticket_field_history",
        f"field_name = 'status' and value = 'pending' and ticket_id in {listed(tickets)}",
        value="'awaiting_vendor'",
    )
    return tickets


@fault(
    "zendesk/ticket_field_history",
    "held",
    "stg_zendesk__ticket_field_history.ratings_are_known",
    "staging.stg_zendesk__ticket_field_history",
)
def ratings_on_another_scale(raw: Landing) -> list[str]:
    """The help desk asks for one to five now, and no longer for good or bad: the ratings of the newest month are numbers."""
    rated = f"field_name = 'satisfaction_score' and value in ('good', 'bad') and updated >= {newest_month(raw)}"
    tickets = raw.values("zendesk/ticket_field_history", f"select distinct ticket_id::varchar from t where {rated}")
    raw.replace("zendesk/ticket_field_history", rated, value="'4'")
    return tickets


@fault("zendesk/user", "held", "stg_zendesk__tickets.requesters_are_known", "staging.stg_zendesk__tickets")
def users_are_older_than_tickets(raw: Landing) -> list[str]:
    """The table of users was not loaded lately: the newest seventh of them is missing."""
    raw.remove(
        "zendesk/user", "id in (select id from t order by created_at desc, id limit (select count(*) // 7 from t))"
    )
    return ["without_requester"]


@fault("zendesk/ticket", "held", "raw_orphans.rows_name_parents_that_were_landed", "quality.raw_orphans")
def tickets_are_deleted(raw: Landing) -> list[str]:
    """A clean-up deleted every eighth ticket, and left what happened to them."""
    raw.remove("zendesk/ticket", one_in(8))
    return ["ticket_field_history", "ticket_id"]


@fault(
    "zendesk/ticket",
    "held",
    "fct_survey_responses.ticket_answers_belong_to_tickets",
    "core.fct_survey_responses",
    also=TABLES,
)
def old_tickets_are_archived(raw: Landing) -> list[str]:
    """The help desk archived the tickets of two months of half a year ago, and all that happened to them: the export holds them no more, and the answers to their surveys name them still."""
    start, end = (f"timestamp '{raw.end}' - interval {months} month" for months in (9, 7))
    archived = listed(
        raw.values(
            "zendesk/ticket",
            f"select id::varchar from t where id is not null and created_at >= {start} and created_at < {end}",
        )
    )
    for table, column in zip(("zendesk/ticket", *TABLES), ("id", "ticket_id", "ticket_id", "ticket_id"), strict=True):
        raw.remove(table, f"{column} in {archived}")
    return ["without_ticket"]


@fault(
    "zendesk/ticket", "held", "kpi_movements.published_months_are_not_rewritten", "quality.kpi_movements", also=TABLES
)
def the_help_desk_in_local_time(raw: Landing) -> list[str]:
    """The whole export of the help desk is in the time of California, so that all of its times agree with one another and with nothing else."""
    raw.replace("zendesk/ticket", created_at="created_at - interval 8 hour")
    for table, column in zip(TABLES, ("created", "updated", "created_at"), strict=True):
        raw.replace(table, **{column: f"{column} - interval 8 hour"})
    return ["first_response_time"]


@fault("zendesk/organization", "held", "raw_changes.nothing_is_lost", "quality.raw_changes")
def organizations_lose_their_crm_id(raw: Landing) -> list[str]:
    """The sync from the CRM to the help desk was removed, and with it every external_id."""
    raw.replace("zendesk/organization", external_id="null")
    return ["organization", "external_id", "emptied"]


@fault("zendesk/group", "held", "fct_tickets.groups_without_a_tier_stay_within_budget", "core.fct_tickets")
def a_group_is_renamed(raw: Landing) -> list[str]:
    """The group that gets most tickets has got a new name."""
    (group,) = raw.values(
        "zendesk/ticket", "select group_id::varchar from t group by 1 order by count(*) desc, 1 limit 1"
    )
    raw.replace("zendesk/group", f"id = {group}", name="'Customer Delight'")
    return ["without_tier"]


@fault("zendesk/user", "held", "stg_zendesk__users.role_is_known", "staging.stg_zendesk__users")
def agents_have_a_new_role(raw: Landing) -> None:
    """Five agents became legacy_agent in the export."""
    agents = raw.some("zendesk/user", 5, "role = 'agent'")
    raw.replace("zendesk/user", f"id in {listed(agents)}", role="'legacy_agent'")


@fault("zendesk/ticket", "landing", "raw_files_are_readable")
def a_required_column_is_renamed(raw: Landing) -> list[str]:
    """The connector's new version calls requester_id requester."""
    raw.rewrite("zendesk/ticket", "select * rename (requester_id as requester) from t")
    return ["zendesk.ticket", "requester_id"]


@fault("zendesk/ticket_comment", "held", *BUDGET)
def comments_without_an_id(raw: Landing) -> list[str]:
    """Every thirtieth comment has lost its id."""
    raw.replace("zendesk/ticket_comment", one_in(30), id="null")
    return ["stg_zendesk__ticket_comments", "comment_id is missing"]
