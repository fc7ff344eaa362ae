-- Amendments: from a day on, a column of a rule pack says something else than the program was shipped with. One proposes it with its
-- source, another approves it, and it binds from its day on. Decided once; never changed otherwise and never taken away: what ends one
-- is another one.
create table amendments (
    id uuid primary key,
    number bigint not null unique,
    -- The id of a pack, such as us-oh, and the head of a column of regulation/states.csv.
    pack text not null,
    column_code text not null,
    says text not null,
    source text not null,
    confidence text not null check (confidence in ('high', 'medium', 'low')),
    from_on date not null,
    -- The last day; empty while no end is known.
    to_on date,
    -- What it was found to change, and how the conformance cases came out, when it was proposed and when it was decided.
    difference text not null,
    proposed_by text not null,
    proposed_at bigint not null,
    state text not null check (state in ('proposed', 'approved', 'withdrawn')),
    -- From when to when it binds: its days in the organization's time zone, or since its approval if that is later.
    begins_on date,
    begins_at bigint,
    ends_at bigint,
    difference_decided text,
    decided_by text,
    decided_at bigint
);
create index amendments_state on amendments (state, id);
