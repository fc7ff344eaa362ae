-- Teams under a supervisor, and work moved between desks: every move with every account it took, so that it can be undone exactly.
create table teams (
    id uuid primary key,
    name text not null unique,
    supervisor_id uuid not null references users (id),
    created_at bigint not null
);
-- A user belongs to one team or to none. In a table of its own: a team names its supervisor, and a circle of references could
-- not be moved between engines row by row.
create table team_members (
    user_id uuid primary key references users (id),
    team_id uuid not null references teams (id)
);
create index team_members_team on team_members (team_id, user_id);

create table work_moves (
    id uuid primary key,
    from_desk_id uuid not null references desks (id),
    to_desk_id uuid not null references desks (id),
    -- What was asked for, as JSON.
    criteria text not null,
    state text not null check (state in ('moving', 'done', 'undoing', 'undone')),
    moved_count bigint not null default 0,
    left_count bigint not null default 0,
    moved_by text not null,
    moved_at bigint not null,
    undone_by text,
    undone_at bigint
);
create index work_moves_at on work_moves (moved_at);

-- 'moved': stands where the move put it; 'back': the undo took it back; 'left': it had been moved on, so the undo left it.
create table work_moved (
    move_id uuid not null references work_moves (id),
    account_id uuid not null references accounts (id),
    state text not null check (state in ('moved', 'back', 'left')),
    primary key (move_id, account_id)
);
create index work_moved_account on work_moved (account_id, move_id);

-- The lanes' counts and sums are read with every page of My day: from an index alone, not from every account.
alter table worklist add column balance_minor bigint not null default 0;
update worklist set balance_minor = (select a.balance_minor from accounts a where a.id = worklist.account_id);
create index worklist_counts on worklist (desk_id, lane, balance_minor);

create index accounts_desk on accounts (desk_id, state, id);
create index contacts_officer on contacts (officer_id, contacted_at);
create index promises_taken on promises (taken_on, taken_by);
