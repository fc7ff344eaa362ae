-- Promises to pay. At most one is open per account; money decides the rest.
create table promises (
    id uuid primary key,
    account_id uuid not null references accounts (id),
    amount_minor bigint not null check (amount_minor > 0),
    currency text not null,
    taken_on date not null,
    due_on date not null,
    grace_days bigint not null,
    state text not null check (state in ('open', 'kept', 'partly_kept', 'broken', 'withdrawn')),
    arrived_minor bigint not null default 0,
    taken_by text not null,
    taken_at bigint not null,
    decided_at bigint
);
create index promises_account on promises (account_id, id);
create index promises_open on promises (state, due_on, id);
