-- Who signs in, and what the installation is called. Instants are microseconds since 1970 in bigint columns named _at.
create table settings (
    name text primary key,
    value text not null
);

create table users (
    id uuid primary key,
    name text not null,
    email text not null unique,
    role text not null check (role in ('officer', 'supervisor', 'compliance', 'back_office', 'administrator', 'auditor')),
    password_hash text not null,
    must_change_password bigint not null default 0,
    state text not null default 'active' check (state in ('active', 'switched_off')),
    created_at bigint not null
);

-- The token itself is never stored, only its SHA-256.
create table sessions (
    token_hash bytea primary key,
    user_id uuid not null references users (id),
    csrf text not null,
    created_at bigint not null,
    seen_at bigint not null,
    expires_at bigint not null
);
create index sessions_user on sessions (user_id);
