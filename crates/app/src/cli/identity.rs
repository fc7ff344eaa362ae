//! Users.

use super::Global;
use super::output::answer;
use crate::app::{Actor, App, Failure};
use crate::identity::store::User;
use crate::{accounts, identity};
use clap::Subcommand;
use duly_domain::identity::Role;
use serde_json::{Value as Json, json};

/// `duly user …`
#[derive(Subcommand)]
pub enum UserCommand {
    /// Adds a user; prints a password to be changed at first sign-in.
    Add {
        /// The name.
        #[arg(long)]
        name: String,
        /// The e-mail address.
        #[arg(long)]
        email: String,
        /// officer, supervisor, compliance, back_office, administrator or auditor.
        #[arg(long)]
        role: String,
        /// A desk to join, by name; an officer joins every desk unless one is named.
        #[arg(long)]
        desk: Option<String>,
    },
    /// Gives a user a new password, to be changed at the next sign-in, and ends their sessions.
    Reset {
        /// The e-mail address.
        #[arg(long)]
        email: String,
    },
    /// Switches a user off, once no desk's open accounts would be left to nobody.
    Off {
        /// The e-mail address.
        #[arg(long)]
        email: String,
    },
    /// Switches a user on again.
    On {
        /// The e-mail address.
        #[arg(long)]
        email: String,
    },
    /// Notes that a user was trained to speak with people who need particular care.
    Train {
        /// The e-mail address.
        #[arg(long)]
        email: String,
        /// They no longer count as trained.
        #[arg(long)]
        end: bool,
    },
    /// Every user with role and state.
    List,
}

pub(super) async fn user(app: &App, global: &Global, command: UserCommand) -> Result<(), Failure> {
    match command {
        UserCommand::Add { name, email, role, desk } => add_user(app, global, &name, &email, &role, desk.as_deref()).await,
        UserCommand::Reset { email } => {
            let user = find_user(app, &email).await?;
            let password = identity::actions::reset_password(app, &Actor::command(), app.moment(), user.id).await?;
            let json = json!({"user": user.id.to_string(), "email": user.email, "password": password});
            answer(global.format, &json, || vec![format!("{email} may sign in with {password}, to be changed at first sign-in")])
        }
        UserCommand::Off { email } => {
            let user = find_user(app, &email).await?;
            identity::actions::switch_off(app, &Actor::command(), app.moment(), user.id).await?;
            let json = json!({"user": user.id.to_string(), "email": user.email, "state": "switched_off"});
            answer(global.format, &json, || vec![format!("{email} is switched off")])
        }
        UserCommand::On { email } => {
            let user = find_user(app, &email).await?;
            identity::actions::switch_on(app, &Actor::command(), app.moment(), user.id).await?;
            let json = json!({"user": user.id.to_string(), "email": user.email, "state": "active"});
            answer(global.format, &json, || vec![format!("{email} is switched on")])
        }
        UserCommand::Train { email, end } => {
            let user = find_user(app, &email).await?;
            identity::actions::train(app, &Actor::command(), app.moment(), user.id, !end).await?;
            let json = json!({"user": user.id.to_string(), "email": user.email, "trained_for_care": !end});
            let says = if end { "no longer counts as trained" } else { "counts as trained" };
            answer(global.format, &json, || vec![format!("{email} {says} to speak with people who need particular care")])
        }
        UserCommand::List => list_users(app, global).await,
    }
}

async fn find_user(app: &App, email: &str) -> Result<User, Failure> {
    let mut tx = app.db.read().await?;
    let user = identity::store::find_by_email(&mut tx, &email.trim().to_lowercase()).await?;
    user.ok_or_else(|| Failure::NotFound(format!("user {email}")))
}

async fn list_users(app: &App, global: &Global) -> Result<(), Failure> {
    let mut tx = app.db.read().await?;
    let users = identity::store::list_users(&mut tx, 100_000).await?;
    let trained = identity::store::list_trained(&mut tx).await?;
    tx.rollback().await;
    let shown: Vec<Json> = users
        .iter()
        .map(|user| {
            json!({"user": user.id.to_string(), "name": user.name, "email": user.email, "role": user.role, "state": user.state,
            "must_change_password": user.must_change_password, "trained_for_care": trained.contains(&user.id)})
        })
        .collect();
    answer(global.format, &json!({"users": shown}), || {
        let line = |user: &User| {
            let mark = if trained.contains(&user.id) { "  trained for care" } else { "" };
            format!("{:<14} {:<12} {:<32} {}{mark}", user.role, user.state, user.email, user.name)
        };
        users.iter().map(line).collect()
    })
}

async fn add_user(app: &App, global: &Global, name: &str, email: &str, role: &str, desk: Option<&str>) -> Result<(), Failure> {
    let known: Vec<&str> = Role::ALL.iter().map(|role| role.code()).collect();
    let role = Role::parse(role).ok_or_else(|| Failure::wrong("role", format!("{role:?} is not one of {}", known.join(", "))))?;
    let desks = {
        let mut tx = app.db.read().await?;
        let all = accounts::store::list_desks(&mut tx).await?;
        match desk {
            None if role == Role::Officer => all,
            None => Vec::new(),
            Some(name) => {
                let named: Vec<_> = all.into_iter().filter(|desk| desk.name == name).collect();
                if named.is_empty() {
                    return Err(Failure::NotFound(format!("desk {name:?}")));
                }
                named
            }
        }
    };
    let (id, password) = identity::actions::add_user(app, &Actor::command(), app.moment(), name, email, role).await?;
    for desk in &desks {
        accounts::actions::join_desk(app, &Actor::command(), app.moment(), desk.id, id).await?;
    }
    let json = json!({"user": id.to_string(), "email": email, "role": role.code(), "password": password, "desks": desks.iter().map(|desk| &desk.name).collect::<Vec<_>>()});
    answer(global.format, &json, || vec![format!("{name} may sign in as {email} with {password}, to be changed at first sign-in")])
}
