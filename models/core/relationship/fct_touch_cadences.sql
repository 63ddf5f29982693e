-- Which tiers there are, and how often each is to be met, is var touch_cadence_days.
select
    customer_id,
    month_start,
    case segment
        {%- for tier, days in var('touch_cadence_days').items() %}
        when '{{ tier }}' then {{ days }}
        {%- endfor %}
    end as cadence_days
from {{ ref('brg_customer_segments') }}
where segment_type = 'tier' and is_spine
