-- The trust book: whose the money at the trust bank is once it came in, and what clients and agency owe each other beside it. Rows are
-- added and never changed; what was wrong is taken back by another. Debits are above zero.
create table trust_postings (
    id uuid primary key,
    -- Nobody where it concerns all clients: sweeps, charges of the bank, money that the agency brought in.
    creditor_id uuid references creditors (id),
    kind text not null check (kind = 'remittance' or kind = 'cover' or kind = 'sweep' or kind = 'cleared' or kind = 'client_paid'
        or kind = 'invoice_paid' or kind = 'brought_in' or kind = 'bank_charge'),
    booked_on date not null,
    remittance_id uuid references remittances (id),
    -- The entry of the payment that came back.
    account_id uuid references accounts (id),
    entry_id uuid,
    -- The movement at the bank that shows it.
    bank_entry_id uuid references bank_entries (id),
    -- What was on its way and left by it.
    clears_id uuid references trust_postings (id),
    takes_back_id uuid references trust_postings (id),
    reference text not null,
    words text not null,
    currency text not null,
    trust_bank_minor bigint not null,
    client_payable_minor bigint not null,
    agency_minor bigint not null,
    on_its_way_minor bigint not null,
    returned_minor bigint not null,
    billed_minor bigint not null,
    claims_minor bigint not null,
    recorded_by text not null,
    recorded_at bigint not null,
    foreign key (account_id, entry_id) references entries (account_id, id),
    constraint trust_postings_balanced check (trust_bank_minor + client_payable_minor + agency_minor + on_its_way_minor = 0
        and returned_minor + billed_minor + claims_minor = 0),
    check (kind <> 'remittance' or (remittance_id is not null and creditor_id is not null)),
    check (kind <> 'cover' or (entry_id is not null and creditor_id is not null)),
    check ((kind = 'cleared') = (clears_id is not null))
);
create index trust_postings_creditor on trust_postings (creditor_id, booked_on);
create unique index trust_postings_remittance on trust_postings (remittance_id) where kind = 'remittance' and takes_back_id is null;
create unique index trust_postings_cover on trust_postings (account_id, entry_id) where kind = 'cover' and takes_back_id is null;
create unique index trust_postings_taken_back on trust_postings (takes_back_id) where takes_back_id is not null;
create unique index trust_postings_reference on trust_postings (kind, reference) where reference <> '' and takes_back_id is null;
create index trust_postings_bank on trust_postings (bank_entry_id);
create index trust_postings_clears on trust_postings (clears_id);

-- What the proof of a day found, one row for each currency and each time it was made.
create table trust_proofs (
    id uuid primary key,
    on_day date not null,
    currency text not null,
    -- The last statements up to the day; nothing where there was none.
    bank_minor bigint,
    book_minor bigint not null,
    clients_minor bigint not null,
    agency_minor bigint not null,
    on_its_way_minor bigint not null,
    unapplied_minor bigint not null,
    unidentified_minor bigint not null,
    not_booked_minor bigint not null,
    -- How many clients' ledgers are below zero.
    below_zero bigint not null,
    is_whole bigint not null check (is_whole = 0 or is_whole = 1),
    proved_by text not null,
    proved_at bigint not null
);
create index trust_proofs_day on trust_proofs (on_day, id);
