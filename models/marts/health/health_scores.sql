with bands as (select * from {{ ref('health_bands') }})

-- Against the month before, or thirty days before.
select
    bands.*,
    before.score as previous_score,
    before.band as previous_band,
    coalesce(before.score - bands.score >= 15, false) as is_sharp_drop,
    coalesce(
        (before.band = 'good' and bands.band in ('watch', 'bad'))
        or (before.band = 'watch' and bands.band = 'bad'), false
    ) as is_band_fall,
    overrides.score as override_score
from bands
left join bands as before
    on
        bands.customer_id = before.customer_id
        and bands.period_grain = before.period_grain
        and case bands.period_grain
            when 'month' then {{ add_months('bands.period_start', -1) }}
            else {{ add_days('bands.period_start', -30) }}
        end = before.period_start
left join {{ ref('fct_health_override_periods') }} as overrides
    on
        bands.customer_id = overrides.customer_id
        and bands.period_grain = overrides.period_grain
        and bands.period_start = overrides.period_start
