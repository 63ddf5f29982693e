{#- Student's t for 95 %, by the first terms of its expansion (Cornish and Fisher). -#}
{%- set t = '(1.96 + 2.37 / nullif(least(sum(is_treated), sum(is_untreated)) - 1, 0))' -%}
{%- set error = 'sqrt(sum(%s_influence * %s_influence) * count(*) / (count(*) - 1.0))' -%}
{%- set outcomes = {'effect': 'is_out_of_bad', 'earlier_difference': 'was_bad_earlier'} -%}
with matches as (select * from {{ ref('play_matches') }}),

contrasts as (
    select
        kpi_id,
        {% for name, outcome in outcomes.items() -%}
        sum(is_treated_gap * {{ outcome }}) / sum(is_treated_gap * is_treated_gap) as {{ name }},
        {% endfor -%}
        sum(is_treated_gap * is_treated_gap) as weight
    from matches
    group by kpi_id
),

-- By how much a customer, with all its rows, moves an estimate.
influences as (
    select
        matches.kpi_id,
        max(matches.is_treated) as is_treated,
        max(1 - matches.is_treated) as is_untreated,
        {% for name, outcome in outcomes.items() -%}
        max(contrasts.{{ name }}) as {{ name }},
        sum(
            sqrt(matches.stratum_size / (matches.stratum_size - 1.0)) * matches.is_treated_gap
            * (matches.{{ outcome }}_gap - contrasts.{{ name }} * matches.is_treated_gap)
            / contrasts.weight
        ) as {{ name }}_influence,
        {% endfor -%}
        sum(matches.is_treated * matches.is_treated_gap * matches.is_out_of_bad / contrasts.weight)
            as treated_out_share
    from matches
    inner join contrasts on matches.kpi_id = contrasts.kpi_id
    group by matches.kpi_id, matches.customer_id
)

select
    kpi_id,
    cast(sum(is_treated) as bigint) as matched_customers,
    cast(sum(is_untreated) as bigint) as untreated_customers,
    {% for name in outcomes -%}
    cast(max({{ name }}) as decimal(28, 6)) as {{ name }},
    {% for bound, sign, clip in [('low', '-', 'greatest(-1'), ('high', '+', 'least(1')] -%}
    cast(
        {{ clip }}, max({{ name }}) {{ sign }} {{ t }} * {{ error % (name, name) }})
        as decimal(28, 6)
    ) as {{ name }}_{{ bound }},
    {% endfor -%}
    {% endfor -%}
    cast(sum(treated_out_share) as decimal(28, 6)) as treated_out_share
from influences
group by kpi_id
