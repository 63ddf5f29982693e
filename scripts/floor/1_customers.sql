-- Whose record is whose is given: the truth's identity map. Everything below names a customer by its own id there.
create temp macro raw_file(name) as getvariable('raw') || '/' || name;

create table ids as
select
    source_system,
    source_customer_id,
    anchor_system || ' ' || anchor_id as customer,
    case when anchor_system = 'salesforce' then anchor_id end as salesforce_account_id,
    case when anchor_system = 'stripe' then anchor_id end as stripe_customer_id
from read_parquet(raw_file('truth/identity_map.parquet'));

create table customers as
select customer, any_value(salesforce_account_id) as salesforce_account_id, any_value(stripe_customer_id) as stripe_customer_id
from ids
group by customer;

create table internal as
select distinct customer
from read_parquet(raw_file('salesforce/account.parquet')) as account
join ids on ids.source_system = 'salesforce' and ids.source_customer_id = account.id
where account.is_internal_c;
