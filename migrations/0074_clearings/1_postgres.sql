-- What a bank shows as one sum is matched to what it stands for: the debits of a file, debits that came back.
alter table bank_entries drop constraint bank_entries_state_check;
alter table bank_entries add constraint bank_entries_state_check check (state in
    ('posted', 'unidentified', 'came_back', 'set_aside', 'went_out', 'matched'));
alter table bank_entries add constraint bank_entries_matched_check check (state <> 'matched'
    or (payment is null and account_id is null and decided_at is not null));

-- What one sum at the bank stands for, piece by piece: debits of a file, debits that came back. Nothing is ever
-- deleted: what was taken back says so.
create table bank_clearings (
    id uuid primary key,
    bank_entry_id uuid not null references bank_entries (id),
    kind text not null check (kind = 'debits' or kind = 'return'),
    -- The debits of a file that took effect on a day; of one batch, or of all of them where that is empty.
    file_id uuid references debit_files (id),
    effective_on date,
    batch text not null,
    -- The debit that came back.
    debit_id uuid references debits (id),
    -- Below zero where it left.
    amount_minor bigint not null check (amount_minor <> 0),
    currency text not null,
    cleared_by text not null,
    cleared_at bigint not null,
    taken_back_by text,
    taken_back_at bigint,
    check ((kind = 'debits') = (file_id is not null and effective_on is not null)),
    check ((kind = 'return') = (debit_id is not null)),
    check (kind <> 'debits' or amount_minor > 0),
    check (kind <> 'return' or amount_minor < 0),
    check ((taken_back_by is null) = (taken_back_at is null))
);
create index bank_clearings_entry on bank_clearings (bank_entry_id, id);
create unique index bank_clearings_debits on bank_clearings (file_id, effective_on, batch) where kind = 'debits' and taken_back_at is null;
create unique index bank_clearings_return on bank_clearings (debit_id) where kind = 'return' and taken_back_at is null;

-- Posted, and not shown by the bank yet; of it what the bank should have shown long ago.
alter table trust_proofs add column coming_minor bigint;
alter table trust_proofs add column late_minor bigint;
