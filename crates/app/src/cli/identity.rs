//! Users.

use super::Global;
use super::output::answer;
use crate::app::{Actor, App, Failure};
use crate::{accounts, identity};
use clap::Subcommand;
use duly_domain::identity::Role;
use serde_json::json;

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
}

pub(super) async fn user(app: &App, global: &Global, command: UserCommand) -> Result<(), Failure> {
    match command {
        UserCommand::Add { name, email, role, desk } => add_user(app, global, &name, &email, &role, desk.as_deref()).await,
    }
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
