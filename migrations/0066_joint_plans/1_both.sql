-- One plan over several accounts of a person: what was agreed for the whole. Each account keeps a plan of its own, which names it.
create table joint_plans (
    id uuid primary key,
    -- The account at whose desk it was agreed; whose it is follows from it.
    account_id uuid not null references accounts (id),
    total_minor bigint not null check (total_minor > 0),
    down_minor bigint not null,
    currency text not null,
    frequency text not null,
    first_on date not null,
    last_on date not null,
    -- The payments day by day, as JSON: number, the day wanted, the day due, the amount.
    payments text not null,
    agreed_on date not null,
    agreed_by text not null,
    agreed_at bigint not null,
    -- The one that it goes on from, and what became different.
    revises_id uuid references joint_plans (id),
    revision text
);
create index joint_plans_account on joint_plans (account_id, id);
create index joint_plans_revises on joint_plans (revises_id);
alter table plans add column joint_id uuid references joint_plans (id);
create index plans_joint on plans (joint_id, id);
