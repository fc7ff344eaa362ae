-- Answers to cases as letters, the part of a debt that a dispute is about, and the words that states want in letters.

-- The part that a dispute is about; empty where it is about all of the debt.
alter table notices add column disputed_minor bigint;
alter table notices add column currency text;

-- What was booked off because of a case.
alter table cases add column corrected_minor bigint;

-- A letter is of a case or a validation notice; only the latter states the end of a period. The table is made anew, and with it the
-- one that points to it, since a check cannot be changed on both engines.
create table letters_anew (
    id uuid primary key,
    run_id uuid not null references letter_runs (id),
    account_id uuid not null references accounts (id),
    -- The case it answers; empty for a validation notice.
    case_id uuid references cases (id),
    kind text not null check (kind in
        ('validation_notice', 'verification', 'correction', 'ending', 'original_creditor', 'repeat', 'complaint')),
    state text not null check (state in ('printed', 'mailed', 'void')),
    language text not null,
    reference text not null,
    addressee text not null,
    content text not null,
    document_id uuid not null references documents (id),
    hash text not null,
    pages bigint not null,
    file_name text not null,
    mailing_on date not null,
    period_ends_on date,
    mailed_on date,
    notice_id uuid references notices (id),
    printed_at bigint not null
);
insert into letters_anew (id, run_id, account_id, kind, state, language, reference, addressee, content, document_id, hash, pages, file_name,
        mailing_on, period_ends_on, mailed_on, notice_id, printed_at)
    select id, run_id, account_id, kind, state, language, reference, addressee, content, document_id, hash, pages, file_name, mailing_on,
        period_ends_on, mailed_on, notice_id, printed_at from letters;
create table contact_disclosures_anew (
    id uuid primary key,
    account_id uuid not null references accounts (id),
    contact_id uuid references contacts (id),
    letter_id uuid references letters_anew (id),
    disclosure text not null,
    kind text not null,
    version bigint not null,
    language text not null,
    words text not null,
    was_given bigint not null,
    recorded_by text not null,
    recorded_at bigint not null
);
insert into contact_disclosures_anew (id, account_id, contact_id, letter_id, disclosure, kind, version, language, words, was_given,
        recorded_by, recorded_at)
    select id, account_id, contact_id, letter_id, disclosure, kind, version, language, words, was_given, recorded_by, recorded_at
      from contact_disclosures;
drop table contact_disclosures;
drop table letters;
alter table letters_anew rename to letters;
alter table contact_disclosures_anew rename to contact_disclosures;
create unique index letters_once on letters (account_id) where kind = 'validation_notice' and state <> 'void';
-- One answer of a case at a time is on its way.
create unique index letters_case on letters (case_id) where state = 'printed';
create index letters_account on letters (account_id, kind);
create index letters_run on letters (run_id, file_name);
create index letters_reference on letters (reference);
create index contact_disclosures_account on contact_disclosures (account_id, id);
create index contact_disclosures_contact on contact_disclosures (contact_id, id);
create index contact_disclosures_letter on contact_disclosures (letter_id, id);

-- What goes into the envelope with a letter, in this order.
create table letter_enclosures (
    letter_id uuid not null references letters (id),
    place bigint not null,
    document_id uuid not null references documents (id),
    primary key (letter_id, place)
);

-- The words that a state wants in letters, as the agency has them. A new version is added; none is changed.
create table state_words (
    state text not null,
    language text not null,
    version bigint not null,
    words text not null,
    source text not null,
    entered_by text not null,
    entered_at bigint not null,
    primary key (state, language, version)
);
insert into state_words (state, language, version, words, source, entered_by, entered_at)
    select substr(name, 17, 2), substr(name, 20), 1, value, 'entered before sources were kept', 'migration', 0
      from settings where name like 'validation_text.__.%';
