-- What bureaus are told of accounts: whose accounts are told at all, and what was told of each, one row for a month.
create table furnished_creditors (
    creditor_id uuid primary key references creditors (id),
    -- What kind of creditor, as the K1 segment of Metro 2 has it.
    classification text not null,
    told_by text not null,
    told_at bigint not null
);

create table furnishings (
    id uuid primary key,
    account_id uuid not null references accounts (id),
    -- The last day of the time it was told for.
    as_of date not null,
    status text not null check (status = '93' or status = '62' or status = 'DA' or status = 'DF'),
    balance_dollars bigint not null check (balance_dollars >= 0),
    -- As it was told first: it never moves.
    delinquent_since date not null,
    dispute text check (dispute = 'XB' or dispute = 'XH'),
    is_settled bigint not null,
    -- The answer of the rules that let it be told; what takes an account out needs none.
    decision_id uuid references decisions (id),
    told_by text not null,
    told_at bigint not null,
    unique (account_id, as_of)
);
