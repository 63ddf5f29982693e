with peers as (
    select * from {{ ref('brg_customer_segments') }}
    where segment_type in ('segment', 'all')
),

-- What is usual in a season; fewer than ten customers say nothing about it.
usual as (
    select
        peers.month_start,
        peers.segment_type,
        peers.segment,
        {{ percentile('blocks.usage_drop') }} as median_drop
    from {{ ref('fct_usage_blocks') }} as blocks
    inner join peers
        on blocks.customer_id = peers.customer_id and blocks.month_start = peers.month_start
    where blocks.usage_drop is not null
    group by peers.month_start, peers.segment_type, peers.segment
    having count(*) >= 10
)

select
    peers.customer_id,
    peers.month_start,
    cast(
        coalesce(
            max(case when peers.segment_type = 'segment' then usual.median_drop end),
            max(usual.median_drop),
            0
        ) as double precision
    ) as usual_drop
from peers
left join usual
    on
        peers.month_start = usual.month_start
        and peers.segment_type = usual.segment_type
        and peers.segment = usual.segment
group by peers.customer_id, peers.month_start
