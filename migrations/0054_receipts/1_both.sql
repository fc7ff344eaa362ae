-- Money in from bank statements: what each statement told, and what became of each movement of money.
--
-- Nothing is ever deleted here. An entry that was decided keeps what was decided last; what was decided before stands in the record.
create table bank_statements (
    id uuid primary key,
    -- The account as the bank names it, without blanks.
    bank_account text not null,
    form text not null check (form = 'camt' or form = 'mt940' or form = 'bai2' or form = 'ofx'),
    -- SHA-256 of the file, and which of its statements this is, from zero.
    file_hash text not null,
    place bigint not null check (place >= 0),
    number text not null,
    currency text not null,
    opening_minor bigint,
    opening_on date,
    closing_minor bigint,
    closing_on date,
    -- Whether the file's own balances and entries add up; nothing where that cannot be told.
    adds_up bigint check (adds_up = 0 or adds_up = 1),
    bookings bigint not null check (bookings >= 0),
    taken_by text not null,
    taken_at bigint not null,
    -- How many of its bookings were taken, what they come to, and how much of that an earlier statement had told.
    bookings_taken bigint not null check (bookings_taken >= 0 and bookings_taken <= bookings),
    told_minor bigint not null,
    known_minor bigint not null,
    unique (file_hash, place)
);
create index bank_statements_account on bank_statements (bank_account, id);

create table bank_entries (
    id uuid primary key,
    statement_id uuid not null references bank_statements (id),
    line bigint not null,
    -- What the booking is known by, and which of its movements this is, from zero.
    mark text not null,
    part bigint not null check (part >= 0),
    booked_on date not null,
    value_on date not null,
    amount_minor bigint not null check (amount_minor <> 0),
    currency text not null,
    reference text not null,
    bank_reference text not null,
    counterparty text not null,
    words text not null,
    is_reversal bigint not null check (is_reversal = 0 or is_reversal = 1),
    return_reason text not null,
    state text not null
        check (state = 'posted' or state = 'unidentified' or state = 'came_back' or state = 'set_aside' or state = 'went_out'),
    account_id uuid references accounts (id),
    payment uuid,
    -- What spoke for the account, by codes.
    grounds text not null,
    -- How often it was posted, so that what was taken back can be posted again.
    times_posted bigint not null check (times_posted >= 0),
    note text not null,
    -- Nobody where it waits for somebody.
    decided_by text,
    decided_at bigint,
    unique (mark, part),
    foreign key (account_id, payment) references entries (account_id, id),
    check (payment is null or account_id is not null),
    check (state <> 'posted' or (payment is not null and amount_minor > 0 and decided_at is not null)),
    check (state <> 'unidentified' or (payment is null and amount_minor > 0 and decided_at is null)),
    check (state <> 'set_aside' or (payment is null and note <> '' and decided_at is not null)),
    check ((state <> 'came_back' and state <> 'went_out') or amount_minor < 0)
);
create index bank_entries_statement on bank_entries (statement_id, id);
create index bank_entries_payment on bank_entries (payment, id);
create index bank_entries_amount on bank_entries (amount_minor, currency, id);
-- The queue: what waits for somebody, the oldest first.
create index bank_entries_waiting on bank_entries (booked_on, id)
    where state = 'unidentified' or (state = 'came_back' and decided_at is null);

-- A reference as it stands in the words of a bank: letters and digits alone, in capitals.
create index accounts_reference_key on accounts (
    upper(replace(replace(replace(replace(replace(replace(replace(reference, '-', ''), ' ', ''), '/', ''), '.', ''), '_', ''), '#', ''), ':', ''))
);
