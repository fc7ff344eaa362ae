-- What the gate answered about acts that are no contact: a report to a bureau, a sale, a fee, a debit, a suit, a deletion. Such a
-- decision has its kind and what was asked; a decision about a contact has neither, as all have that were made before. The channel
-- and the purpose of an act are `none`.
alter table decisions add column act_kind text;
alter table decisions add column act text;
create index decisions_act on decisions (decided_at, id) where act_kind is not null;

-- Which words were due in a contact or stood in a letter, and whether they were given; in the words that were shown. Never changed.
create table contact_disclosures (
    id uuid primary key,
    account_id uuid not null references accounts (id),
    contact_id uuid references contacts (id),
    letter_id uuid references letters (id),
    disclosure text not null,
    kind text not null,
    version bigint not null,
    language text not null,
    words text not null,
    was_given bigint not null,
    recorded_by text not null,
    recorded_at bigint not null
);
create index contact_disclosures_account on contact_disclosures (account_id, id);
create index contact_disclosures_contact on contact_disclosures (contact_id, id);
create index contact_disclosures_letter on contact_disclosures (letter_id, id);
