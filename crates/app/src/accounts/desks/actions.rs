//! Desks and teams are made; people join and leave them.

use super::store::{self, Desk, LeftAlone, Team};
use crate::app::{Actor, App, Failure, new_uuid};
use crate::identity;
use crate::store::Tx;
use crate::{audit, transaction};
use duly_domain::identity::{Permission, Role, may};
use duly_domain::values::ids::{DeskId, TeamId, UserId};
use duly_domain::values::moment::Moment;
use serde_json::json;

/// Makes a desk. It has no members until somebody is put on it.
pub async fn add_desk(app: &App, who: &Actor, at: Moment, name: &str) -> Result<DeskId, Failure> {
    let name = name.trim();
    if name.is_empty() {
        return Err(Failure::wrong("name", "is empty"));
    }
    transaction!(app.db, tx, {
        if store::find_desk(tx, name).await?.is_some() {
            return Err(Failure::wrong("name", "is that of another desk already"));
        }
        let desk = Desk { id: DeskId(new_uuid()), name: name.to_string() };
        store::insert_desk(tx, &desk, at.at).await?;
        audit::record(tx, who, at.at, None, "desk.add", &json!({"desk": desk.id.to_string(), "name": name})).await?;
        Ok(desk.id)
    })
}

/// Makes a user a member of a desk, so that its accounts stand on their worklist.
pub async fn join_desk(app: &App, who: &Actor, at: Moment, desk: DeskId, user: UserId) -> Result<(), Failure> {
    transaction!(app.db, tx, {
        if store::find_desk_by_id(tx, desk).await?.is_none() {
            return Err(Failure::NotFound(format!("desk {desk}")));
        }
        if store::insert_member(tx, desk, user).await? {
            let detail = json!({"desk": desk.to_string(), "user": user.to_string()});
            audit::record(tx, who, at.at, None, "desk.join", &detail).await?;
        }
        Ok(())
    })
}

/// Takes a user off a desk, unless its open accounts would be left to nobody.
pub async fn leave_desk(app: &App, who: &Actor, at: Moment, desk: DeskId, user: UserId) -> Result<(), Failure> {
    transaction!(app.db, tx, {
        if let Some(alone) = store::list_left_alone(tx, user).await?.into_iter().find(|alone| alone.desk == desk) {
            return Err(Failure::Stale(left_alone(&[alone])));
        }
        if store::delete_member(tx, desk, user).await? {
            let detail = json!({"desk": desk.to_string(), "user": user.to_string()});
            audit::record(tx, who, at.at, None, "desk.leave", &detail).await?;
        }
        Ok(())
    })
}

/// Why somebody cannot go yet: which desks would be left to nobody, with how many open accounts.
pub fn left_alone(desks: &[LeftAlone]) -> String {
    let named: Vec<String> = desks
        .iter()
        .map(|desk| format!("{} with {} open account{}", desk.name, desk.open, if desk.open == 1 { "" } else { "s" }))
        .collect();
    format!("nobody else works {}: move the accounts first, or put somebody else on the desk", named.join(", "))
}

/// Makes a team under a supervisor.
pub async fn add_team(app: &App, who: &Actor, at: Moment, name: &str, supervisor: UserId) -> Result<TeamId, Failure> {
    let name = name.trim();
    if name.is_empty() {
        return Err(Failure::wrong("name", "is empty"));
    }
    transaction!(app.db, tx, {
        if store::find_team_by_name(tx, name).await?.is_some() {
            return Err(Failure::wrong("name", "is that of another team already"));
        }
        let leads = identity::store::find_user(tx, supervisor).await?.filter(|user| user.state == "active");
        if !leads.and_then(|user| Role::parse(&user.role)).is_some_and(|role| may(role, Permission::ReleaseContacts)) {
            return Err(Failure::wrong("supervisor", "is no active supervisor"));
        }
        let team = Team { id: TeamId(new_uuid()), name: name.to_string(), supervisor };
        store::insert_team(tx, &team, at.at).await?;
        let detail = json!({"team": team.id.to_string(), "name": name, "supervisor": supervisor.to_string()});
        audit::record(tx, who, at.at, None, "team.add", &detail).await?;
        Ok(team.id)
    })
}

/// Puts a user into a team, or takes them out of theirs.
pub async fn set_team(app: &App, who: &Actor, at: Moment, user: UserId, team: Option<TeamId>) -> Result<(), Failure> {
    transaction!(app.db, tx, {
        require_user(tx, user).await?;
        if let Some(team) = team
            && store::find_team(tx, team).await?.is_none()
        {
            return Err(Failure::NotFound(format!("team {team}")));
        }
        store::update_team(tx, user, team).await?;
        let detail = json!({"user": user.to_string(), "team": team.map(|team| team.to_string())});
        audit::record(tx, who, at.at, None, "team.set", &detail).await
    })
}

async fn require_user(tx: &mut Tx, user: UserId) -> Result<(), Failure> {
    identity::store::find_user(tx, user).await?.map(drop).ok_or_else(|| Failure::NotFound(format!("user {user}")))
}
