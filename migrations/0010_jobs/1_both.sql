-- Nights: a run per business day, its steps in order, where each stands.
create table nights (
    business_day date primary key,
    state text not null check (state in ('running', 'done')),
    started_at bigint not null,
    ended_at bigint
);

create table night_steps (
    business_day date not null references nights (business_day),
    step_no bigint not null,
    name text not null,
    state text not null check (state in ('running', 'done')),
    cursor text not null default '',
    counts text not null default '{}',
    millis bigint not null default 0,
    primary key (business_day, step_no)
);
