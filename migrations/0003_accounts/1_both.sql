-- Debts, who placed them, which desk owns them, why they stand still.
create table desks (
    id uuid primary key,
    name text not null unique,
    created_at bigint not null
);

create table creditors (
    id uuid primary key,
    name text not null unique,
    role text not null default 'third_party' check (role in ('third_party', 'debt_buyer', 'first_party')),
    -- 'all': the house applies the consumer rules to every debt; 'law': only where the law does.
    rule_scope text not null default 'all' check (rule_scope in ('all', 'law')),
    grace_days bigint not null default 3,
    allocation_order text not null default 'costs,fees,interest,principal,other',
    attempts_max_7_days bigint not null default 7,
    desk_id uuid not null references desks (id),
    created_at bigint not null
);

create table desk_members (
    desk_id uuid not null references desks (id),
    user_id uuid not null references users (id),
    primary key (desk_id, user_id)
);
create index desk_members_user on desk_members (user_id, desk_id);

create table batches (
    id uuid primary key,
    creditor_id uuid not null references creditors (id),
    file_name text not null,
    file_hash text not null,
    row_count bigint not null,
    accepted_count bigint not null,
    refused_count bigint not null,
    duplicate_count bigint not null,
    placed_minor bigint not null,
    currency text not null,
    imported_by text not null,
    created_at bigint not null
);
create index batches_creditor on batches (creditor_id, created_at);

create table accounts (
    id uuid primary key,
    creditor_id uuid not null references creditors (id),
    batch_id uuid references batches (id),
    desk_id uuid not null references desks (id),
    debtor_id uuid not null references debtors (id),
    reference text not null,
    kind text not null check (kind in ('consumer', 'business', 'government')),
    description text,
    creditor_status text,
    state text not null check (state in ('open', 'paid', 'closed')),
    currency text not null,
    placed_minor bigint not null,
    balance_minor bigint not null,
    paid_before_minor bigint not null default 0,
    reduced_before_minor bigint not null default 0,
    placed_on date not null,
    itemized_on date,
    due_on date,
    charged_off_on date,
    stage text not null,
    was_reached bigint not null default 0,
    next_action text,
    next_action_on date,
    next_action_at bigint,
    created_at bigint not null,
    unique (creditor_id, reference)
);
create index accounts_debtor on accounts (debtor_id, id);
create index accounts_open on accounts (state, id);
create index accounts_reference on accounts (reference, id);

create table account_people (
    account_id uuid not null references accounts (id),
    debtor_id uuid not null references debtors (id),
    role text not null,
    primary key (account_id, debtor_id)
);
create index account_people_debtor on account_people (debtor_id, account_id);

create table holds (
    id uuid primary key,
    account_id uuid not null references accounts (id),
    reason text not null,
    from_on date not null,
    until_on date,
    ended_at bigint,
    created_by text not null,
    created_at bigint not null
);
create index holds_account on holds (account_id, id);
create index holds_until on holds (until_on, id);

-- Written stops, lawyers and consents: what happened, never changed; a later row takes an earlier one back.
create table stops (
    id uuid primary key,
    account_id uuid not null references accounts (id),
    debtor_id uuid not null references debtors (id),
    kind text not null check (kind in ('cease', 'attorney_known', 'attorney_released', 'call_consent', 'call_consent_revoked')),
    days bigint,
    words text,
    received_at bigint not null,
    recorded_by text not null,
    created_at bigint not null
);
create index stops_account on stops (account_id, id);
