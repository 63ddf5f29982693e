with asks as (
    select
        asks.*,
        months.month_start,
        case when asks.party_type = 'partner' then asks.contact_id else asks.customer_id end
            as party_id
    from {{ ref('fct_intro_asks') }} as asks
    inner join {{ ref('dim_months') }} as months
        on
            {{ month_of(reporting_date('asks.asked_at')) }}
            > {{ add_months('months.month_start', -3) }}
            and asks.asked_at < months.ends_at
)

select
    party_id,
    case when party_type = 'partner' then 'partner' else 'customer' end as party_type,
    month_start,
    count(case when not is_repeat then 1 end) as asks,
    count(case when not is_repeat and outcome = 'accepted' then 1 end) as accepted,
    count(case when is_repeat then 1 end) as repeats
from asks
where party_id is not null
group by party_id, case when party_type = 'partner' then 'partner' else 'customer' end, month_start
