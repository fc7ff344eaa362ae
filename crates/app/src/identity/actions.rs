//! Users are added, sign in, change their password, sign out; they are switched off and on, and given a new password.

use super::password;
use super::store::{self, Session, User};
use crate::accounts::desks;
use crate::app::{Actor, App, Failure, NAME_MAX, Problems, ZONE, check_length, new_uuid};
use crate::store::{StoreError, Tx};
use crate::{audit, transaction};
use duly_domain::audit::hex;
use duly_domain::identity::Role;
use duly_domain::values::ids::UserId;
use duly_domain::values::moment::Moment;
use duly_domain::values::point::EmailAddress;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::json;
use sha2::{Digest, Sha256};

/// A session ends after so many hours, whatever happens.
const SESSION_HOURS: i64 = 12;

/// A session ends when it was not used for so many minutes.
pub const IDLE_MINUTES: i64 = 60;

/// Adds a user with a password to be changed at first sign-in, and gives it back: it is not kept.
pub async fn add_user(app: &App, who: &Actor, at: Moment, name: &str, email: &str, role: Role) -> Result<(UserId, String), Failure> {
    let made = password::make()?;
    let user = NewUser { name, email, role, password: &made, must_change_password: true };
    let id = add_user_with(app, who, at, user).await?;
    Ok((id, made))
}

/// Settles the organization's name and time zone and adds the first administrator; nobody else may be there yet.
pub async fn set_up(app: &App, at: Moment, company: &str, zone: &str, name: &str, email: &str, secret: &str) -> Result<UserId, Failure> {
    let mut problems = Problems::default();
    if company.trim().is_empty() {
        problems.0.push(("company", "is empty".into()));
    }
    if jiff::tz::TimeZone::get(zone).is_err() {
        problems.0.push(("zone", "is no time zone such as America/Chicago".into()));
    }
    if !problems.is_empty() {
        return Err(Failure::Wrong(problems));
    }
    let user = NewUser { name, email, role: Role::Administrator, password: secret, must_change_password: false };
    let id = add(app, &Actor::command(), at, user, true).await?;
    transaction!(app.db, tx, {
        store::update_setting(tx, store::COMPANY, company.trim()).await?;
        store::update_setting(tx, store::ZONE, zone).await?;
        let detail = json!({"company": company.trim(), "time_zone": zone});
        audit::record(tx, &Actor::command(), at.at, None, "organization.set_up", &detail).await
    })?;
    app.set_zone(zone);
    Ok(id)
}

/// Takes up what the organization settled, when the program starts.
pub async fn take_up_settings(app: &App) -> Result<(), Failure> {
    let mut tx = app.db.read().await?;
    if let Some(zone) = store::find_setting(&mut tx, store::ZONE).await?
        && !app.set_zone(&zone)
    {
        return Err(Failure::wrong("time zone", format!("{zone:?} of this database is not known to this program")));
    }
    Ok(())
}

/// The organization's time zone, where the record alone is at hand.
pub async fn zone_in(tx: &mut Tx) -> Result<TimeZone, Failure> {
    let name = store::find_setting(tx, store::ZONE).await?;
    Ok(TimeZone::get(name.as_deref().unwrap_or(ZONE)).unwrap_or(TimeZone::UTC))
}

/// A user to add.
#[derive(Clone, Copy, Debug)]
pub struct NewUser<'a> {
    /// Their name.
    pub name: &'a str,
    /// Their e-mail address, by which they sign in.
    pub email: &'a str,
    /// In which role.
    pub role: Role,
    /// Their password.
    pub password: &'a str,
    /// Whether it is to be changed at first sign-in.
    pub must_change_password: bool,
}

/// Adds a user with a password somebody chose.
pub async fn add_user_with(app: &App, who: &Actor, at: Moment, user: NewUser<'_>) -> Result<UserId, Failure> {
    add(app, who, at, user, false).await
}

async fn add(app: &App, who: &Actor, at: Moment, user: NewUser<'_>, must_be_first: bool) -> Result<UserId, Failure> {
    let NewUser { name, email, role, password: secret, must_change_password } = user;
    let mut problems = Problems::default();
    if name.trim().is_empty() {
        problems.0.push(("name", "is empty".into()));
    }
    check_length("name", name, NAME_MAX)?;
    let email = EmailAddress::parse(email).map(|email| email.text().to_lowercase());
    if let Err(says) = &email {
        problems.0.push(("email", (*says).into()));
    }
    if secret.chars().count() < password::LENGTH_MIN {
        problems.0.push(("password", format!("is shorter than {} characters", password::LENGTH_MIN)));
    }
    let (Ok(email), true) = (email, problems.is_empty()) else { return Err(Failure::Wrong(problems)) };
    let user = User {
        id: UserId(new_uuid()),
        name: name.trim().to_string(),
        email,
        role: role.code().into(),
        password_hash: password::hash(secret.to_string()).await?,
        must_change_password,
        state: "active".into(),
    };
    transaction!(app.db, tx, {
        if must_be_first && store::count_users(tx).await? > 0 {
            return Err(Failure::Stale("the first set-up is done: sign in".into()));
        }
        if store::find_by_email(tx, &user.email).await?.is_some() {
            return Err(Failure::wrong("email", "belongs to another user already"));
        }
        store::insert_user(tx, &user, at.at).await?;
        audit::record(tx, who, at.at, None, "user.add", &json!({"user": user.id.to_string(), "role": user.role})).await?;
        Ok(user.id)
    })
}

/// Signs somebody in; the token goes into their cookie and nowhere else. `None` when name or password is wrong.
pub async fn sign_in(app: &App, at: Moment, email: &str, secret: &str) -> Result<Option<String>, Failure> {
    let mut tx = app.db.read().await?;
    let user = store::find_by_email(&mut tx, &email.trim().to_lowercase()).await?.filter(|user| user.state == "active");
    tx.rollback().await;
    let hash = user.as_ref().map_or(password::NOBODY.to_string(), |user| user.password_hash.clone());
    let right = password::is_right(secret.to_string(), hash).await;
    let Some(user) = user.filter(|_| right) else { return Ok(None) };
    open_session(app, at, &user).await.map(Some)
}

async fn open_session(app: &App, at: Moment, user: &User) -> Result<String, Failure> {
    let token = hex(&password::random::<32>()?);
    let csrf = hex(&password::random::<16>()?);
    let expires = later(at.at, SESSION_HOURS * 60);
    transaction!(app.db, tx, {
        store::insert_session(tx, &token_hash(&token), user.id, &csrf, at.at, expires).await?;
        let who = Actor::user(user.id, &user.name, Role::parse(&user.role).unwrap_or(Role::Officer));
        audit::record(tx, &who, at.at, None, "session.open", &json!({"user": user.id.to_string()})).await?;
        Ok::<(), Failure>(())
    })?;
    Ok(token)
}

/// The living session of a token, of whoever looks without doing anything: it is not kept alive by that.
pub async fn peek_session(app: &App, at: Moment, token: &str) -> Result<Option<Session>, Failure> {
    let mut tx = app.db.read().await?;
    let session = store::find_session(&mut tx, &token_hash(token), at.at, later(at.at, -IDLE_MINUTES)).await?;
    tx.rollback().await;
    Ok(session)
}

/// The living session of a token.
pub async fn find_session(app: &App, at: Moment, token: &str) -> Result<Option<Session>, Failure> {
    let hash = token_hash(token);
    let session = peek_session(app, at, token).await?;
    if let Some(session) = &session
        && session.seen_at < later(at.at, -1)
    {
        match note_seen(app, &hash, at).await {
            // Another request of the same page has just noted it.
            Err(error) if error.is_conflict() => {}
            noted => noted?,
        }
    }
    Ok(session)
}

/// Notes that somebody is there: once a minute is enough, and nobody waits for it behind a night or an import.
async fn note_seen(app: &App, hash: &[u8; 32], at: Moment) -> Result<(), StoreError> {
    let Some(mut tx) = app.db.begin_if_free().await? else { return Ok(()) };
    store::update_seen(&mut tx, hash, at.at).await?;
    tx.commit().await
}

/// Ends a session.
pub async fn sign_out(app: &App, token: &str) -> Result<(), Failure> {
    transaction!(app.db, tx, { store::end_session(tx, &token_hash(token)).await.map_err(Failure::from) })
}

/// Changes a user's own password; every other session of theirs ends, and a new one begins.
pub async fn change_password(app: &App, who: &Actor, at: Moment, old: &str, new: &str) -> Result<String, Failure> {
    let Some(id) = who.id else { return Err(Failure::Forbidden) };
    let mut tx = app.db.read().await?;
    let user = store::find_user(&mut tx, id).await?.ok_or_else(|| Failure::NotFound("user".into()))?;
    tx.rollback().await;
    let mut problems = Problems::default();
    if !password::is_right(old.to_string(), user.password_hash.clone()).await {
        problems.0.push(("old", "is not your password".into()));
    }
    if new.chars().count() < password::LENGTH_MIN {
        problems.0.push(("new", format!("is shorter than {} characters", password::LENGTH_MIN)));
    } else if new == old {
        problems.0.push(("new", "is the old one".into()));
    }
    if !problems.is_empty() {
        return Err(Failure::Wrong(problems));
    }
    let hash = password::hash(new.to_string()).await?;
    transaction!(app.db, tx, {
        store::update_password(tx, id, &hash, false).await?;
        store::end_sessions_of(tx, id).await?;
        audit::record(tx, who, at.at, None, "password.change", &json!({"user": id.to_string()})).await
    })?;
    open_session(app, at, &user).await
}

/// Gives a user a new password, to be changed at the next sign-in, and ends their sessions. It is given back and not kept.
pub async fn reset_password(app: &App, who: &Actor, at: Moment, id: UserId) -> Result<String, Failure> {
    let made = password::make()?;
    let hash = password::hash(made.clone()).await?;
    transaction!(app.db, tx, {
        let user = load_user(tx, id).await?;
        if user.state != "active" {
            return Err(Failure::Stale(format!("{} is switched off: switch them on first", user.name)));
        }
        store::update_password(tx, id, &hash, true).await?;
        store::end_sessions_of(tx, id).await?;
        audit::record(tx, who, at.at, None, "password.reset", &json!({"user": id.to_string()})).await
    })?;
    Ok(made)
}

/// Switches a user off: their sessions end at once and they cannot sign in; the record keeps their name.
///
/// Refused while a desk's open accounts would be left to nobody, and to the last active administrator.
pub async fn switch_off(app: &App, who: &Actor, at: Moment, id: UserId) -> Result<(), Failure> {
    transaction!(app.db, tx, {
        let user = load_user(tx, id).await?;
        if user.state != "active" {
            return Err(Failure::Stale(format!("{} is switched off already", user.name)));
        }
        if user.role == Role::Administrator.code() && store::count_other_administrators(tx, id).await? == 0 {
            return Err(Failure::Stale(format!("{} is the last administrator: add another first", user.name)));
        }
        let alone = desks::store::list_left_alone(tx, id).await?;
        if !alone.is_empty() {
            return Err(Failure::Stale(desks::actions::left_alone(&alone)));
        }
        store::update_state(tx, id, "switched_off").await?;
        store::end_sessions_of(tx, id).await?;
        audit::record(tx, who, at.at, None, "user.off", &json!({"user": id.to_string()})).await
    })
}

/// Switches a user on again, with the password they had.
pub async fn switch_on(app: &App, who: &Actor, at: Moment, id: UserId) -> Result<(), Failure> {
    transaction!(app.db, tx, {
        let user = load_user(tx, id).await?;
        if !store::update_state(tx, id, "active").await? {
            return Err(Failure::Stale(format!("{} is switched on already", user.name)));
        }
        audit::record(tx, who, at.at, None, "user.on", &json!({"user": id.to_string()})).await
    })
}

/// Notes that somebody was trained to speak with people who need particular care, or no longer counts as trained.
pub async fn train(app: &App, who: &Actor, at: Moment, id: UserId, is_trained: bool) -> Result<(), Failure> {
    transaction!(app.db, tx, {
        load_user(tx, id).await?;
        store::update_trained(tx, id, is_trained).await?;
        audit::record(tx, who, at.at, None, "user.train", &json!({"user": id.to_string(), "for_care": is_trained})).await
    })
}

async fn load_user(tx: &mut Tx, id: UserId) -> Result<User, Failure> {
    store::find_user(tx, id).await?.ok_or_else(|| Failure::NotFound(format!("user {id}")))
}

fn token_hash(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

fn later(at: Timestamp, minutes: i64) -> Timestamp {
    at.saturating_add(jiff::SignedDuration::from_mins(minutes)).unwrap_or(at)
}
