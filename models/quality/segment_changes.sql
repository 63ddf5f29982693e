{%- set rule = 'segment_changes.segments_keep_their_names' -%}
with published as (

    select * from {{ published_segments() }} as known

),

newest as (

    select max(published.period_start) as month_start
    from published
    inner join {{ ref('brg_customer_segments') }} as segments
        on published.period_start = segments.month_start

),

known as (

    select
        published.segment_type,
        published.segment
    from published
    inner join newest on published.period_start = newest.month_start

),

now as (

    select distinct
        segments.segment_type,
        segments.segment
    from {{ ref('brg_customer_segments') }} as segments
    inner join newest on segments.month_start = newest.month_start

),

counted as (

    select
        known.segment_type,
        count(*) as segments_before,
        count(now.segment) as segments_kept,
        min(case when now.segment is null then known.segment end) as for_example
    from known
    left join now on known.segment_type = now.segment_type and known.segment = now.segment
    group by known.segment_type

)

select
    *,
    {{ acknowledged(rule, 'segment_type') }} as is_acknowledged
from counted
