//! The table of contents of the product: every route, with the permission it needs.

use super::guard::{guard, headers};
use super::serving::believe;
use super::{Web, assets, live};
use crate::accounts::desks;
use crate::coaching::reviews;
use crate::{accounts, audit, coaching, compliance, disputes, identity, intake, jobs, ledger, outreach, parties, plans, strategy};
use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{MethodRouter, get, post};
use axum::{Router, middleware};
use duly_domain::identity::Permission;

/// Routes under way: the router, and the table that the tests walk.
pub struct Routes {
    web: Web,
    router: Router<Web>,
    /// Every route: method, path, permission.
    pub table: Vec<(Method, &'static str, Permission)>,
}

impl Routes {
    fn get<T: 'static>(self, path: &'static str, permission: Permission, handler: impl Handler<T, Web>) -> Routes {
        self.with(Method::GET, path, permission, get(handler))
    }

    fn post<T: 'static>(self, path: &'static str, permission: Permission, handler: impl Handler<T, Web>) -> Routes {
        self.with(Method::POST, path, permission, post(handler))
    }

    fn with(mut self, method: Method, path: &'static str, permission: Permission, route: MethodRouter<Web>) -> Routes {
        let guarded = route.layer(middleware::from_fn_with_state((self.web.clone(), permission), guard));
        self.router = self.router.route(path, guarded);
        self.table.push((method, path, permission));
        self
    }
}

/// Every route of the product.
pub fn routes(web: Web) -> Routes {
    use Permission as May;
    let routes = Routes { web, router: Router::new(), table: Vec::new() };
    routes
        .get("/", May::Anyone, identity::pages::get_start)
        .get("/setup", May::Anyone, identity::pages::get_setup)
        .post("/setup", May::Anyone, identity::pages::post_setup)
        .get("/sign-in", May::Anyone, identity::pages::get_sign_in)
        .post("/sign-in", May::Anyone, identity::pages::post_sign_in)
        .post("/sign-out", May::SignedIn, identity::pages::post_sign_out)
        .get("/password", May::SignedIn, identity::pages::get_password)
        .post("/password", May::SignedIn, identity::pages::post_password)
        .get("/users", May::Administer, identity::pages::get_users)
        .post("/users", May::Administer, identity::pages::post_user)
        .get("/users/{user}", May::Administer, identity::users::get_user)
        .post("/users/{user}/resets", May::Administer, identity::users::post_reset)
        .post("/users/{user}/offs", May::Administer, identity::users::post_off)
        .post("/users/{user}/ons", May::Administer, identity::users::post_on)
        .post("/users/{user}/trainings", May::Administer, identity::users::post_training)
        .get("/settings", May::Administer, identity::settings::get_settings)
        .post("/settings", May::Administer, identity::settings::post_settings)
        .get("/desks", May::MoveWork, desks::pages::get_desks)
        .post("/desks", May::MoveWork, desks::pages::post_desk)
        .get("/desks/{desk}", May::MoveWork, desks::pages::get_desk)
        .post("/desks/{desk}/members", May::MoveWork, desks::pages::post_member)
        .post("/desks/{desk}/members/{user}/ends", May::MoveWork, desks::pages::post_member_end)
        .get("/teams", May::MoveWork, desks::teams::get_teams)
        .post("/teams", May::MoveWork, desks::teams::post_team)
        .post("/teams/members", May::MoveWork, desks::teams::post_member)
        .get("/moves", May::MoveWork, desks::moves::get_moves)
        .post("/moves", May::MoveWork, desks::moves::post_move)
        .post("/moves/{move}/undos", May::MoveWork, desks::moves::post_undo)
        .post("/moves/{move}/continuations", May::MoveWork, desks::moves::post_continuation)
        .get("/my-day", May::WorkAccounts, strategy::pages::get_my_day)
        .get("/next", May::WorkAccounts, strategy::pages::get_next)
        .get("/accounts", May::ReadAccounts, accounts::pages::get_accounts)
        .get("/accounts/{account}", May::ReadAccounts, accounts::pages::get_account)
        .get("/accounts/{account}/views", May::ReadCompliance, audit::pages::get_views)
        .get("/accounts/{account}/evidence", May::ReadCompliance, audit::evidence::pages::get_pack)
        .get("/accounts/{account}/why", May::ReadAccounts, compliance::why::get_why)
        .get("/accounts/{account}/acts", May::ReadAccounts, compliance::acts::pages::get_acts)
        .post("/accounts/{account}/acts", May::AskActs, compliance::acts::pages::post_act)
        .get("/accounts/{account}/decisions/{decision}", May::ReadAccounts, compliance::decision::get_decision)
        .post("/accounts/{account}/holds", May::WorkAccounts, accounts::pages::post_hold)
        .post("/accounts/{account}/holds/{hold}/ends", May::WorkAccounts, accounts::pages::post_hold_end)
        .post("/accounts/{account}/stops", May::RecordStops, accounts::pages::post_stop)
        .post("/accounts/{account}/cases", May::RecordStops, disputes::pages::post_case)
        .post("/accounts/{account}/statuses", May::RecordStops, parties::status::pages::post_status)
        .post("/accounts/{account}/statuses/{status}/lifts", May::RecordStops, parties::status::pages::post_lift)
        .post("/accounts/{account}/limitation", May::JudgeSuits, accounts::limitation::pages::post_entry)
        .post("/accounts/{account}/limitation/{entry}/withdrawals", May::JudgeSuits, accounts::limitation::pages::post_withdrawal)
        .post("/accounts/{account}/limitation/questions", May::JudgeSuits, accounts::limitation::pages::post_question)
        .post("/accounts/{account}/preferences", May::WorkAccounts, parties::pages::post_preference)
        .post("/accounts/{account}/preferences/{preference}/ends", May::WorkAccounts, parties::pages::post_preference_end)
        .post("/accounts/{account}/people/{person}/preferences", May::WorkAccounts, parties::person::post_preference)
        .post("/accounts/{account}/people/{person}/preferences/{preference}/ends", May::WorkAccounts, parties::person::post_preference_end)
        .post("/accounts/{account}/people", May::WorkAccounts, parties::person::post_person)
        .get("/accounts/{account}/people/{person}", May::ReadAccounts, parties::person::get_person)
        .post("/accounts/{account}/people/{person}/removals", May::WorkAccounts, parties::person::post_removal)
        .post("/accounts/{account}/people/{person}/points", May::WorkAccounts, parties::person::post_point)
        .post("/accounts/{account}/people/{person}/points/{point}/marks", May::WorkAccounts, parties::person::post_mark)
        .post("/accounts/{account}/people/{person}/points/{point}/consents", May::WorkAccounts, parties::person::post_consent)
        .post("/accounts/{account}/notes", May::FileDocuments, accounts::papers::pages::post_note)
        .post("/accounts/{account}/documents", May::FileDocuments, accounts::papers::pages::post_document)
        .get("/accounts/{account}/documents/{document}", May::ReadAccounts, accounts::papers::pages::get_document)
        .post("/accounts/{account}/closings", May::CloseAccounts, accounts::papers::pages::post_closing)
        .post("/accounts/{account}/openings", May::CloseAccounts, accounts::papers::pages::post_opening)
        .post("/accounts/{account}/refunds", May::ReversePayments, ledger::pages::post_refund)
        .post("/accounts/{account}/refunds/{refund}/reversals", May::ReversePayments, ledger::pages::post_refund_reversal)
        .get("/accounts/{account}/payments/{payment}/receipt", May::ReadAccounts, ledger::pages::get_receipt)
        .get("/likenesses", May::MergePeople, parties::merge::pages::get_likenesses)
        .post("/people/{person}/merges", May::MergePeople, parties::merge::pages::post_merge)
        .post("/people/{person}/apart", May::MergePeople, parties::merge::pages::post_apart)
        .post("/merges/{merge}/partings", May::MergePeople, parties::merge::pages::post_parting)
        .post("/accounts/{account}/incoming", May::WorkAccounts, outreach::pages::post_incoming)
        .post("/accounts/{account}/unmaskings", May::Unmask, parties::pages::post_unmasking)
        .post("/accounts/{account}/contacts", May::WorkAccounts, outreach::pages::post_contact)
        .post("/accounts/{account}/contacts/{contact}/results", May::WorkAccounts, outreach::pages::post_result)
        .post("/accounts/{account}/contacts/{contact}/calls", May::LeadCalls, outreach::calls::pages::post_call)
        .get("/guides", May::ReadAccounts, coaching::guides::pages::get_guides)
        .get("/guides/{guide}", May::ReadAccounts, coaching::guides::pages::get_guide)
        .get("/guides/{guide}/text", May::ChangePolicy, coaching::guides::pages::get_text)
        .post("/guides/{guide}/text", May::ChangePolicy, coaching::guides::pages::post_text)
        .post("/guides/{guide}/approvals", May::ChangePolicy, coaching::guides::pages::post_approval)
        .post("/guides/{guide}/withdrawals", May::ChangePolicy, coaching::guides::pages::post_withdrawal)
        .get("/calls", May::WorkAccounts, outreach::calls::pages::get_calls)
        .get("/calls/in", May::LeadCalls, outreach::calls::coming_in::get_coming_in)
        .post("/calls/in", May::LeadCalls, outreach::calls::coming_in::post_coming_in)
        .get("/calls/{call}", May::WorkAccounts, outreach::calls::pages::get_call)
        .post("/calls/{call}/steps", May::WorkAccounts, outreach::calls::pages::post_step)
        .post("/calls/{call}/debts", May::WorkAccounts, outreach::calls::coming_in::post_debt)
        .post("/calls/{call}/wishes", May::WorkAccounts, outreach::calls::recap::pages::post_wish)
        .post("/calls/{call}/recaps", May::WorkAccounts, outreach::calls::recap::pages::post_recap)
        .post("/recaps/{recap}/sendings", May::WorkAccounts, outreach::calls::recap::pages::post_sending)
        .post("/calls/{call}/ends", May::WorkAccounts, outreach::calls::pages::post_end)
        .post("/calls/{call}/wraps", May::WorkAccounts, outreach::calls::pages::post_wrap)
        .post("/calls/{call}/abuses", May::WorkAccounts, reviews::pages::post_abuse)
        .get("/coaching", May::ReadReviews, reviews::pages::get_coaching)
        .get("/coaching/calibration", May::ReadCompliance, reviews::calibration::get_calibration)
        .get("/coaching/comparison", May::ReviewCalls, reviews::comparison::get_comparison)
        .get("/coaching/officers/{user}", May::ReadReviews, reviews::pages::get_officer)
        .post("/coaching/officers/{user}/goals", May::ReviewCalls, reviews::pages::post_goal)
        .post("/coaching/goals/{goal}/outcomes", May::ReviewCalls, reviews::pages::post_outcome)
        .post("/coaching/draws", May::ReviewCalls, reviews::team_page::post_draw)
        .post("/coaching/numbers", May::ReviewCalls, reviews::team_page::post_numbers)
        .post("/coaching/calls/{call}/reviews", May::ReviewCalls, reviews::review_page::post_review)
        .get("/coaching/reviews/{review}", May::ReadReviews, reviews::review_page::get_review)
        .post("/coaching/reviews/{review}/scores", May::WorkAccounts, reviews::review_page::post_score)
        .post("/coaching/reviews/{review}/disputes", May::WorkAccounts, reviews::review_page::post_dispute)
        .post("/coaching/reviews/{review}/disputes/{dispute}/decisions", May::DecideScores, reviews::review_page::post_decision)
        .get("/coaching/care", May::WorkAccounts, reviews::pages::get_care)
        .post("/coaching/pauses/ends", May::WorkAccounts, reviews::pages::post_pause_end)
        .post("/coaching/notes", May::WorkAccounts, reviews::pages::post_note)
        .post("/coaching/notes/{note}/deletions", May::WorkAccounts, reviews::pages::post_note_deletion)
        .get("/practice", May::Practice, coaching::practice::pages::get_practice)
        .post("/practice/calls", May::Practice, coaching::practice::pages::post_call)
        .get("/practice/calls/{practice}", May::Practice, coaching::practice::pages::get_call)
        .post("/practice/calls/{practice}/choices", May::Practice, coaching::practice::pages::post_choice)
        .get("/calls/{call}/approvals", May::WorkAccounts, plans::approvals::pages::get_of_call)
        .get("/accounts/{account}/offers", May::WorkAccounts, plans::desk::pages::get_offers)
        .get("/accounts/{account}/offers/comparison.pdf", May::WorkAccounts, plans::desk::pages::get_comparison)
        .post("/accounts/{account}/budgets", May::WorkAccounts, plans::desk::pages::post_budget)
        .post("/accounts/{account}/plans", May::WorkAccounts, plans::desk::pages::post_plan)
        .post("/accounts/{account}/plans/{plan}/withdrawals", May::WorkAccounts, plans::desk::pages::post_withdrawal)
        .get("/accounts/{account}/approvals", May::WorkAccounts, plans::approvals::pages::get_of_account)
        .post("/accounts/{account}/approvals", May::WorkAccounts, plans::approvals::pages::post_approval)
        .get("/approvals", May::WorkAccounts, plans::approvals::pages::get_approvals)
        .get("/approvals/rows", May::WorkAccounts, plans::approvals::pages::get_rows)
        .get("/approvals/count", May::LeadFloor, plans::approvals::pages::get_count)
        .get("/approvals/{approval}", May::LeadFloor, plans::approvals::pages::get_approval)
        .get("/approvals/{approval}/standing", May::LeadFloor, plans::approvals::pages::get_standing)
        .post("/approvals/{approval}/answers", May::LeadFloor, plans::approvals::pages::post_answer)
        .post("/approvals/{approval}/uses", May::WorkAccounts, plans::approvals::pages::post_use)
        .post("/approvals/{approval}/notes", May::WorkAccounts, plans::approvals::pages::post_note)
        .post("/approvals/{approval}/withdrawals", May::WorkAccounts, plans::approvals::pages::post_withdrawal)
        .get("/floor", May::LeadFloor, outreach::floor::pages::get_floor)
        .get("/floor/now", May::LeadFloor, outreach::floor::pages::get_now)
        .get("/live/mine", May::WorkAccounts, live::get_mine)
        .get("/live/approvals", May::LeadFloor, live::get_approvals)
        .get("/live/floor", May::LeadFloor, live::get_floor)
        .get("/practice/lessons/{topic}", May::Practice, coaching::training::pages::get_lesson)
        .post("/practice/quizzes", May::Practice, coaching::training::pages::post_quiz)
        .get("/practice/quizzes/{quiz}", May::Practice, coaching::training::pages::get_quiz)
        .post("/practice/quizzes/{quiz}/answers", May::Practice, coaching::training::pages::post_answers)
        .get("/practice/assignments/{assignment}", May::Practice, coaching::training::pages::get_assignment)
        .post("/practice/assignments/{assignment}/readings", May::Practice, coaching::training::pages::post_reading)
        .get("/practice/team", May::ReadCompliance, coaching::training::team::get_team)
        .post("/practice/needs", May::ChangePolicy, coaching::training::team::post_need)
        .post("/practice/needs/{need}/ends", May::ChangePolicy, coaching::training::team::post_need_end)
        .get("/promises", May::ReadAccounts, plans::pages::get_promises)
        .post("/accounts/{account}/promises", May::WorkAccounts, plans::pages::post_promise)
        .post("/accounts/{account}/promises/{promise}/withdrawals", May::WorkAccounts, plans::pages::post_withdrawal)
        .get("/payments", May::ReadAccounts, ledger::pages::get_payments)
        .post("/accounts/{account}/payments", May::PostPayments, ledger::pages::post_payment)
        .get("/accounts/{account}/payments/{payment}/reversals", May::ReversePayments, ledger::pages::get_reversal)
        .post("/accounts/{account}/payments/{payment}/reversals", May::ReversePayments, ledger::pages::post_reversal)
        .get("/bank", May::PostPayments, ledger::receipts::pages::get_bank)
        .post("/bank", May::PostPayments, ledger::receipts::pages::post_bank)
        .post("/bank/{entry}/identities", May::PostPayments, ledger::receipts::pages::post_identity)
        .post("/bank/{entry}/asides", May::PostPayments, ledger::receipts::pages::post_aside)
        .post("/bank/{entry}/backs", May::ReversePayments, ledger::receipts::pages::post_back)
        .get("/debits", May::PostPayments, ledger::debits::pages::get_debits)
        .post("/debits", May::PostPayments, ledger::debits::pages::post_file)
        .post("/debits/files/{file}/copies", May::PostPayments, ledger::debits::pages::post_copy)
        .post("/debits/postings", May::PostPayments, ledger::debits::pages::post_posting)
        .post("/debits/returns", May::ReversePayments, ledger::debits::pages::post_returns)
        .get("/accounts/{account}/debits", May::ReadAccounts, ledger::debits::account_page::get_debits)
        .post("/accounts/{account}/authorizations", May::WorkAccounts, ledger::debits::account_page::post_authorization)
        .post(
            "/accounts/{account}/authorizations/{authorization}/revocations",
            May::StopDebits,
            ledger::debits::account_page::post_revocation,
        )
        .post(
            "/accounts/{account}/authorizations/{authorization}/resumptions",
            May::WorkAccounts,
            ledger::debits::account_page::post_resumption,
        )
        .post("/accounts/{account}/authorizations/{authorization}/copies", May::WorkAccounts, ledger::debits::account_page::post_copy)
        .post("/accounts/{account}/authorizations/{authorization}/debits", May::WorkAccounts, ledger::debits::account_page::post_debit)
        .post("/accounts/{account}/debits/{debit}/cancellations", May::StopDebits, ledger::debits::account_page::post_cancellation)
        .post("/accounts/{account}/debits/{debit}/notices", May::WorkAccounts, ledger::debits::account_page::post_notice)
        .get("/imports", May::Import, intake::pages::get_imports)
        .post("/imports", May::Import, intake::pages::post_import)
        .get("/imports/{upload}", May::Import, intake::pages::get_trial)
        .post("/imports/{upload}/loads", May::Import, intake::pages::post_load)
        .get("/imports/{upload}/mapping", May::Import, intake::pointing::get_mapping)
        .post("/imports/{upload}/mapping", May::Import, intake::pointing::post_mapping)
        .post("/imports/{upload}/stops", May::Import, intake::pages::post_stop)
        .get("/imports/{upload}/acknowledgement.csv", May::Import, intake::pages::get_acknowledgement)
        .get("/batches/{batch}", May::Import, intake::batch::get_batch)
        .post("/batches/{batch}/undos", May::Import, intake::batch::post_undo)
        .get("/imports/{upload}/problems.csv", May::Import, intake::pages::get_problems)
        .get("/imports/{upload}/refused-rows.csv", May::Import, intake::pages::get_refused_rows)
        .get("/disputes", May::ReadAccounts, disputes::pages::get_queue)
        .get("/disputes/causes", May::ReadAccounts, disputes::causes::get_causes)
        .get("/disputes/{case}", May::ReadAccounts, disputes::pages::get_case)
        .post("/disputes/{case}/steps", May::WorkCases, disputes::pages::post_step)
        .post("/disputes/{case}/letters", May::WorkCases, disputes::answering::post_letter)
        .post("/disputes/{case}/outcomes", May::WorkCases, disputes::pages::post_outcome)
        .get("/letters", May::PrintLetters, outreach::letters::pages::get_letters)
        .post("/letters", May::PrintLetters, outreach::letters::pages::post_letters)
        .post("/letters/{run}/mailings", May::PrintLetters, outreach::letters::pages::post_mailing)
        .post("/letters/{run}/voids", May::PrintLetters, outreach::letters::pages::post_void)
        .get("/compliance", May::ReadCompliance, compliance::pages::get_control_room)
        .get("/compliance/handbook", May::ReadCompliance, compliance::handbook::get_handbook)
        .get("/compliance/evidence", May::ReadCompliance, audit::evidence::pages::get_population)
        .get("/compliance/packs", May::ReadCompliance, compliance::packs::get_packs)
        .get("/compliance/packs/{pack}", May::ReadCompliance, compliance::packs::get_pack)
        .post("/compliance/packs/{pack}/amendments", May::ChangePolicy, compliance::amendments::pages::post_amendment)
        .post("/compliance/packs/{pack}/amendments/{amendment}/approvals", May::ChangePolicy, compliance::amendments::pages::post_approval)
        .post(
            "/compliance/packs/{pack}/amendments/{amendment}/withdrawals",
            May::ChangePolicy,
            compliance::amendments::pages::post_withdrawal,
        )
        .get("/compliance/policy", May::ReadCompliance, compliance::policy::pages::get_policy)
        .post("/compliance/policy", May::ChangePolicy, compliance::policy::pages::post_policy)
        .post("/compliance/policy/{policy}/approvals", May::ChangePolicy, compliance::policy::pages::post_approval)
        .post("/compliance/policy/{policy}/withdrawals", May::ChangePolicy, compliance::policy::pages::post_withdrawal)
        .get("/compliance/limitation", May::ReadCompliance, accounts::limitation::ending::get_ending)
        .get("/compliance/licenses", May::ReadCompliance, compliance::licenses::pages::get_licenses)
        .post("/compliance/licenses", May::KeepLicenses, compliance::licenses::pages::post_license)
        .get("/compliance/licenses/{license}/paper", May::ReadCompliance, compliance::licenses::pages::get_paper)
        .post("/compliance/licenses/{license}/withdrawals", May::KeepLicenses, compliance::licenses::pages::post_withdrawal)
        .get("/compliance/acts", May::ReadCompliance, compliance::acts::pages::get_answers)
        .get("/compliance/words", May::ReadCompliance, outreach::words::pages::get_words)
        .get("/compliance/words/states", May::ReadCompliance, outreach::words::states_page::get_states)
        .post("/compliance/words/states", May::ChangePolicy, outreach::words::states_page::post_states)
        .post("/compliance/words/tries", May::ReadCompliance, outreach::words::pages::post_try)
        .post("/compliance/checks", May::ReadCompliance, compliance::pages::post_checks)
        .get("/nights", May::ReadNights, jobs::pages::get_nights)
        .post("/nights", May::RunNights, jobs::pages::post_night)
}

/// The product as a service.
pub fn router(web: Web) -> Router {
    let Routes { router, .. } = routes(web.clone());
    router
        .route("/assets/{file}", get(assets::get_asset))
        .fallback(|| async { super::failure::refuse(axum::http::StatusCode::NOT_FOUND, "There is no such page.") })
        .layer(axum::extract::DefaultBodyLimit::max(intake::pages::UPLOAD_BYTES))
        .layer(middleware::from_fn_with_state(web.clone(), headers))
        .layer(middleware::from_fn_with_state(web.clone(), believe))
        .with_state(web)
}
