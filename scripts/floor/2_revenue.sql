-- MRR at each month's end by rule R5 with the default policies.
create table service as
with lines as (
    select
        line.*,
        lead(line.period_start) over (
            partition by subscription_item_id order by line.period_start, line.amount >= 0, line.id
        ) as next_start
    from read_parquet(raw_file('stripe/invoice_line_item.parquet')) as line
    join read_parquet(raw_file('stripe/invoice.parquet')) as invoice on line.invoice_id = invoice.id
    where (line.type = 'subscription' or line.proration) and invoice.status not in ('void', 'draft')
),

versions as (
    select
        *,
        case when row_number() over versions = 1 then timestamp '1970-01-01' else _fivetran_start end as since,
        lead(_fivetran_start, 1, timestamp '9999-12-31') over versions as until
    from read_parquet(raw_file('stripe/subscription_history.parquet'))
    window versions as (partition by id order by _fivetran_start)
)

select
    ids.customer,
    lines.subscription_id as subscription,
    lines.subscription_item_id as item,
    price.product_id as product,
    greatest(lines.period_start, versions.since) as since,
    least(lines.period_end, coalesce(lines.next_start, lines.period_end), versions.until) as until,
    exists (
        from versions as pause
        where pause.id = lines.subscription_id and pause.pause_collection_behavior is not null
            and pause.since::date = least(lines.period_end, coalesce(lines.next_start, lines.period_end), versions.until)::date
    ) as is_pause,
    price.unit_amount * lines.quantity as gross,
    rate.rate * case when price.currency = 'jpy' then 1 else 0.01 end / (
        price.recurring_interval_count
        * case price.recurring_interval when 'year' then 12 when 'month' then 1 when 'week' then 12 / 52 else 12 / 365 end
    ) as monthly
from lines
join versions
    on versions.id = lines.subscription_id and versions.status in ('active', 'past_due')
    and versions.pause_collection_behavior is null
    and lines.period_start < versions.until
    and least(lines.period_end, coalesce(lines.next_start, lines.period_end)) > versions.since
join read_parquet(raw_file('stripe/price.parquet')) as price on price.id = lines.price_id
join read_csv(raw_file('files/fx_rates.csv')) as rate on rate.currency = upper(price.currency) and rate.rate_type = 'constant'
join ids on ids.source_system = 'stripe' and ids.source_customer_id = versions.customer_id
where
    price.recurring_usage_type = 'licensed' and price.unit_amount * lines.quantity > 0
    and not (lines.proration and lines.amount < 0) and lines.period_end > lines.period_start
    and coalesce(lines.next_start > lines.period_start, true)
    and ids.customer not in (from internal);

-- Late renewals: ended service runs on to what renews it within 30 days.
create table runs as
with followed as (
    select
        ended.rowid as row,
        min(next.since) filter (next.product = ended.product or next.item = ended.item) as same,
        min(next.since) as any_next
    from service as ended
    join service as next
        on next.customer = ended.customer and next.since >= ended.until and next.since > ended.since
        and next.since::date <= ended.until::date + 30
    where not ended.is_pause
    group by ended.rowid
),

served as (
    select distinct ended.rowid as row
    from service as ended
    join service as other on other.customer = ended.customer and ended.until >= other.since and ended.until < other.until
)

select
    service.*,
    coalesce(followed.same, case when served.row is null then followed.any_next end, service.until) as runs_until
from service
left join followed on followed.row = service.rowid
left join served on served.row = service.rowid;

create table months as
with billed as (
    select min(created) as first, max(created) as last from read_parquet(raw_file('stripe/invoice.parquet'))
)

select
    unnest(generate_series(date_trunc('month', first), least(last, getvariable('as_of') - interval 1 month), interval 1 month))::date as month,
    month + interval 1 month as ends
from billed;

create table mrr as
with held as (
    select runs.*, months.month, least(months.ends, runs.until) as priced_at
    from runs
    join months on runs.since < months.ends and runs.runs_until >= months.ends
),

discounts as (
    select discount.subscription_id as subscription, discount.start, coalesce(discount."end", timestamp '9999-01-01') as "end",
        1 - coalesce(percent_off, 0) / 100 as keeps, coalesce(amount_off, 0) as off
    from read_parquet(raw_file('stripe/subscription_discount.parquet')) as discount
    join read_parquet(raw_file('stripe/coupon.parquet')) as coupon on coupon.id = discount.coupon_id
    where coupon.duration = 'forever' or coupon.duration_in_months >= 12
),

terms as (
    select priced.subscription, priced.priced_at, product(keeps) as keeps, sum(off) as off
    from (select distinct subscription, priced_at from held) as priced
    join discounts
        on discounts.subscription = priced.subscription and discounts.start < priced.priced_at and priced.priced_at <= discounts."end"
    group by all
),

-- An amount off is shared over the items in force by price.
totals as (
    select priced.subscription, priced.priced_at, sum(service.gross) as total
    from (select distinct subscription, priced_at from held) as priced
    join service
        on service.subscription = priced.subscription and service.since < priced.priced_at and priced.priced_at <= service.until
    group by all
)

select
    held.customer,
    held.month,
    sum(
        greatest(held.gross * coalesce(terms.keeps, 1) - coalesce(terms.off, 0) * held.gross / totals.total, 0) * held.monthly
    )::double as mrr_usd
from held
left join terms using (subscription, priced_at)
left join totals using (subscription, priced_at)
group by all;

create table customer_months as
select salesforce_account_id, stripe_customer_id, months.month, coalesce(mrr.mrr_usd, 0) as mrr_usd
from (select customer, min(month) as month from mrr where mrr_usd > 0 group by customer) as first
join months on months.month >= first.month
join customers on customers.customer = first.customer
left join mrr on mrr.customer = first.customer and mrr.month = months.month;

-- R4: the months that use counts in, and from which day on.
create table spine as
with starts as (
    select customer, min(since)::date as paid_on from service group by customer
),

signed as (
    select ids.customer, min(contract.signed_at::date) as signed_on
    from read_csv(raw_file('files/contracts.csv')) as contract
    join ids on ids.source_system in ('salesforce', 'stripe') and ids.source_customer_id = contract.customer_id
    group by ids.customer
),

found as (
    select customer, month from mrr where mrr_usd > 0
    union
    select customer, (month + interval 1 month)::date from mrr where mrr_usd > 0
    union
    select customer, date_trunc('month', since)::date from service
)

select
    found.customer,
    found.month,
    greatest(least(starts.paid_on, signed.signed_on), found.month) as counted_from,
    (found.month + interval 1 month)::date as counted_until
from found
join months using (month)
join starts using (customer)
left join signed using (customer);
