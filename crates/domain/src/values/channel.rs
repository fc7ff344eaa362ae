//! The ways to reach a person, as the law tells them apart.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A medium of contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// A telephone call, whoever or whatever dials.
    Call,
    /// A message dropped into a voice mailbox without ringing; the law treats it as a call.
    RinglessVoicemail,
    /// A text message.
    Text,
    /// E-mail.
    Email,
    /// A letter.
    Letter,
    /// A private message on a social platform.
    SocialPrivateMessage,
    /// A message on a social platform that others can see.
    SocialPublic,
    /// Face to face.
    InPerson,
    /// Through the consumer's own portal.
    WebPortal,
}

impl Channel {
    /// The four that the permission strip shows.
    pub const STRIP: [Channel; 4] = [Channel::Call, Channel::Text, Channel::Email, Channel::Letter];

    const ALL: [Channel; 9] = [
        Channel::Call,
        Channel::RinglessVoicemail,
        Channel::Text,
        Channel::Email,
        Channel::Letter,
        Channel::SocialPrivateMessage,
        Channel::SocialPublic,
        Channel::InPerson,
        Channel::WebPortal,
    ];

    /// The code used in files, commands and the database.
    pub const fn code(self) -> &'static str {
        match self {
            Channel::Call => "call",
            Channel::RinglessVoicemail => "ringless_voicemail",
            Channel::Text => "text",
            Channel::Email => "email",
            Channel::Letter => "letter",
            Channel::SocialPrivateMessage => "social_private_message",
            Channel::SocialPublic => "social_public",
            Channel::InPerson => "in_person",
            Channel::WebPortal => "web_portal",
        }
    }

    /// Finds a channel by its code.
    pub fn parse(code: &str) -> Option<Channel> {
        Channel::ALL.into_iter().find(|channel| channel.code() == code)
    }

    /// Whether the law counts it as a telephone call: ringless voice mail does (12 CFR 1006.14(b)).
    pub const fn is_call(self) -> bool {
        matches!(self, Channel::Call | Channel::RinglessVoicemail)
    }

    /// Whether we reach out by it; the others are met with, not sent by.
    pub const fn can_be_proposed(self) -> bool {
        !matches!(self, Channel::InPerson | Channel::WebPortal)
    }

    /// Whether it is an electronic communication: e-mail, text, message on a platform.
    pub const fn is_electronic(self) -> bool {
        matches!(self, Channel::Text | Channel::Email | Channel::SocialPrivateMessage | Channel::SocialPublic)
    }
}

/// The word on screens: `Call`.
impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Channel::Call => "Call",
            Channel::RinglessVoicemail => "Ringless voicemail",
            Channel::Text => "Text",
            Channel::Email => "Email",
            Channel::Letter => "Letter",
            Channel::SocialPrivateMessage => "Private message",
            Channel::SocialPublic => "Public message",
            Channel::InPerson => "In person",
            Channel::WebPortal => "Portal",
        })
    }
}
