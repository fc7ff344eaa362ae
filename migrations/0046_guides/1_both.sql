-- The texts of the call guide, as numbered versions of a language. One proposes a text, another approves it, and it leads the calls that
-- begin from its day on until a later one does. Decided once; never changed otherwise and never taken away.
create table guides (
    id uuid primary key,
    language text not null,
    number bigint not null,
    body text not null,
    from_on date not null,
    reason text not null,
    proposed_by text not null,
    proposed_at bigint not null,
    state text not null check (state in ('proposed', 'approved', 'withdrawn')),
    begins_at bigint,
    decided_by text,
    decided_at bigint,
    unique (language, number)
);
