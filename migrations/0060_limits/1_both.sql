-- What of a promise or a plan somebody may grant alone, by creditor, kind of debt, age and role: a version of all rows, which another person
-- approved. And the day on which a creditor takes an account back.
create table grant_limits (
    id uuid primary key,
    number bigint not null unique,
    -- The rows as JSON.
    terms text not null,
    from_on date not null,
    set_by text not null,
    approved_by text not null,
    set_at bigint not null,
    check (set_by <> approved_by)
);
create index grant_limits_from on grant_limits (from_on, number);
alter table accounts add column recall_on date;
