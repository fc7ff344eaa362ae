-- Interest by its terms, fees, waivers, and hardship pauses. Entries have kinds for them: reallocation turns what was paid for a charge that
-- is taken back to what else is owed. A hold can belong to a pause.
-- How far interest is posted; nothing where an account never bore any. And until when a hardship pause stands.
alter table accounts add column interest_to_on date;
alter table accounts add column paused_until date;
create index accounts_interest on accounts (id) where interest_to_on is not null;

create table interest_terms (
    id uuid primary key,
    account_id uuid not null references accounts (id),
    source text not null,
    -- Of a year, in millionths.
    rate_ppm bigint not null check (rate_ppm >= 0),
    day_count text not null,
    -- Interest runs from this day, which does not count, to the other, which does.
    from_on date not null,
    -- The clause of the agreement, or the court and the judgment.
    words text not null,
    decision_id uuid not null references decisions (id),
    set_by text not null,
    set_at bigint not null,
    until_on date,
    stopped_by text,
    stopped_because text,
    stopped_at bigint,
    check ((until_on is null) = (stopped_at is null)),
    check (until_on is null or until_on >= from_on)
);
create index interest_terms_account on interest_terms (account_id, id);

-- While somebody cannot pay: fees, interest, contact and credit reporting stop together.
create table hardship_pauses (
    id uuid primary key,
    account_id uuid not null references accounts (id),
    reason text not null,
    words text not null,
    from_on date not null,
    -- The day on which it is looked at with them.
    until_on date not null,
    hold_id uuid not null references holds (id),
    approval_id uuid references approvals (id),
    granted_by text not null,
    granted_at bigint not null,
    ended_on date,
    ended_by text,
    ended_because text,
    ended_at bigint,
    check (until_on > from_on),
    check ((ended_on is null) = (ended_at is null)),
    check (ended_on is null or ended_on >= from_on)
);
create index hardship_pauses_account on hardship_pauses (account_id, id);
create unique index hardship_pauses_one on hardship_pauses (account_id) where ended_on is null;
create index hardship_pauses_due on hardship_pauses (until_on, id) where ended_on is null;

-- Interest, fees and waivers, each with its entry; taken back by another entry, on a day.
create table charges (
    id uuid primary key,
    account_id uuid not null references accounts (id),
    entry_id uuid not null,
    kind text not null check (kind = 'interest' or kind = 'fee' or kind = 'waiver'),
    bucket text not null,
    -- What it does to the bucket: a waiver is below zero.
    amount_minor bigint not null check (amount_minor <> 0 and (kind = 'waiver') = (amount_minor < 0)),
    currency text not null,
    -- For interest, to the end of which day.
    to_on date check ((kind = 'interest') = (to_on is not null)),
    words text not null,
    -- The answer of the rules that let it be charged.
    decision_id uuid references decisions (id),
    approval_id uuid references approvals (id),
    charged_by text not null,
    charged_at bigint not null,
    reversed_on date,
    foreign key (account_id, entry_id) references entries (account_id, id),
    check (kind <> 'fee' or decision_id is not null)
);
create index charges_account on charges (account_id, id);

alter table entries drop constraint entries_kind_check;
alter table entries add constraint entries_kind_check
    check (kind in ('opening', 'interest', 'fee', 'waiver', 'reallocation', 'adjustment', 'payment', 'reversal'));

alter table holds drop constraint holds_scope_check;
alter table holds add constraint holds_scope_check check (scope in ('account', 'person', 'pause'));
