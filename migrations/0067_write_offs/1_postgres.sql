-- What is left of an account can be written off: entries and ends have a kind for it. Limits and the policy for offers are proposed on a page.
alter table entries drop constraint entries_kind_check;
alter table entries add constraint entries_kind_check
    check (kind in ('opening', 'interest', 'fee', 'waiver', 'write_off', 'reallocation', 'adjustment', 'payment', 'reversal'));
alter table accounts drop constraint accounts_closed_because_check;
alter table accounts add constraint accounts_closed_because_check check (closed_because in
    ('recalled', 'returned', 'settled', 'small_balance', 'uncollectible', 'placed_in_error', 'sold', 'bankruptcy', 'deceased', 'fraud'));
-- How much of what was owed is written off now.
alter table accounts add column written_off_minor bigint not null default 0 check (written_off_minor >= 0);

-- What was left of accounts, written off, each with its entry; taken back by another entry, on a day.
create table write_offs (
    id uuid primary key,
    account_id uuid not null references accounts (id),
    entry_id uuid not null,
    amount_minor bigint not null check (amount_minor > 0),
    currency text not null,
    because text not null check (because in ('small_balance', 'settled', 'uncollectible', 'bankruptcy', 'deceased')),
    words text not null,
    -- The request by which it was granted, and the settlement that was kept, where either let it be.
    approval_id uuid references approvals (id),
    plan_id uuid references plans (id),
    -- The write-off of which this is what money left.
    follows_id uuid references write_offs (id),
    written_off_by text not null,
    written_off_at bigint not null,
    reversed_on date,
    foreign key (account_id, entry_id) references entries (account_id, id)
);
create index write_offs_account on write_offs (account_id, id);
create unique index write_offs_one on write_offs (account_id) where reversed_on is null;

-- Limits, or a policy for offers, that one person proposes and another decides about.
create table terms_proposals (
    id uuid primary key,
    about text not null check (about in ('limits', 'offers')),
    -- Whose policy it is to be; limits are the agency's, and name creditors in their rows.
    creditor_id uuid references creditors (id),
    -- As people write it.
    body text not null,
    from_on date not null,
    reason text not null,
    proposed_by text not null,
    proposed_at bigint not null,
    state text not null check (state in ('proposed', 'approved', 'refused', 'withdrawn')),
    -- The version that it became.
    made uuid,
    decided_words text,
    decided_by text,
    decided_at bigint,
    check ((state = 'proposed') = (decided_at is null)),
    check ((state = 'approved') = (made is not null)),
    check (state <> 'approved' or decided_by <> proposed_by)
);
create unique index terms_proposals_open on terms_proposals (about, creditor_id) where state = 'proposed' and creditor_id is not null;
create unique index terms_proposals_open_house on terms_proposals (about) where state = 'proposed' and creditor_id is null;
