-- Notes that seem to promise what only the negotiation desk can grant: shown beside the account, and to a supervisor who looks at each.
create table note_flags (
    id uuid primary key,
    account_id uuid not null references accounts (id),
    -- The note, or the contact with whose result it was written.
    note_id uuid references notes (id),
    contact_id uuid references contacts (id),
    granted text not null
        check (granted = 'settlement' or granted = 'waiver' or granted = 'reporting' or granted = 'no_suit' or granted = 'nothing_left'),
    -- The sentence as it was written.
    words text not null,
    written_by text not null,
    -- Nobody where no user wrote it.
    author_id uuid references users (id),
    flagged_at bigint not null,
    outcome text check (outcome = 'no_promise' or outcome = 'taken_back' or outcome = 'granted'),
    outcome_words text,
    looked_by text,
    looked_at bigint,
    check ((note_id is null) <> (contact_id is null)),
    check ((outcome is null) = (looked_at is null) and (outcome is null) = (looked_by is null))
);
create index note_flags_account on note_flags (account_id, id);
-- The queue, the oldest first.
create index note_flags_open on note_flags (id) where outcome is null;
