-- Debits by NACHA files: what people agreed to, what is drawn when, the files it went out with, what banks told of it.
--
-- Nothing is ever deleted here. Numbers of bank accounts are sealed: the key lies with the keys of the installation, never in here.
create table debit_authorizations (
    id uuid primary key,
    account_id uuid not null references accounts (id),
    -- Whose account at the bank it is.
    holder text not null,
    class text not null check (class in ('PPD', 'WEB', 'TEL', 'CCD')),
    is_recurring bigint not null check (is_recurring = 0 or is_recurring = 1),
    -- The amount that was agreed, and the range within which they chose to have no notice.
    usual_minor bigint check (usual_minor > 0),
    low_minor bigint check (low_minor > 0),
    high_minor bigint,
    currency text not null,
    -- What they agreed to, and where the proof of it is.
    words text not null check (words <> ''),
    evidence text not null check (evidence <> ''),
    agreed_on date not null,
    made_by text not null,
    made_at bigint not null,
    routing text not null,
    number_sealed text not null,
    last_four text not null,
    bank_account text not null check (bank_account = 'checking' or bank_account = 'savings'),
    copy_given_on date,
    state text not null check (state in ('active', 'held', 'revoked', 'ended')),
    because text not null,
    state_on date not null,
    check (high_minor >= low_minor),
    check (low_minor is null or high_minor is not null),
    check (high_minor is null or low_minor is not null)
);
create index debit_authorizations_account on debit_authorizations (account_id, id);

create table debit_files (
    id uuid primary key,
    -- As the header has it; the modifier tells the files of a day apart.
    created_on date not null,
    created_minute bigint not null check (created_minute >= 0 and created_minute < 1440),
    modifier text not null,
    bank text not null,
    bank_name text not null,
    sender text not null,
    company_no text not null,
    made_by text not null,
    made_at bigint not null,
    -- The number of its last entry; those of the next file go on from there.
    last_no bigint not null,
    entries bigint not null,
    debits_minor bigint not null,
    currency text not null,
    entry_hash bigint not null,
    -- SHA-256 of the whole; empty until all its entries are in.
    hash text not null,
    closed_at bigint,
    -- When it lay on a disk, or was handed out.
    placed_at bigint,
    unique (created_on, modifier),
    check (closed_at is not null or placed_at is null)
);
create index debit_files_open on debit_files (id) where placed_at is null;

create table debits (
    id uuid primary key,
    account_id uuid not null references accounts (id),
    authorization_id uuid not null references debit_authorizations (id),
    kind text not null check (kind in ('prenote', 'first', 'retry', 'correction')),
    amount_minor bigint not null check (amount_minor >= 0),
    currency text not null,
    wanted_on date not null,
    -- What it serves: an installment of a plan, or a promise.
    installment_id uuid references plan_installments (id),
    promise_id uuid references promises (id),
    -- Of a retry or correction: the first of them and its day; which try it is.
    first_id uuid references debits (id),
    first_on date,
    try_no bigint not null check (try_no >= 1 and try_no <= 3),
    made_by text not null,
    made_at bigint not null,
    notice_sent_on date,
    state text not null check (state in ('planned', 'sent', 'settled', 'returned', 'cancelled')),
    -- Why it stayed, was cancelled or came back.
    because text not null,
    effective_on date,
    file_id uuid references debit_files (id),
    trace text,
    -- The details as they were sent, so that the file can be written again.
    sent_routing text,
    sent_sealed text,
    sent_account text,
    decision_id uuid references decisions (id),
    payment uuid,
    return_code text not null,
    decided_at bigint,
    unique (trace, effective_on),
    foreign key (account_id, payment) references entries (account_id, id),
    check ((kind = 'prenote' and amount_minor = 0) or (kind <> 'prenote' and amount_minor > 0)),
    check ((state = 'planned' or state = 'cancelled') or (file_id is not null and trace is not null and effective_on is not null)),
    check ((state <> 'planned' and state <> 'cancelled') or (file_id is null and trace is null and payment is null)),
    check (state <> 'settled' or kind = 'prenote' or payment is not null),
    check (state <> 'returned' or return_code <> '')
);
create index debits_account on debits (account_id, id);
create index debits_authorization on debits (authorization_id, id);
create index debits_state on debits (state, wanted_on, id);
create index debits_file on debits (file_id, id);
create index debits_first on debits (first_id, id);

create table debit_returns (
    id uuid primary key,
    -- What it is known by, however many files tell it.
    mark text not null unique,
    file_hash text not null,
    line bigint not null,
    kind text not null check (kind = 'return' or kind = 'change'),
    code text not null,
    trace text not null,
    amount_minor bigint,
    currency text not null,
    words text not null,
    died_on date,
    taken_by text not null,
    taken_at bigint not null,
    -- Nothing where no debit bears the trace.
    debit_id uuid references debits (id),
    account_id uuid references accounts (id),
    -- What was made of it, in words.
    done text not null
);
create index debit_returns_debit on debit_returns (debit_id, id);
create index debit_returns_unknown on debit_returns (id) where debit_id is null;
