-- Practice and training: calls with a scripted person, quizzes from the rules, what somebody has to learn by a day, certificates, and
-- which permissions wait for one. Nothing of it touches an account. A choice and an answer are never changed.
create table practice_calls (
    id uuid primary key,
    user_id uuid not null references users (id),
    scenario text not null,
    -- Which text of it, by its hash: a result is read with the scenario it was made in.
    edition text not null,
    began_at bigint not null,
    -- The day on which the rules and days of it stand.
    business_day date not null,
    ended_at bigint,
    percent bigint,
    is_passed bigint
);
create index practice_calls_user on practice_calls (user_id, began_at);
create table practice_choices (
    practice_call_id uuid not null references practice_calls (id),
    seq bigint not null,
    choice bigint not null,
    chosen_at bigint not null,
    primary key (practice_call_id, seq)
);
create table assignments (
    id uuid primary key,
    user_id uuid not null references users (id),
    -- What it is about: policy, amendment or rule_set, and which.
    kind text not null,
    subject text not null,
    title text not null,
    due_on date not null,
    made_at bigint not null,
    read_at bigint,
    passed_at bigint,
    unique (user_id, kind, subject)
);
create table quizzes (
    id uuid primary key,
    user_id uuid not null references users (id),
    assignment_id uuid references assignments (id),
    -- The topic, or none where it goes through several.
    topic text,
    -- A course, where it is its final quiz.
    course text,
    -- The same seed at the same moment under the same rules is the same quiz.
    seed bigint not null,
    asked_at bigint not null,
    rule_set text not null,
    questions bigint not null,
    answered_at bigint,
    right_answers bigint,
    is_passed bigint
);
create index quizzes_user on quizzes (user_id, asked_at);
create table quiz_answers (
    quiz_id uuid not null references quizzes (id),
    seq bigint not null,
    chosen text not null,
    answer_key text not null,
    primary key (quiz_id, seq)
);
create table certificates (
    id uuid primary key,
    user_id uuid not null references users (id),
    course text not null,
    version bigint not null,
    issued_on date not null,
    expires_on date not null,
    issued_at bigint not null
);
create index certificates_user on certificates (user_id, course);
create table certificate_needs (
    id uuid primary key,
    permission text not null,
    course text not null,
    binds_on date not null,
    set_by text not null,
    set_at bigint not null,
    ended_at bigint
);
create table rule_sets_seen (
    rule_set text primary key,
    seen_at bigint not null
);
