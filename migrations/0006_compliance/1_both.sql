-- Every answer of the gate that was asked for an act, with the facts it was given; refusals too. Never changed.
create table decisions (
    id uuid primary key,
    account_id uuid not null references accounts (id),
    debtor_id uuid not null references debtors (id),
    channel text not null,
    purpose text not null,
    answer text not null check (answer in ('allowed', 'needs_supervisor', 'refused')),
    rules text not null,
    because text not null,
    facts text not null,
    rule_set text not null,
    next_allowed_at bigint,
    asked_by text not null,
    decided_at bigint not null
);
create index decisions_account on decisions (account_id, decided_at);
create index decisions_day on decisions (answer, decided_at);
