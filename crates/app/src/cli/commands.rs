//! Every command, and what answers it.

use super::output::{answer, write_line};
use super::{
    Answered, Cli, Command, ExportCommand, Global, acts, audit, charges, compliance, debits, disclosures, disputes, guide, identity,
    incoming, intake, jobs, ledger, letters, licenses, outreach, packs, plan, plans, policy, processor, receipts, remit, reporting, serve,
    status, store, strategy, trust,
};
use crate::app::{App, Failure};
use crate::store::StoreError;
use crate::web::serving::Serving;
use crate::{demo, web};

/// The database of commands that name none.
pub(super) const DATABASE: &str = "sqlite:duly.db";
/// The database of the sample agency.
const DEMO: &str = "sqlite:demo.db";

pub(super) async fn run(cli: Cli) -> Result<Answered, Failure> {
    let Cli { global, command } = cli;
    match command {
        Command::Decide(args) if args.account.is_none() => return compliance::decide(),
        Command::Cases { paths } => return compliance::run_cases(&paths),
        Command::Pack(command) if command.is_about_shipped() && !global.is_there(DATABASE) => return packs::of_shipped(&global, &command),
        Command::Demo { accounts, seed, listen, no_serve } => {
            let app = global.open_or_make(DEMO).await?;
            let made = demo::make(&app, accounts, seed).await?;
            if no_serve {
                return answer(global.format, &made.json(), || made.lines()).map(|()| Answered::Yes);
            }
            made.lines().iter().try_for_each(|line| write_line(line))?;
            return web::serve(app, listen, Serving::default()).await.map(|()| Answered::Yes);
        }
        Command::Serve(args) => return serve::serve(global, args).await,
        Command::Check if global.is_there(DATABASE) => match global.open(DATABASE).await {
            // What cannot be opened whole is the answer of the check.
            Err(Failure::Store(missing @ StoreError::Missing(_))) => return jobs::check_without_tables(&global, &missing),
            opened => return jobs::check(&opened?, &global).await,
        },
        Command::Config(command) => return serve::config(&global, command),
        Command::Disclosure(command) => return disclosures::disclosure(&global, command),
        Command::Bank(incoming::BankCommand::Read { file }) => return incoming::bank(&global, &file),
        Command::Ach(incoming::AchCommand::Read { file }) => return incoming::ach(&global, &file),
        Command::Metro2(incoming::Metro2Command::Read { file }) => return incoming::metro2(&global, &file),
        _ => {}
    }
    let makes = matches!(command, Command::Import(_) | Command::Restore { .. } | Command::User(_) | Command::Migrate);
    let app = if makes { global.open_or_make(DATABASE).await? } else { global.open(DATABASE).await? };
    if goes_by_the_clock(&command) {
        app.prove_clock()?;
    }
    on_database(&app, &global, command).await
}

/// Whether what a command does, or answers, hangs on the hour: the others are also for days when the clock is wrong.
fn goes_by_the_clock(command: &Command) -> bool {
    use Command as C;
    matches!(
        command,
        C::Import(_)
            | C::Worklist { .. }
            | C::Decide(_)
            | C::Act(_)
            | C::Contact(_)
            | C::Case(_)
            | C::Policy(_)
            | C::Guide(_)
            | C::Pack(_)
            | C::Letters(_)
            | C::Promise(_)
            | C::Plan(_)
            | C::Payment(_)
            | C::Processor(_)
            | C::Interest(_)
            | C::Fee(_)
            | C::Waive(_)
            | C::Pause(_)
            | C::Bank(_)
            | C::Trust(_)
            | C::Rate(_)
            | C::Remit(_)
            | C::Ach(_)
            | C::Account(_)
            | C::Status(_)
            | C::License(_)
            | C::Night { .. }
    )
}

async fn on_database(app: &App, global: &Global, command: Command) -> Result<Answered, Failure> {
    match command {
        Command::Import(command) => return intake::import(app, global, command).await,
        Command::Decide(args) => return compliance::decide_contact(app, &args).await,
        Command::Act(command) => return acts::act(app, command).await,
        Command::Contact(command) => return outreach::contact(app, global, command).await,
        Command::Letters(command) => return letters::letters(app, global, command).await,
        Command::Case(command) => return disputes::case(app, global, command).await,
        Command::Policy(command) => return policy::policy(app, global, command).await,
        Command::Guide(command) => return guide::guide(app, global, command).await,
        Command::License(command) => licenses::license(app, global, command).await?,
        Command::Pack(command) => return packs::pack(app, global, command).await,
        Command::Status(command) => return status::status(app, global, command).await,
        Command::Plan(command) => return plan::plan(app, global, command).await,
        Command::Promise(command) => return plans::promise(app, global, command).await,
        Command::Night { business_day } => return jobs::night(app, global, business_day).await,
        Command::Audit(command) => return audit::audit(app, global, command).await,
        Command::Check => return jobs::check(app, global).await,
        Command::Worklist { officer, limit } => strategy::worklist(app, global, &officer, limit).await?,
        Command::Payment(command) => ledger::payment(app, global, command).await?,
        Command::Processor(command) => return processor::processor(app, global, command).await,
        Command::Interest(command) => return charges::interest(app, global, command).await,
        Command::Fee(command) => return charges::fee(app, global, command).await,
        Command::Waive(args) => return charges::waive(app, global, args).await,
        Command::Pause(command) => return charges::pause(app, global, command).await,
        Command::Bank(command) => return receipts::bank(app, global, command).await,
        Command::Trust(command) => return trust::trust(app, global, command).await,
        Command::Rate(command) => return trust::rate(app, global, command).await,
        Command::Remit(command) => return remit::remit(app, global, command).await,
        Command::Account(command) => return strategy::account(app, global, command).await,
        Command::Export(ExportCommand::Journal) => ledger::export_journal(app, global).await?,
        Command::Export(ExportCommand::Audit { folder, account }) => audit::export(app, global, &folder, account.as_deref()).await?,
        Command::Evidence(args) => audit::evidence(app, global, args).await?,
        Command::Export(ExportCommand::All { folder }) => store::export_all(app, global, &folder).await?,
        Command::Backup { file } => store::backup(app, global, &file).await?,
        Command::Restore { file } => store::restore(app, global, &file).await?,
        Command::Transfer { to } => store::transfer(app, global, &to).await?,
        Command::State => store::show_state(app, global).await?,
        Command::Keys(command) => audit::keys(app, global, command).await?,
        Command::User(command) => identity::user(app, global, command).await?,
        Command::Migrate => jobs::migrate(app, global).await?,
        // Answered before a database was opened.
        Command::Cases { .. }
        | Command::Demo { .. }
        | Command::Serve(_)
        | Command::Config(_)
        | Command::Disclosure(_)
        | Command::Ach(incoming::AchCommand::Read { .. }) => {}
        Command::Ach(incoming::AchCommand::Debits(command)) => return debits::ach(app, global, command).await,
        Command::Metro2(command) => reporting::metro2(app, global, command).await?,
    }
    Ok(Answered::Yes)
}
