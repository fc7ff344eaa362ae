-- Accounts brought current after payments as agreed. A row stands for good; one that was taken back says so.
create table re_ages (
    id uuid primary key,
    account_id uuid not null references accounts (id),
    -- The plan whose payments were kept.
    plan_id uuid not null references plans (id),
    payments_kept bigint not null,
    -- From which day its age was counted, and from which it is counted now.
    aged_from_before date not null,
    aged_from_on date not null,
    words text not null,
    made_by text not null,
    made_at bigint not null,
    taken_back_by text,
    taken_back_because text,
    taken_back_at bigint
);
create index re_ages_account on re_ages (account_id, id);
-- The day from which the age is counted; nothing where it is the day since which the debt is unpaid.
alter table accounts add column aged_from_on date;
