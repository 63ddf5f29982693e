"""Defects of the files that people keep and export by hand."""

from __future__ import annotations

from .billing import BUDGET
from .landing import Landing, listed, one_in
from .registry import fault


@fault("files/costs", "rejected", "amount is not a decimal(28, 6): write 1234.56")
def costs_in_words(raw: Landing) -> None:
    """Four further lines of costs have an amount in words."""
    raw.add(
        "files/costs",
        "select 'words-' || cost_id as cost_id, month, function, purpose, segment, 'twelve' as amount, currency from t "
        "where cost_id in (select min(cost_id) from t group by function order by 1 limit 4)",
    )


@fault("files/contracts", "rejected", "other rows of this key say otherwise")
def contracts_contradict_each_other(raw: Landing) -> list[str]:
    """Two contracts stand in the file twice, with amounts that differ: nobody can say which is right."""
    contracts = raw.some(
        "files/contracts",
        2,
        "arr_amount is not null and predecessor_id is null and contract_id not in (select predecessor_id from t where predecessor_id is not null)",
    )
    raw.add(
        "files/contracts",
        f"select * replace ((arr_amount::double * 2)::varchar as arr_amount) from t where contract_id in {listed(contracts)}",
    )
    return contracts


@fault("files/survey_responses", "rejected", "score is above its scale")
def scores_off_their_scale(raw: Landing) -> list[str]:
    """Three answers are eleven out of ten."""
    answers = raw.some(
        "files/survey_responses", 3, "scale_max = '10.0' and is_complete = 'true' and response_id like 'r%'"
    )
    raw.replace("files/survey_responses", f"response_id in {listed(answers)}", score="'11'")
    return answers


@fault("files/costs", "held", "fct_costs.costs_stay_in_their_unit", "core.fct_costs")
def costs_in_cents(raw: Landing) -> list[str]:
    """The newest month of costs was exported in cents."""
    month = f"{raw.end.year}-{raw.end.month - 1:02d}-01"
    raw.replace("files/costs", f"month = '{month}'", amount="(amount::double * 100)::varchar")
    return [month, "support", "marketing"]


@fault("files/costs", "held", *BUDGET)
def costs_with_decimal_commas(raw: Landing) -> list[str]:
    """A spreadsheet of another country wrote the amounts: 1.234,56."""
    raw.replace("files/costs", amount="replace(amount, '.', ',')")
    return ["stg_files__costs", "write 1234.56, since a comma could part thousands or decimals"]


@fault("files/touchpoints", "held", *BUDGET)
def days_before_months(raw: Landing) -> list[str]:
    """The dates of touchpoints were saved as 31.12.2025."""
    raw.replace(
        "files/touchpoints",
        planned_at="strftime(planned_at::timestamp, '%d.%m.%Y')",
        held_at="strftime(held_at::timestamp, '%d.%m.%Y')",
    )
    return ["stg_files__touchpoints", "day and month could change places"]


@fault("files/contracts", "held", *BUDGET)
def terms_are_swapped(raw: Landing) -> list[str]:
    """The columns of a term's start and end have each other's name."""
    raw.replace("files/contracts", term_start="term_end", term_end="term_start")
    return ["stg_files__contracts"]


@fault("files/contracts", "held", "dim_contracts.contracts_are_worth_what_is_paid", "core.dim_contracts")
def contracts_in_cents(raw: Landing) -> list[str]:
    """The yearly amounts of contracts are in cents."""
    raw.replace("files/contracts", arr_amount="(arr_amount::double * 100)::varchar")
    return [f"{raw.end.year}-{raw.end.month - 1:02d}-01"]


@fault("files/fx_rates", "held", "union_fx_rates.constant_rates_agree_with_month_ends", "core.union_fx_rates")
def a_rate_is_upside_down(raw: Landing) -> list[str]:
    """The constant rate of the yen says how many yen a dollar is."""
    raw.replace("files/fx_rates", "currency = 'JPY' and rate_type = 'constant'", rate="(1 / rate::double)::varchar")
    return ["JPY"]


@fault("files/process_daily", "held", *BUDGET)
def failures_and_attempts_are_swapped(raw: Landing) -> list[str]:
    """The columns of attempts and failures have each other's name."""
    raw.replace("files/process_daily", attempts="failures", failures="attempts")
    return ["stg_files__process_daily"]


@fault(
    "files/survey_invitations",
    "held",
    "fct_survey_responses.few_answers_are_dated_before_they_were_asked",
    "core.fct_survey_responses",
)
def invitations_in_local_time(raw: Landing) -> None:
    """The survey tool exports when invitations were sent in the time of Auckland, and answers in UTC."""
    shift = "({}::timestamp + interval 13 hour)::varchar"
    raw.replace("files/survey_invitations", sent_at=shift.format("sent_at"), delivered_at=shift.format("delivered_at"))
    return ["answered_before_sent"]


@fault(
    "files/survey_invitations",
    "held",
    "fct_survey_responses.answers_name_invitations_that_are_there",
    "core.fct_survey_responses",
)
def invitations_are_cut(raw: Landing) -> list[str]:
    """Every eighth invitation is missing from the file, and its answer is not."""
    lost = raw.values("files/survey_invitations", f"select invitation_id from t where {one_in(8, 'invitation_id')}")
    raw.remove("files/survey_invitations", f"invitation_id in {listed(lost)}")
    return raw.values(
        "files/survey_responses", f"select response_id from t where invitation_id in {listed(lost)} group by 1"
    )


@fault(
    "files/seat_assignments",
    "held",
    "union_seat_assignments.seats_are_held_by_known_users",
    "core.union_seat_assignments",
)
def seats_of_another_id(raw: Landing) -> list[str]:
    """Every second seat is held by an e-mail address where the product's user id stood."""
    raw.replace("files/seat_assignments", one_in(2, "user_id"), user_id="user_id || '@customer.example'")
    return ["assignments_of_unknown_users"]


@fault(
    "files/messages", "held", "raw_volumes.volumes_are_as_usual", "quality.raw_volumes", also=("files/message_events",)
)
def the_newest_month_of_messages_is_missing(raw: Landing) -> list[str]:
    """The mail service's file of the newest month was not exported."""
    for table in ("files/messages", "files/message_events"):
        raw.files(table)[-1].unlink()
    return ["messages"]


@fault("files/message_events", "held", "raw_changes.nothing_is_lost", "quality.raw_changes")
def machines_lose_their_mark(raw: Landing) -> list[str]:
    """The mail service no longer says which opens are a machine's."""
    raw.replace("files/message_events", is_machine="null")
    return ["message_events", "is_machine"]


@fault("files/stage_history", "held", "union_stage_history.stages_are_in_the_seed", "core.union_stage_history")
def stages_have_new_names(raw: Landing) -> list[str]:
    """The stage adoption is called ramp-up now."""
    raw.replace("files/stage_history", "stage = 'adoption'", stage="'ramp-up'")
    return ["ramp-up"]


@fault("files/milestones", "held", "raw_changes.nothing_is_lost", "quality.raw_changes")
def an_optional_file_is_gone(raw: Landing) -> list[str]:
    """The file of milestones was moved away."""
    raw.file("files/milestones").unlink()
    return ["milestones", "gone"]


@fault("files/survey_responses", "held", "raw_twins.things_are_landed_under_one_id", "quality.raw_twins")
def answers_under_new_ids(raw: Landing) -> list[str]:
    """The survey tool exported the answers of the last month twice, each time with ids of its own."""
    raw.add(
        "files/survey_responses",
        f"select * replace ('again_' || response_id as response_id) from t "
        f"where try_cast(responded_at as timestamp) >= timestamp '{raw.end}' - interval 35 day and response_id like 'r%'",
    )
    return ["survey_responses", "again_"]


@fault("files/touchpoints", "held", "raw_freshness.rows_are_not_of_the_future", "quality.raw_freshness")
def a_year_is_mistyped(raw: Landing) -> list[str]:
    """Two touchpoints were held in the year 2062."""
    touchpoints = raw.some("files/touchpoints", 2, "status = 'held' and held_at like '2026%'")
    raw.replace(
        "files/touchpoints", f"touchpoint_id in {listed(touchpoints)}", held_at="replace(held_at, '2026', '2062')"
    )
    return ["touchpoints", "2062"]


@fault("files/churn_events", "landing", "raw_files_are_readable")
def a_comma_without_quotes(raw: Landing) -> list[str]:
    """A reason of a churn holds a comma and no quotes around it."""
    path = raw.file("files/churn_events")
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[2] += ", they said"
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return ["files.churn_events", f"{path} line 3"]


@fault("files/costs", "landing", "raw_files_are_readable")
def a_csv_is_cut(raw: Landing) -> list[str]:
    """The file of costs ends in the middle of a line."""
    path = raw.file("files/costs")
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.rindex("\n", 0, len(text) - 200) + 12], encoding="utf-8")
    return ["files.costs", str(path), "missing columns"]


@fault("files/org_changes", "landing", "raw_files_are_readable")
def another_encoding(raw: Landing) -> list[str]:
    """The file was saved for Windows, with an umlaut in it."""
    path = raw.file("files/org_changes")
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[1] = lines[1].replace(",", "\u00fc,", 1)
    path.write_bytes("\n".join([*lines, ""]).encode("cp1252"))
    return ["files.org_changes", f"{path} line 2"]


@fault("files/costs", "harmless")
def a_spreadsheets_own_export(raw: Landing) -> None:
    """A spreadsheet saved the costs: a mark for UTF-8, semicolons, CR LF, lines of separators below the last row."""
    path = raw.file("files/costs")
    lines = path.read_text(encoding="utf-8").replace(",", ";").splitlines()
    path.write_bytes(("\ufeff" + "\r\n".join([*lines, ";;;;;;", ";;;;;;", ""])).encode())


@fault("files/referrals", "harmless")
def a_file_comes_in_two_parts(raw: Landing) -> None:
    """The referrals lie in a folder, one file a half, with half of their rows in both."""
    path = raw.file("files/referrals")
    lines = path.read_text(encoding="utf-8").splitlines()
    folder = path.with_suffix("")
    folder.mkdir()
    middle = len(lines) // 2
    (folder / "1.csv").write_text("\n".join([*lines[: middle + 5], ""]), encoding="utf-8")
    (folder / "2.csv").write_text("\n".join([lines[0], *lines[middle:], ""]), encoding="utf-8")
    path.unlink()


@fault("files/plays", "harmless")
def ids_with_blanks(raw: Landing) -> None:
    """Somebody's formula left blanks around the ids of plays and customers."""
    raw.replace("files/plays", play_id="' ' || play_id || '  '", customer_id="customer_id || ' '")
