-- Immutable balanced entries, the balances they add up to, and payments. Debits are positive.
create table entries (
    id uuid primary key,
    account_id uuid not null references accounts (id),
    kind text not null check (kind in ('opening', 'adjustment', 'payment', 'reversal')),
    booked_on date not null,
    reverses_entry_id uuid references entries (id),
    memo text not null,
    created_at bigint not null
);
create index entries_account on entries (account_id, id);

create table entry_lines (
    entry_id uuid not null references entries (id),
    line_no bigint not null,
    code text not null check (code in ('receivable', 'placed', 'trust_bank', 'client_payable', 'unapplied')),
    bucket text,
    amount_minor bigint not null,
    currency text not null,
    primary key (entry_id, line_no)
);

-- What the receivable lines of an account add up to, kept beside them; the night and the check prove it.
create table balances (
    account_id uuid not null references accounts (id),
    bucket text not null,
    amount_minor bigint not null check (amount_minor >= 0),
    currency text not null,
    primary key (account_id, bucket)
);

create table payments (
    id uuid primary key,
    account_id uuid not null references accounts (id),
    entry_id uuid not null references entries (id),
    amount_minor bigint not null check (amount_minor > 0),
    unapplied_minor bigint not null,
    currency text not null,
    effective_on date not null,
    reference text not null,
    state text not null check (state in ('posted', 'reversed')),
    reversed_on date,
    posted_by text not null,
    created_at bigint not null,
    unique (account_id, reference)
);
