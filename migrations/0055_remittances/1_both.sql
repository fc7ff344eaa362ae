-- What creditors are charged and sent: rate plans by version, remittances with a line for each payment, payments that were made to the
-- creditor itself, costs that the agency laid out.
--
-- Nothing is ever deleted here, and nothing changed but the decision on what was proposed or prepared.
create table rate_plans (
    id uuid primary key,
    creditor_id uuid not null references creditors (id),
    number bigint not null check (number > 0),
    -- The plan as JSON.
    terms text not null,
    from_on date not null,
    reason text not null,
    proposed_by text not null,
    proposed_at bigint not null,
    state text not null check (state = 'proposed' or state = 'approved' or state = 'withdrawn'),
    decided_by text,
    decided_at bigint,
    unique (creditor_id, number),
    check ((state = 'proposed') = (decided_by is null)),
    check (state <> 'approved' or decided_by <> proposed_by)
);

create table remittances (
    id uuid primary key,
    creditor_id uuid not null references creditors (id),
    -- From 1 for each creditor.
    number bigint not null check (number > 0),
    from_on date not null,
    to_on date not null check (to_on >= from_on),
    currency text not null,
    mode text not null check (mode = 'net' or mode = 'gross' or mode = 'combined'),
    -- The one whose fees it puts right.
    corrects_id uuid references remittances (id),
    -- Who sends it and to whom, as the statement has it, line by line.
    head text not null,
    -- SHA-256 over the lines.
    lines_hash text not null,
    line_count bigint not null check (line_count >= 0),
    collected_minor bigint not null check (collected_minor >= 0),
    direct_minor bigint not null,
    came_back_minor bigint not null check (came_back_minor >= 0),
    fees_minor bigint not null,
    costs_minor bigint not null,
    returned_before_minor bigint not null check (returned_before_minor >= 0),
    billed_before_minor bigint not null,
    kept_minor bigint not null,
    paid_minor bigint not null check (paid_minor >= 0),
    invoiced_minor bigint not null,
    returned_after_minor bigint not null check (returned_after_minor >= 0),
    billed_after_minor bigint not null,
    prepared_by text not null,
    prepared_at bigint not null,
    prepared_on date not null,
    state text not null check (state = 'prepared' or state = 'locked' or state = 'withdrawn'),
    decided_by text,
    decided_at bigint,
    unique (creditor_id, number),
    check ((state = 'prepared') = (decided_by is null)),
    check (state <> 'locked' or decided_by <> prepared_by),
    check (kept_minor + paid_minor = collected_minor)
);
-- One waits for a creditor at a time.
create unique index remittances_prepared on remittances (creditor_id, currency) where state = 'prepared';
create index remittances_corrects on remittances (corrects_id);

-- The lines of what is locked.
create table remittance_lines (
    remittance_id uuid not null references remittances (id),
    line_no bigint not null check (line_no > 0),
    kind text not null check (kind = 'trust' or kind = 'direct' or kind = 'returned' or kind = 'correction'),
    is_direct bigint not null check (is_direct = 0 or is_direct = 1),
    account_id uuid not null references accounts (id),
    -- The entry of the payment.
    entry_id uuid not null,
    plan_id uuid not null references rate_plans (id),
    amount_minor bigint not null,
    costs_minor bigint not null,
    fee_minor bigint not null,
    currency text not null,
    paid_on date not null,
    why text not null,
    primary key (remittance_id, line_no),
    foreign key (account_id, entry_id) references entries (account_id, id)
);
-- A payment is remitted once, and taken back once.
create unique index remittance_lines_paid on remittance_lines (account_id, entry_id) where kind = 'trust' or kind = 'direct';
create unique index remittance_lines_returned on remittance_lines (account_id, entry_id) where kind = 'returned';
create index remittance_lines_account on remittance_lines (account_id, remittance_id);
create index remittance_lines_plan on remittance_lines (plan_id);

create table direct_payments (
    id uuid primary key,
    account_id uuid not null references accounts (id),
    entry_id uuid not null,
    amount_minor bigint not null check (amount_minor > 0),
    currency text not null,
    paid_on date not null,
    reference text not null check (reference <> ''),
    recorded_by text not null,
    recorded_at bigint not null,
    unique (account_id, reference),
    unique (account_id, entry_id),
    foreign key (account_id, entry_id) references entries (account_id, id)
);

create table cost_advances (
    id uuid primary key,
    account_id uuid not null references accounts (id),
    -- Below zero where an earlier one is taken back.
    amount_minor bigint not null check (amount_minor <> 0),
    currency text not null,
    laid_out_on date not null,
    reference text not null check (reference <> ''),
    words text not null,
    takes_back_id uuid references cost_advances (id),
    recorded_by text not null,
    recorded_at bigint not null,
    unique (account_id, reference),
    check ((amount_minor < 0) = (takes_back_id is not null))
);
create unique index cost_advances_taken_back on cost_advances (takes_back_id) where takes_back_id is not null;
