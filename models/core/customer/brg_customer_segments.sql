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
        row_number() over (partition by customer_id, month_start order by sum(mrr_amount) desc, plan_id) as size_rank
    from {{ ref('fct_item_months') }}
    group by customer_id, month_start, plan_id

),

usage as (

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
        versions.csm_id as csm,
        plans.plan_id as plan,
        spine.mrr_amount as mrr,
        usage.active_users as usage,
        {{ dbt.datediff(month_of('spine.first_paid_on'), 'spine.month_start', 'month') }} as tenure
    from spine
    inner join months on spine.month_start = months.month_start
    left join versions
        on
            spine.customer_id = versions.customer_id
            and versions.valid_from < months.ends_at
            and (versions.valid_to is null or versions.valid_to >= months.ends_at)
    left join plans
        on spine.customer_id = plans.customer_id and spine.month_start = plans.month_start and plans.size_rank = 1
    left join usage
        on spine.customer_id = usage.customer_id and spine.month_start = usage.month_start

),

banded as (

    select
        measured.*,
        'all' as everybody,
        measured.customer_id as customer,
        {%- for measure in ('mrr', 'usage', 'tenure') %}
        {{ measure }}_bands.band as {{ measure }}_band{{ ',' if not loop.last }}
        {%- endfor %}
    from measured
    {%- for measure in ('mrr', 'usage', 'tenure') %}
    left join bands as {{ measure }}_bands
        on
            {{ measure }}_bands.segment_type = '{{ measure }}_band'
            and measured.{{ measure }} >= {{ measure }}_bands.band_from
            and (measured.{{ measure }} < {{ measure }}_bands.band_to or {{ measure }}_bands.band_to is null)
    {%- endfor %}

),

-- A customer keeps its last known segments after it left, since due contracts and trailing windows still ask for them.
carried as (

    select
        members.customer_id,
        months.month_start,
        max(banded.month_start) over (
            partition by members.customer_id order by months.month_start rows between unbounded preceding and current row
        ) as known_month_start
    from (select customer_id, min(month_start) as first_month from spine group by customer_id) as members
    inner join months on months.month_start >= members.first_month
    left join banded on members.customer_id = banded.customer_id and months.month_start = banded.month_start

),

{% set types = {
    'all': 'everybody', 'customer': 'customer', 'segment': 'segment', 'tier': 'tier', 'industry': 'industry',
    'region': 'region', 'touch_model': 'touch_model', 'csm': 'csm', 'plan': 'plan', 'mrr_band': 'mrr_band',
    'usage_band': 'usage_band', 'tenure_band': 'tenure_band',
} -%}
segmented as (

    {% for type, column in types.items() -%}
    select
        carried.customer_id,
        carried.month_start,
        '{{ type }}' as segment_type,
        coalesce(cast(banded.{{ column }} as {{ dbt.type_string() }}), '(unknown)') as segment,
        carried.month_start = carried.known_month_start as is_spine
    from carried
    inner join banded on carried.customer_id = banded.customer_id and carried.known_month_start = banded.month_start
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select * from segmented
