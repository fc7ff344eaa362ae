-- Contacts: reserved before they happen, recorded after. A reservation without a result expires and counts.
create table contacts (
    id uuid primary key,
    account_id uuid not null references accounts (id),
    debtor_id uuid not null references debtors (id),
    point_id uuid references contact_points (id),
    decision_id uuid references decisions (id),
    channel text not null,
    direction text not null check (direction in ('in', 'out')),
    purpose text not null,
    place text,
    state text not null check (state in ('reserved', 'recorded', 'expired')),
    result text,
    outcome text,
    note text,
    officer_id uuid references users (id),
    released_by text,
    contacted_at bigint not null,
    expires_at bigint,
    recorded_at bigint
);
create index contacts_debtor on contacts (debtor_id, contacted_at);
create index contacts_account on contacts (account_id, contacted_at);
create index contacts_reserved on contacts (state, expires_at);

-- The debts a contact was about, marked before it happened.
create table contact_debts (
    contact_id uuid not null references contacts (id),
    account_id uuid not null references accounts (id),
    primary key (contact_id, account_id)
);
create index contact_debts_account on contact_debts (account_id, contact_id);
