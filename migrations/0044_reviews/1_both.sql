-- Reviews of calls, and what follows from them. Marks are never changed: what is disputed is decided beside them.
-- The score that a call's own steps gave, kept when it was wrapped up: what proves it may change on file later.
create table call_scores (
    id uuid primary key,
    account_id uuid not null references accounts (id),
    call_id uuid not null unique references calls (id),
    officer_id uuid references users (id),
    -- Which scorecard, by its edition.
    scorecard text not null,
    -- Item by item as JSON: the mark where there is one, why, and the steps it rests on.
    marks text not null,
    basis_points bigint,
    -- The items it fails by, separated by blanks.
    failed_by text not null,
    made_at bigint not null
);
create index call_scores_account on call_scores (account_id, id);
create index call_scores_officer on call_scores (officer_id, made_at);
-- What was drawn of an officer's week, so that anyone can draw it again.
create table review_draws (
    id uuid primary key,
    officer_id uuid not null references users (id),
    week_on date not null,
    seed text not null,
    -- How many calls there were, and the hash over their ids in order.
    calls bigint not null,
    population text not null,
    -- The numbers it was drawn by.
    random_most bigint not null,
    risk_most bigint not null,
    drawn_by text not null,
    drawn_at bigint not null,
    unique (officer_id, week_on)
);
create table reviews (
    id uuid primary key,
    call_id uuid not null references calls (id),
    officer_id uuid not null references users (id),
    purpose text not null check (purpose in ('review', 'calibration')),
    draw_id uuid references review_draws (id),
    -- Why this call, by codes separated by blanks.
    reasons text not null,
    scorecard text not null,
    asked_by text not null,
    asked_at bigint not null,
    unique (call_id, purpose)
);
create index reviews_officer on reviews (officer_id, asked_at);
create table review_scores (
    id uuid primary key,
    review_id uuid not null references reviews (id),
    seat text not null check (seat in ('officer', 'reviewer', 'second')),
    scorer_id uuid not null references users (id),
    -- Item by item as JSON.
    marks text not null,
    words text not null,
    given_at bigint not null,
    unique (review_id, seat),
    unique (review_id, scorer_id)
);
create table score_disputes (
    id uuid primary key,
    review_id uuid not null references reviews (id),
    item text not null,
    wanted text not null,
    reason text not null,
    disputed_at bigint not null,
    -- What somebody who gave neither score decided.
    mark text,
    because text,
    decided_by_id uuid references users (id),
    decided_at bigint,
    unique (review_id, item)
);
create table coaching_goals (
    id uuid primary key,
    officer_id uuid not null references users (id),
    item text,
    goal text not null,
    review_id uuid references reviews (id),
    practice text not null,
    due_on date not null,
    recheck_on date not null,
    set_by_id uuid not null references users (id),
    set_at bigint not null,
    outcome text check (outcome in ('reached', 'partly', 'not_reached', 'dropped')),
    outcome_words text,
    closed_by_id uuid references users (id),
    closed_at bigint
);
create index coaching_goals_officer on coaching_goals (officer_id, recheck_on);
-- Time to breathe after a call that an officer marked as abusive.
create table pauses (
    id uuid primary key,
    officer_id uuid not null references users (id),
    call_id uuid not null unique references calls (id),
    began_at bigint not null,
    until_at bigint not null,
    ended_at bigint
);
create index pauses_officer on pauses (officer_id, until_at);
-- What an officer writes for themselves. It is theirs: in no chain, in no pack, and gone when they delete it.
create table mood_notes (
    id uuid primary key,
    user_id uuid not null references users (id),
    words text not null,
    written_at bigint not null
);
create index mood_notes_user on mood_notes (user_id, written_at);
