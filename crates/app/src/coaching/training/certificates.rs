//! Certificates, and permissions that wait for one.

use super::store::{self, NeedRow};
use crate::app::{Actor, App, Failure, new_uuid};
use crate::audit;
use crate::coaching::practice::store::list_passed;
use crate::identity;
use crate::store::Tx;
use crate::transaction;
use duly_domain::coaching::course::{Course, VALID_MONTHS};
use duly_domain::identity::{Permission, Role, may};
use duly_domain::values::ids::{CertificateId, NeedId, UserId};
use duly_domain::values::moment::Moment;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

/// The permissions that can wait for a certificate, by their code and in words.
pub const GATED: [(Permission, &str, &str); 5] = [
    (Permission::LeadCalls, "lead_calls", "Leading calls"),
    (Permission::RecordStops, "record_stops", "Recording stops and opening cases"),
    (Permission::WorkCases, "work_cases", "Working cases"),
    (Permission::ReleaseContacts, "release_contacts", "Releasing contacts"),
    (Permission::PostPayments, "post_payments", "Posting payments"),
];

/// A permission that can wait, by its code.
pub fn gated(code: &str) -> Option<(Permission, &'static str, &'static str)> {
    GATED.into_iter().find(|(_, known, _)| *known == code)
}

/// What somebody has done of a course.
pub struct Progress {
    /// The scenarios still to be passed.
    pub scenarios_left: Vec<&'static str>,
    /// Whether the final quiz is passed.
    pub is_quiz_passed: bool,
    /// Until when the certificate holds.
    pub held_until: Option<Date>,
}

/// How far somebody is in a course; what lies more than a certificate's time back counts no more.
pub async fn progress(tx: &mut Tx, user: UserId, course: Course, at: Moment) -> Result<Progress, Failure> {
    let since = since(at.at);
    let passed = list_passed(tx, user, since).await?;
    Ok(Progress {
        scenarios_left: course.scenarios().iter().copied().filter(|code| !passed.iter().any(|known| known == code)).collect(),
        is_quiz_passed: store::has_passed_course(tx, user, course.code(), since).await?,
        held_until: store::find_held(tx, user, course.code(), course.version(), at.business_day).await?,
    })
}

fn since(at: Timestamp) -> Timestamp {
    at.saturating_sub(SignedDuration::from_hours(24 * 30 * VALID_MONTHS)).unwrap_or(at)
}

/// Gives the certificates of all courses that somebody has just finished.
pub async fn certify(tx: &mut Tx, who: &Actor, at: Moment) -> Result<(), Failure> {
    let Some(user) = who.id else { return Ok(()) };
    for course in Course::ALL.iter().copied() {
        let progress = progress(tx, user, course, at).await?;
        if progress.held_until.is_some() || !progress.is_quiz_passed || !progress.scenarios_left.is_empty() {
            continue;
        }
        let (id, expires_on) = (CertificateId(new_uuid()), course.expires_on(at.business_day));
        store::insert_certificate(tx, id, user, course.code(), course.version(), (at.business_day, expires_on), at.at).await?;
        let detail = json!({"certificate": id.to_string(), "user": user.to_string(), "course": course.code(),
            "version": course.version(), "expires": expires_on.to_string()});
        audit::record(tx, who, at.at, None, "certificate.issue", &detail).await?;
    }
    Ok(())
}

/// Whether somebody counts as trained for people who need particular care: marked so, or by a certificate that holds.
pub async fn is_trained_for_care(tx: &mut Tx, user: UserId, on: Date) -> Result<bool, Failure> {
    if identity::store::is_trained(tx, user).await? {
        return Ok(true);
    }
    Ok(store::find_held(tx, user, Course::Care.code(), Course::Care.version(), on).await?.is_some())
}

/// The certificate that somebody lacks for a permission today, if one.
pub async fn find_missing(tx: &mut Tx, who: &Actor, permission: Permission, on: Date) -> Result<Option<Course>, Failure> {
    let Some((_, code, _)) = GATED.into_iter().find(|(gated, _, _)| *gated == permission) else { return Ok(None) };
    // The night and the command line are nobody who could learn.
    let Some(user) = who.id else { return Ok(None) };
    for need in store::list_needs_of(tx, code, on).await? {
        let Some(course) = Course::parse(&need.course) else { continue };
        if store::find_held(tx, user, course.code(), course.version(), on).await?.is_none() {
            return Ok(Some(course));
        }
    }
    Ok(None)
}

/// What a refusal for want of a certificate says.
pub fn refusal(course: Course) -> String {
    format!("this needs the certificate {course}, which you do not hold: take the course under Practice")
}

/// Refuses where a certificate is missing.
pub async fn prove(tx: &mut Tx, who: &Actor, permission: Permission, at: Moment) -> Result<(), Failure> {
    match find_missing(tx, who, permission, at.business_day).await? {
        Some(course) => Err(Failure::Stale(refusal(course))),
        None => Ok(()),
    }
}

/// Who would be stopped if a permission waited for a course from a day on.
pub async fn would_stop(tx: &mut Tx, permission: Permission, course: Course, on: Date) -> Result<Vec<String>, Failure> {
    let holders = store::list_holders(tx, course.code(), course.version(), on).await?;
    let users = identity::store::list_users(tx, 10_000).await?;
    let lacks = |user: &identity::store::User| {
        let may = Role::parse(&user.role).is_some_and(|role| may(role, permission));
        user.state == "active" && may && !holders.contains(&user.id)
    };
    Ok(users.into_iter().filter(lacks).map(|user| user.name).collect())
}

/// From a day on a permission waits for a certificate.
pub async fn set_need(app: &App, who: &Actor, at: Moment, permission: &str, course: &str, binds_on: Date) -> Result<NeedId, Failure> {
    let (_, code, _) = gated(permission).ok_or_else(|| Failure::wrong("permission", "is none that can wait for a certificate"))?;
    let course = Course::parse(course).ok_or_else(|| Failure::wrong("course", "is no course"))?;
    if binds_on < at.business_day {
        return Err(Failure::wrong("from", "lies in the past"));
    }
    transaction!(app.db, tx, {
        if store::list_needs(tx).await?.iter().any(|need| need.permission == code && need.course == course.code()) {
            return Err(Failure::wrong("permission", "waits for this certificate already"));
        }
        let need = NeedRow {
            id: NeedId(new_uuid()),
            permission: code.into(),
            course: course.code().into(),
            binds_on,
            set_by: who.name.clone(),
            set_at: at.at,
        };
        store::insert_need(tx, &need).await?;
        let detail = json!({"need": need.id.to_string(), "permission": code, "course": course.code(), "binds": binds_on.to_string()});
        audit::record(tx, who, at.at, None, "certificate.need", &detail).await?;
        Ok(need.id)
    })
}

/// The permission waits no more.
pub async fn end_need(app: &App, who: &Actor, at: Moment, id: NeedId) -> Result<(), Failure> {
    transaction!(app.db, tx, {
        if !store::update_need_ended(tx, id, at.at).await? {
            return Err(Failure::Stale("it was ended already".into()));
        }
        audit::record(tx, who, at.at, None, "certificate.need.end", &json!({"need": id.to_string()})).await
    })
}
