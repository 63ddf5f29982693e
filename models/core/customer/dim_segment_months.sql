with members as (

    select
        segments.month_start,
        segments.segment_type,
        segments.segment,
        min(
            case
                when months.was_active or months.started_on <= months.month_start then 0 else 1
            end
        ) as has_only_late_comers,
        row_number() over (
            partition by segments.segment_type, segments.segment order by segments.month_start
        ) as place
    from {{ ref('brg_customer_segments') }} as segments
    inner join {{ ref('fct_customer_months') }} as months
        on
            segments.customer_id = months.customer_id
            and segments.month_start = months.month_start
    group by segments.month_start, segments.segment_type, segments.segment

)

select
    month_start,
    segment_type,
    segment,
    place = 1 and has_only_late_comers = 1 as is_part_month
from members
