-- Licenses, registrations, bonds and filings of the agency, each with its paper. Withdrawn with a reason; never changed otherwise and
-- never taken away. A renewal is a row of its own.
create table licenses (
    id uuid primary key,
    -- The code of a state, or NYC.
    place text not null,
    kind text not null,
    number text not null,
    from_on date not null,
    until_on date,
    -- The paper, by the hash of its bytes.
    file_name text,
    hash text references document_bodies (hash),
    recorded_by text not null,
    recorded_at bigint not null,
    withdrawn_at bigint,
    withdrawn_because text,
    withdrawn_by text
);
create index licenses_place on licenses (place, id);
