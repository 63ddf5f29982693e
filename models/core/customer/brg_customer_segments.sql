with months as (

    select * from {{ ref('dim_months') }}

),

attributes as (

    select * from {{ ref('fct_customer_attributes') }}

),

bands as (

    select * from {{ ref('segment_bands') }}

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
    from attributes
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
    from attributes

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
    from attributes
    group by customer_id

),

-- A customer keeps its last segments after it left: trailing windows ask for them.
carried as (

    select
        members.customer_id,
        months.month_start,
        max(attributes.month_start) over (
            partition by members.customer_id
            order by months.month_start
            rows between unbounded preceding and current row
        ) as known_month_start
    from members
    inner join months on members.first_month_start <= months.month_start
    left join attributes
        on
            members.customer_id = attributes.customer_id
            and months.month_start = attributes.month_start

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
