-- What is to be heeded about somebody, of every kind: the kinds are checked by the program from here on, so that a new one needs no
-- step here.
create table circumstances_anew (
    id uuid primary key,
    debtor_id uuid not null references debtors (id),
    kind text not null,
    since_on date not null,
    source text not null,
    note text,
    recorded_by text not null,
    recorded_at bigint not null,
    ended_at bigint,
    ended_because text,
    account_id uuid references accounts (id)
);
insert into circumstances_anew (id, debtor_id, kind, since_on, source, note, recorded_by, recorded_at, ended_at, ended_because, account_id)
select id, debtor_id, kind, since_on, source, note, recorded_by, recorded_at, ended_at, ended_because, account_id from circumstances;
drop table circumstances;
alter table circumstances_anew rename to circumstances;
create index circumstances_debtor on circumstances (debtor_id, id);

-- How we know that a status began or is over, and what it says beside. Added to, never changed.
create table status_evidence (
    id uuid primary key,
    account_id uuid not null references accounts (id),
    status text not null,
    act text not null check (act in ('entered', 'lifted')),
    -- The row by which it binds, or no longer does.
    notice_id uuid references notices (id),
    circumstance_id uuid references circumstances (id),
    preference_id uuid references preferences (id),
    happened_on date not null,
    source text not null,
    words text,
    document_id uuid references documents (id),
    -- The particulars of a need, and the consent to keep them.
    care_kinds text,
    consented_by text,
    consented_on date,
    consented_how text,
    -- Service in the forces.
    served_from date,
    served_until date,
    orders_on date,
    recorded_by text not null,
    recorded_at bigint not null
);
create index status_evidence_account on status_evidence (account_id, id);
create index status_evidence_circumstance on status_evidence (circumstance_id, id);

-- What the time to sue is counted from: agreement, accrual, choice of law, stretches in which it stood still, events that began it anew.
create table limitation_entries (
    id uuid primary key,
    account_id uuid not null references accounts (id),
    kind text not null,
    value text,
    from_on date,
    until_on date,
    source text not null,
    document_id uuid references documents (id),
    recorded_by text not null,
    recorded_at bigint not null,
    withdrawn_at bigint,
    withdrawn_because text
);
create index limitation_entries_account on limitation_entries (account_id, id);

-- Who was trained to speak with people who need particular care.
alter table users add column is_trained_for_care bigint not null default 0;
