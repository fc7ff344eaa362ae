//! Lists that are empty for most people.
//!
//! Facts hold many of them. An empty one takes one word, and neither making nor dropping it costs more than a look at that word.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::ops::Deref;

/// A list that is empty for most; it is read like any other, and written as one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::box_collection, reason = "a vector's three words are what an empty list saves")]
pub struct Seldom<T>(Option<Box<Vec<T>>>);

impl<T> Seldom<T> {
    /// Nothing.
    pub const NONE: Seldom<T> = Seldom(None);
}

impl<T> Default for Seldom<T> {
    fn default() -> Seldom<T> {
        Seldom::NONE
    }
}

impl<T> From<Vec<T>> for Seldom<T> {
    fn from(all: Vec<T>) -> Seldom<T> {
        Seldom(if all.is_empty() { None } else { Some(Box::new(all)) })
    }
}

impl<T> Deref for Seldom<T> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        self.0.as_ref().map_or(&[], |all| all.as_slice())
    }
}

impl<'s, T> IntoIterator for &'s Seldom<T> {
    type Item = &'s T;
    type IntoIter = std::slice::Iter<'s, T>;

    fn into_iter(self) -> std::slice::Iter<'s, T> {
        self.iter()
    }
}

impl<T: Serialize> Serialize for Seldom<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.as_ref().serialize(to)
    }
}

impl<'d, T: Deserialize<'d>> Deserialize<'d> for Seldom<T> {
    fn deserialize<D: Deserializer<'d>>(from: D) -> Result<Seldom<T>, D::Error> {
        Vec::deserialize(from).map(Seldom::from)
    }
}
