-- Policy: what the agency or a creditor asks of itself beyond the law, as numbered versions. One proposes a version, another approves
-- it, and it binds from its day on until a later one does. Decided once; never changed otherwise and never taken away.
create table policies (
    id uuid primary key,
    -- Whose it is; empty where it is the agency's own.
    creditor_id uuid references creditors (id),
    number bigint not null,
    -- What is left empty is left to the law.
    attempts_max_7_days bigint,
    opens_minute bigint,
    closes_minute bigint,
    electronic_max_7_days bigint,
    is_off_on_sundays bigint not null,
    is_off_on_holidays bigint not null,
    from_on date not null,
    reason text not null,
    -- What it was found to change, and how the conformance cases came out, when it was proposed and when it was decided.
    difference text not null,
    proposed_by text not null,
    proposed_at bigint not null,
    state text not null check (state in ('proposed', 'approved', 'withdrawn')),
    begins_at bigint,
    difference_decided text,
    decided_by text,
    decided_at bigint
);
create index policies_state on policies (state, id);
