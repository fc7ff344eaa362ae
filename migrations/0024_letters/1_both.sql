-- Letters: what was owed on the itemization date, who was owed it then, and every letter printed, with its content and its bytes.
create table itemizations (
    account_id uuid primary key references accounts (id),
    owed_minor bigint not null,
    interest_minor bigint not null,
    fees_minor bigint not null,
    credits_minor bigint not null,
    currency text not null,
    source text not null,
    told_at bigint not null
);

-- To whom the debts were owed on their itemization date, where that was not the creditor itself.
alter table creditors add column itemization_creditor text;

-- One folder for the printer. Written when its folder is complete; until then the next printing completes it.
create table letter_runs (
    id uuid primary key,
    mailing_on date not null,
    printed_by text not null,
    printed_at bigint not null,
    written_at bigint
);
create index letter_runs_written on letter_runs (written_at, id);

create table letters (
    id uuid primary key,
    run_id uuid not null references letter_runs (id),
    account_id uuid not null references accounts (id),
    kind text not null check (kind in ('validation_notice')),
    state text not null check (state in ('printed', 'mailed', 'void')),
    language text not null,
    -- Ours, on the letter and on what comes back.
    reference text not null,
    -- Name and address as printed, line by line.
    addressee text not null,
    -- What it says, in reading order.
    content text not null,
    -- The rendering, kept among the account's documents by this hash.
    document_id uuid not null references documents (id),
    hash text not null,
    pages bigint not null,
    file_name text not null,
    mailing_on date not null,
    period_ends_on date not null,
    mailed_on date,
    notice_id uuid references notices (id),
    printed_at bigint not null
);
-- Once per letter: another may only follow one that was never mailed.
create unique index letters_once on letters (account_id, kind) where state <> 'void';
create index letters_run on letters (run_id, file_name);
create index letters_reference on letters (reference);
create index notices_kind on notices (kind, account_id);
