-- What was agreed in a call, sent after it: as a letter of its own kind, or as a text that is kept word for word until somebody says
-- that it was sent. The letters' table is made anew, and with it those that point to it, since a check cannot be changed on both engines.
create table letters_anew (
    id uuid primary key,
    run_id uuid not null references letter_runs (id),
    account_id uuid not null references accounts (id),
    -- The case it answers; empty for a validation notice and a recap.
    case_id uuid references cases (id),
    kind text not null check (kind in
        ('validation_notice', 'verification', 'correction', 'ending', 'original_creditor', 'repeat', 'complaint', 'recap')),
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
insert into letters_anew (id, run_id, account_id, case_id, kind, state, language, reference, addressee, content, document_id, hash, pages,
        file_name, mailing_on, period_ends_on, mailed_on, notice_id, printed_at)
    select id, run_id, account_id, case_id, kind, state, language, reference, addressee, content, document_id, hash, pages, file_name,
        mailing_on, period_ends_on, mailed_on, notice_id, printed_at from letters;
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
create table letter_enclosures_anew (
    letter_id uuid not null references letters_anew (id),
    place bigint not null,
    document_id uuid not null references documents (id),
    primary key (letter_id, place)
);
insert into letter_enclosures_anew (letter_id, place, document_id) select letter_id, place, document_id from letter_enclosures;
drop table letter_enclosures;
drop table contact_disclosures;
drop table letters;
alter table letters_anew rename to letters;
alter table contact_disclosures_anew rename to contact_disclosures;
alter table letter_enclosures_anew rename to letter_enclosures;
create unique index letters_once on letters (account_id) where kind = 'validation_notice' and state <> 'void';
create unique index letters_case on letters (case_id) where state = 'printed';
create index letters_account on letters (account_id, kind);
create index letters_run on letters (run_id, file_name);
create index letters_reference on letters (reference);
create index contact_disclosures_account on contact_disclosures (account_id, id);
create index contact_disclosures_contact on contact_disclosures (contact_id, id);
create index contact_disclosures_letter on contact_disclosures (letter_id, id);

create table recaps (
    id uuid primary key,
    account_id uuid not null references accounts (id),
    call_id uuid not null references calls (id),
    channel text not null check (channel in ('letter', 'text')),
    language text not null,
    -- Word for word.
    content text not null,
    letter_id uuid references letters (id),
    -- The answer of the gate that let it be made.
    decision_id uuid not null references decisions (id),
    made_by text not null,
    made_at bigint not null,
    -- The contact it became, once it was sent or mailed.
    contact_id uuid references contacts (id),
    sent_at bigint
);
create unique index recaps_call on recaps (call_id, channel);
create index recaps_account on recaps (account_id, id);
create index recaps_letter on recaps (letter_id);
-- An officer's calls of a day, those that nobody wrapped up, and the floor's calls of today.
create index calls_began on calls (began_at);
create index calls_wrapped on calls (wrapped_at, began_at);
