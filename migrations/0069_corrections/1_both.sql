-- What bureaus are told between two monthly files corrects what they were told before: a row of its own, which names the one it corrects.
-- A file is a row too: what it was, what it held, what it left out.
create table furnishings_anew (
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
    -- What it corrects, and why.
    corrects_id uuid references furnishings_anew (id),
    because text,
    -- Who was told of beside the debtor, each with the code of how they owe it.
    people text,
    check (corrects_id is null or because <> '')
);
insert into furnishings_anew (id, account_id, as_of, status, balance_dollars, delinquent_since, dispute, is_settled, decision_id, told_by, told_at)
select id, account_id, as_of, status, balance_dollars, delinquent_since, dispute, is_settled, decision_id, told_by, told_at from furnishings;
drop table furnishings;
alter table furnishings_anew rename to furnishings;
-- A day is told of once, and corrected as often as need be; each row is corrected by one at the most.
create unique index furnishings_day on furnishings (account_id, as_of) where corrects_id is null;
create unique index furnishings_corrected on furnishings (corrects_id);
create index furnishings_account on furnishings (account_id, as_of, id);

create table furnishing_files (
    id uuid primary key,
    kind text not null check (kind = 'monthly' or kind = 'correction'),
    as_of date not null,
    reporter text not null,
    bureau text not null,
    -- Why it corrects; empty for a monthly one.
    because text not null,
    looked_at bigint not null,
    accounts bigint not null,
    -- People beside the debtors.
    people bigint not null,
    dollars bigint not null,
    -- Accounts by their state, those left out by the reason, and the first of whom somebody can do something about, as JSON.
    told text not null,
    left_out text not null,
    named text not null,
    -- SHA-256 of the whole.
    hash text not null,
    written_by text not null,
    written_at bigint not null,
    check (kind = 'monthly' or because <> '')
);
create index furnishing_files_day on furnishing_files (as_of, id);
