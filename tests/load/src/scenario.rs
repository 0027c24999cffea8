//! What is done over and over.

use crate::people::Person;

/// One kind of request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scenario {
    /// A sign-in by password on engine: one password hash and two waits on the table.
    SignIn,
    /// `/me` on engine: an authorised request that reads.
    Me,
    /// A pair of arc for the next one: an authorised request that writes.
    Refresh,
    /// A decision of barong's edge by cookie.
    Authz,
}

impl Scenario {
    /// All of them, in the order in which they are driven.
    pub const ALL: [Self; 4] = [Self::SignIn, Self::Me, Self::Refresh, Self::Authz];

    /// As it is called on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::SignIn => "sign-in",
            Self::Me => "me",
            Self::Refresh => "refresh",
            Self::Authz => "authz",
        }
    }

    /// Does it once.
    pub async fn once(self, person: &mut Person) -> Result<(), String> {
        match self {
            Self::SignIn => person.sign_in().await.map(drop),
            Self::Me => person.me().await,
            Self::Refresh => person.refresh().await,
            Self::Authz => person.authz().await,
        }
    }
}
