-- The negotiation desk: what people can pay, what policy lets be offered, and the plans that were agreed with their installments.
create table budgets (
    id uuid primary key,
    account_id uuid not null references accounts (id),
    -- The lines as they were told, as JSON. A budget is never changed: a newer one stands in its place.
    lines text not null,
    -- What a month leaves; below zero what is missing in it.
    left_minor bigint not null,
    at_hand_minor bigint not null check (at_hand_minor >= 0),
    currency text not null,
    -- How much of it policy let us ask for, in basis points.
    share_bp bigint not null,
    -- How often they are paid, and the next such day, where they told.
    pay_every text,
    pay_on date,
    made_by text not null,
    made_at bigint not null
);
create index budgets_account on budgets (account_id, id);

create table offer_policies (
    id uuid primary key,
    -- Whose it is; the house's where nobody is named.
    creditor_id uuid references creditors (id),
    number bigint not null,
    terms text not null,
    from_on date not null,
    set_by text not null,
    approved_by text not null,
    set_at bigint not null,
    check (set_by <> approved_by)
);
create index offer_policies_creditor on offer_policies (creditor_id, from_on);

create table plans (
    id uuid primary key,
    account_id uuid not null references accounts (id),
    budget_id uuid references budgets (id),
    approval_id uuid references approvals (id),
    policy_id uuid references offer_policies (id),
    kind text not null,
    total_minor bigint not null check (total_minor > 0),
    down_minor bigint not null,
    -- What was asked for when it was agreed, and how much of it is paid, in basis points.
    balance_minor bigint not null,
    share_bp bigint not null,
    currency text not null,
    frequency text not null,
    first_on date not null,
    agreed_on date not null,
    last_on date not null,
    -- What it was expected to bring, the chance that all of it is kept and that an installment is, in millionths, and where that is from.
    worth_minor bigint not null,
    all_kept_ppm bigint not null,
    kept_ppm bigint not null,
    kept_from text not null,
    agreed_by text not null,
    agreed_at bigint not null,
    state text not null check (state in ('active', 'kept', 'broken', 'withdrawn')),
    decided_at bigint
);
create index plans_account on plans (account_id, id);

create table plan_installments (
    id uuid primary key,
    account_id uuid not null references accounts (id),
    plan_id uuid not null references plans (id),
    -- From 1; 0 is the down payment.
    number bigint not null,
    wanted_on date not null,
    due_on date not null,
    amount_minor bigint not null check (amount_minor > 0),
    currency text not null,
    -- The promise that it became when its turn came.
    promise_id uuid references promises (id),
    unique (plan_id, number)
);
create index plan_installments_account on plan_installments (account_id, plan_id);
create index plan_installments_promise on plan_installments (promise_id);
