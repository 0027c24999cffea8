//! Identifiers. Each is a type of its own, made from [`App`](crate::App)'s clock and randomness.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ulid::Ulid;

use crate::clock::Clock;
use crate::random::Random;

/// A new ULID: milliseconds of the clock, then 80 random bits.
pub fn new_ulid(clock: &Clock, random: &Random) -> Ulid {
    let millis = u64::try_from(clock.now().as_millisecond()).unwrap_or_default();
    Ulid::from_parts(millis, random.u128())
}

/// An identifier of 128 bits, which one surface writes as a ULID and another as a UUID.
pub trait Bits: Copy {
    /// Its bits.
    fn bits(self) -> u128;

    /// The identifier of these bits.
    fn of_bits(bits: u128) -> Self;
}

/// An identifier as the text of a UUID: the same bits, eight, four, four, four and twelve hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AsUuid<T: Bits>(pub T);

impl<T: Bits> AsUuid<T> {
    /// Reads the hyphenated form, in whatever case (RFC 9562 §4).
    pub fn parse(text: &str) -> Option<Self> {
        let uuid = uuid::Uuid::try_parse(text).ok()?;
        (text.len() == uuid::fmt::Hyphenated::LENGTH).then_some(Self(T::of_bits(uuid.as_u128())))
    }
}

impl<T: Bits> std::fmt::Display for AsUuid<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        uuid::Uuid::from_u128(self.0.bits()).fmt(f)
    }
}

impl<T: Bits> From<AsUuid<T>> for String {
    fn from(id: AsUuid<T>) -> Self {
        id.to_string()
    }
}

impl<T: Bits> TryFrom<String> for AsUuid<T> {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("not a UUID: {text:?}"))
    }
}

macro_rules! ulid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Ulid);

        impl $name {
            /// A new one.
            pub fn generate(clock: &Clock, random: &Random) -> Self {
                Self(new_ulid(clock, random))
            }

            /// The first that could be made in a millisecond since 1970.
            pub fn first_of(millis: u64) -> Self {
                Self(Ulid::from_parts(millis, 0))
            }

            /// The last that could be made in it.
            pub fn last_of(millis: u64) -> Self {
                Self(Ulid::from_parts(millis, u128::MAX))
            }

            /// Its last byte, which is random.
            pub fn mark(self) -> u8 {
                self.0.to_bytes().last().copied().unwrap_or_default()
            }

            /// Reads the 26 characters of a ULID, in capitals as it is written.
            pub fn parse(text: &str) -> Option<Self> {
                Ulid::from_string(text).ok().map(Self).filter(|id| id.to_string() == text)
            }
        }

        impl Bits for $name {
            fn bits(self) -> u128 {
                self.0.0
            }

            fn of_bits(bits: u128) -> Self {
                Self(Ulid(bits))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.0.array_to_str(&mut [0; ulid::ULID_LEN]))
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.to_string()
            }
        }

        impl TryFrom<String> for $name {
            type Error = String;
            fn try_from(text: String) -> Result<Self, String> {
                Self::parse(&text).ok_or_else(|| format!("not an identifier: {text:?}"))
            }
        }
    };
}

ulid_id!(
    /// A user, whatever surface made it.
    UserId
);
ulid_id!(
    /// An organization.
    OrgId
);
ulid_id!(
    /// A role of an organization.
    RoleId
);

ulid_id!(
    /// An invitation.
    InvitationId
);

impl UserId {
    /// When it was made, to the millisecond.
    pub fn made_at(self) -> Timestamp {
        let millis = i64::try_from(self.0.timestamp_ms()).unwrap_or(i64::MAX);
        Timestamp::from_millisecond(millis).unwrap_or(Timestamp::MAX)
    }
}

impl RoleId {
    /// The role `admin` of the home organization, which makes an administrator of identity-server. It is the same in every
    /// table, so that a membership says by itself who is one.
    pub const IDENTITY_ADMIN: Self = Self(Ulid(1));
}

impl OrgId {
    /// The home organization: 26 zeros (engine's super organization).
    pub const HOME: Self = Self(Ulid::nil());
}

macro_rules! random_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(uuid::Uuid);

        impl $name {
            /// A new one, of 122 random bits.
            pub fn generate(random: &Random) -> Self {
                Self(uuid::Builder::from_random_bytes(random.bytes()).into_uuid())
            }

            /// Reads the hyphenated form in lower case, as it is written.
            pub fn parse(text: &str) -> Option<Self> {
                uuid::Uuid::try_parse(text)
                    .ok()
                    .map(Self)
                    .filter(|id| id.to_string() == text)
            }
        }

        impl Bits for $name {
            fn bits(self) -> u128 {
                self.0.as_u128()
            }

            fn of_bits(bits: u128) -> Self {
                Self(uuid::Uuid::from_u128(bits))
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.to_string()
            }
        }

        impl TryFrom<String> for $name {
            type Error = String;
            fn try_from(text: String) -> Result<Self, String> {
                Self::parse(&text).ok_or_else(|| format!("not an identifier: {text:?}"))
            }
        }
    };
}

random_id!(
    /// A session; a UUID of version 4 as text, the `jti` or `sid` of its tokens.
    SessionId
);
random_id!(
    /// One of several access tokens of a session, one after another; a UUID of version 4 as text, its `jti`.
    AccessId
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_bits_are_a_uuid() {
        let user = UserId::generate(&Clock::system(), &Random::seeded(1));
        let uuid = AsUuid(user).to_string();
        assert_eq!(AsUuid::parse(&uuid), Some(AsUuid(user)));
        assert_eq!(AsUuid::parse(&uuid.to_uppercase()), Some(AsUuid(user)));
        let home = AsUuid(OrgId::HOME).to_string();
        assert_eq!(home, "00000000-0000-0000-0000-000000000000");
        for text in [
            String::new(),
            user.to_string(),
            uuid.replace('-', ""),
            format!("{{{uuid}}}"),
            format!("urn:uuid:{uuid}"),
            format!("{uuid} "),
        ] {
            assert_eq!(AsUuid::<UserId>::parse(&text), None, "{text:?}");
        }
    }

    #[test]
    fn an_id_reads_as_it_is_written_and_no_other_way() {
        let (clock, random) = (Clock::system(), Random::seeded(1));
        let user = UserId::generate(&clock, &random);
        assert_eq!(UserId::parse(&user.to_string()), Some(user));
        assert_eq!(UserId::parse(&user.to_string().to_lowercase()), None);
        assert_eq!(UserId::parse(""), None);
        let session = SessionId::generate(&random);
        assert_eq!(SessionId::parse(&session.to_string()), Some(session));
        assert_eq!(SessionId::parse(&session.to_string().to_uppercase()), None);
        assert_eq!(SessionId::parse(&session.to_string().replace('-', "")), None);
        assert_eq!(OrgId::HOME.to_string(), "0".repeat(26));
        assert_eq!(RoleId::IDENTITY_ADMIN.to_string(), format!("{}1", "0".repeat(25)));
    }
}
