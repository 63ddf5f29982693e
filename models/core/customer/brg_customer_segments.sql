with months as (

    select * from {{ ref('dim_months') }}

),

spine as (

    select * from {{ ref('fct_customer_months') }}

),

versions as (

    select * from {{ ref('dim_customer_versions') }}

),

bands as (

    select * from {{ ref('segment_bands') }}

),

plans as (

    select
        customer_id,
        month_start,
        plan_id,
        row_number() over (
            partition by customer_id, month_start
            order by sum(mrr_amount) desc, plan_id asc
        ) as size_rank
    from {{ ref('fct_item_months') }}
    group by customer_id, month_start, plan_id

),

usage_months as (

    select * from {{ ref('fct_customer_usage_months') }}

),

measured as (

    select
        spine.customer_id,
        spine.month_start,
        versions.segment,
        versions.tier,
        versions.industry,
        versions.region,
        versions.touch_model,
        versions.csm_id,
        plans.plan_id,
        spine.mrr_amount,
        usage_months.active_users,
        {{ dbt.datediff(month_of('spine.first_paid_on'), 'spine.month_start', 'month') }}
            as tenure_months
    from spine
    inner join months on spine.month_start = months.month_start
    left join versions
        on
            spine.customer_id = versions.customer_id
            and months.ends_at > versions.valid_from
            and (months.ends_at <= versions.valid_to or versions.valid_to is null)
    left join plans
        on
            spine.customer_id = plans.customer_id
            and spine.month_start = plans.month_start
            and plans.size_rank = 1
    left join usage_months
        on
            spine.customer_id = usage_months.customer_id
            and spine.month_start = usage_months.month_start

),

{% set measures = {
    'mrr_band': 'mrr_amount', 'usage_band': 'active_users', 'tenure_band': 'tenure_months',
} -%}
measures as (

    {% for segment_type, measure in measures.items() -%}
    select
        customer_id,
        month_start,
        '{{ segment_type }}' as segment_type,
        {{ measure }} as amount
    from measured
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

{% set labels = {
    'all': "'all'", 'customer': 'customer_id', 'segment': 'segment', 'tier': 'tier',
    'industry': 'industry', 'region': 'region', 'touch_model': 'touch_model', 'csm': 'csm_id',
    'plan': 'plan_id',
} -%}
labelled as (

    {% for segment_type, label in labels.items() -%}
    select
        customer_id,
        month_start,
        '{{ segment_type }}' as segment_type,
        cast({{ label }} as {{ dbt.type_string() }}) as segment
    from measured

    union all

    {% endfor -%}
    select
        measures.customer_id,
        measures.month_start,
        measures.segment_type,
        bands.band as segment
    from measures
    left join bands
        on
            measures.segment_type = bands.segment_type
            and measures.amount >= bands.band_from
            and (measures.amount < bands.band_to or bands.band_to is null)

),

members as (

    select
        customer_id,
        min(month_start) as first_month_start
    from spine
    group by customer_id

),

-- A customer keeps its last segments after it left: trailing windows ask for them.
carried as (

    select
        members.customer_id,
        months.month_start,
        max(spine.month_start) over (
            partition by members.customer_id
            order by months.month_start
            rows between unbounded preceding and current row
        ) as known_month_start
    from members
    inner join months on members.first_month_start <= months.month_start
    left join spine
        on members.customer_id = spine.customer_id and months.month_start = spine.month_start

)

select
    carried.customer_id,
    carried.month_start,
    labelled.segment_type,
    coalesce(labelled.segment, '(unknown)') as segment,
    carried.month_start = carried.known_month_start as is_spine
from carried
inner join labelled
    on
        carried.customer_id = labelled.customer_id
        and carried.known_month_start = labelled.month_start
