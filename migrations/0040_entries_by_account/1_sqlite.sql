-- An entry is always asked for with its account, so its key begins with the account, and whoever names an entry names both. Embedded,
-- entries lie by that key alone: one tree is written with an entry where three were.
create table entries_by_account (
    account_id uuid not null references accounts (id),
    id uuid not null,
    kind text not null check (kind = 'opening' or kind = 'adjustment' or kind = 'payment' or kind = 'reversal'),
    booked_on date not null,
    reverses_entry_id uuid,
    memo text not null,
    created_at bigint not null,
    currency text not null default '',
    principal_minor bigint not null default 0,
    interest_minor bigint not null default 0,
    fees_minor bigint not null default 0,
    costs_minor bigint not null default 0,
    other_minor bigint not null default 0,
    placed_minor bigint not null default 0,
    trust_bank_minor bigint not null default 0,
    client_payable_minor bigint not null default 0,
    unapplied_minor bigint not null default 0,
    primary key (account_id, id),
    foreign key (account_id, reverses_entry_id) references entries_by_account (account_id, id),
    constraint entries_balanced check (principal_minor + interest_minor + fees_minor + costs_minor + other_minor
        + placed_minor + trust_bank_minor + client_payable_minor + unapplied_minor = 0)
) without rowid;
insert into entries_by_account (account_id, id, kind, booked_on, reverses_entry_id, memo, created_at, currency, principal_minor,
        interest_minor, fees_minor, costs_minor, other_minor, placed_minor, trust_bank_minor, client_payable_minor, unapplied_minor)
    select account_id, id, kind, booked_on, reverses_entry_id, memo, created_at, currency, principal_minor, interest_minor, fees_minor,
           costs_minor, other_minor, placed_minor, trust_bank_minor, client_payable_minor, unapplied_minor
      from entries order by account_id, id;

create table payments_of_account (
    id uuid primary key,
    account_id uuid not null references accounts (id),
    entry_id uuid not null,
    amount_minor bigint not null check (amount_minor > 0),
    unapplied_minor bigint not null,
    currency text not null,
    effective_on date not null,
    reference text not null,
    state text not null check (state in ('posted', 'reversed')),
    reversed_on date,
    posted_by text not null,
    created_at bigint not null,
    unique (account_id, reference),
    foreign key (account_id, entry_id) references entries_by_account (account_id, id)
);
insert into payments_of_account (id, account_id, entry_id, amount_minor, unapplied_minor, currency, effective_on, reference, state,
        reversed_on, posted_by, created_at)
    select id, account_id, entry_id, amount_minor, unapplied_minor, currency, effective_on, reference, state, reversed_on, posted_by,
           created_at
      from payments order by id;
drop table payments;
alter table payments_of_account rename to payments;
create index payments_newest on payments (created_at, id);

create table refunds_of_account (
    id uuid primary key,
    account_id uuid not null references accounts (id),
    entry_id uuid not null,
    amount_minor bigint not null check (amount_minor > 0),
    currency text not null,
    refunded_on date not null,
    reference text not null,
    state text not null default 'posted' check (state in ('posted', 'reversed')),
    refunded_by text not null,
    created_at bigint not null,
    unique (account_id, reference),
    foreign key (account_id, entry_id) references entries_by_account (account_id, id)
);
insert into refunds_of_account (id, account_id, entry_id, amount_minor, currency, refunded_on, reference, state, refunded_by, created_at)
    select id, account_id, entry_id, amount_minor, currency, refunded_on, reference, state, refunded_by, created_at
      from refunds order by id;
drop table refunds;
alter table refunds_of_account rename to refunds;

-- Dropping a table looks for rows of it that name each of its rows: quick with an index, and without one a look through all for each.
create index entries_reverses on entries (reverses_entry_id);
drop table entries;
alter table entries_by_account rename to entries;
