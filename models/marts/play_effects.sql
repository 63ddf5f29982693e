{%- set of_a_case = 'kpi_id, judged_kpi_id, trigger_month_start, closed_month_start,'
    ' effect_month_start, is_due' -%}
with plays as (select * from {{ ref('judged_plays') }}),

bands as (
    select
        kpi_id,
        segment as customer_id,
        period_start,
        band
    from {{ ref('kpi_judgements') }}
    where segment_type = 'customer' and breakdown = 'all' and band in ('good', 'watch', 'bad')
),

closed as (
    select plays.* from plays
    inner join bands
        on
            plays.judged_kpi_id = bands.kpi_id
            and plays.customer_id = bands.customer_id
            and plays.trigger_month_start = bands.period_start
    where bands.band = 'bad' and not plays.is_cancelled and plays.closed_month_start is not null
),

-- Each customer that was as bad in the same month and had no play for it, not even a cancelled one.
unplayed as (
    select
        bands.customer_id,
        cases.*
    from (
        select distinct {{ of_a_case }} from closed
        where is_due
    ) as cases
    inner join bands
        on cases.judged_kpi_id = bands.kpi_id and cases.trigger_month_start = bands.period_start
    left join plays
        on
            bands.kpi_id = plays.judged_kpi_id
            and bands.customer_id = plays.customer_id
            and bands.period_start = plays.trigger_month_start
    where bands.band = 'bad' and plays.play_id is null
),

compared as (
    select {{ of_a_case }}, customer_id, source_system, play_id
    from closed
    union all
    select {{ of_a_case }}, customer_id, null as source_system, null as play_id
    from unplayed
)

select
    compared.*,
    coalesce(bands.band in ('good', 'watch'), false) as is_out_of_bad
from compared
left join bands
    on
        compared.judged_kpi_id = bands.kpi_id
        and compared.customer_id = bands.customer_id
        and compared.effect_month_start = bands.period_start
