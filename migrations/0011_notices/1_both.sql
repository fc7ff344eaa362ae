-- What came in, was sent or became known about an account, of every kind, in one table: stops, lawyers, consents as before, and
-- disputes, validation notices, bankruptcies. The kinds are checked by the program, so that a new one needs no step here.
-- Never changed; a later row takes an earlier one back.
create table notices (
    id uuid primary key,
    account_id uuid not null references accounts (id),
    debtor_id uuid not null references debtors (id),
    kind text not null,
    happened_at bigint not null,
    -- For how many days, for a consent to calls.
    days bigint,
    -- Whether a dispute or request came in writing; 1 where nothing else is said.
    in_writing bigint not null default 1,
    -- Whether it repeats a dispute that was answered.
    is_duplicative bigint not null default 0,
    -- The day it was submitted or sent, where that is not the day of happened_at.
    submitted_on date,
    sent_on date,
    -- The end of the validation period that a notice states.
    stated_end_on date,
    -- The chapter of a bankruptcy.
    chapter bigint,
    -- The medium and the number or address that a consent is for.
    channel text,
    address text,
    -- A court's number for a case, or ours for a letter.
    reference text,
    words text,
    recorded_by text not null,
    created_at bigint not null
);
create index notices_account on notices (account_id, happened_at, id);

insert into notices (id, account_id, debtor_id, kind, happened_at, days, words, recorded_by, created_at)
select id, account_id, debtor_id, kind, received_at, days, words, recorded_by, created_at from stops;

drop table stops;
