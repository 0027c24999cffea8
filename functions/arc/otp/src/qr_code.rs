//! `/auth/check-qr-code` and `/auth/create-qr-code`: an authenticator app for somebody who has an authorization code.

pub mod check;
pub mod create;

use shared::clients::code::NotExchanged;
use shared::surfaces::arc::ArcError;

/// What somebody is told whose authorization code is not good.
fn refusal(why: NotExchanged) -> ArcError {
    match why {
        NotExchanged::NoClient => ArcError::client_invalid(),
        NotExchanged::NotValid | NotExchanged::NeedsSecondFactor => ArcError::unauthorized("Invalid Credentials"),
        NotExchanged::Spent => ArcError::unauthorized("Code Expired"),
    }
}
