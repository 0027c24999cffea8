//! What several groups say of the same refusals.

use http::StatusCode;

use super::client::not_proved;
use super::error::ArcError;
use crate::clients::sign_in::NotLetIn;
use crate::credentials::totp::WrongCode;
use crate::organizations::tenancy::Status;
use crate::sessions::refresh::NotRefreshed;

/// What somebody is told who was not let in, but for a client that is not theirs.
pub fn not_let_in(why: NotLetIn, other_client: ArcError) -> ArcError {
    match why {
        NotLetIn::NoClient(why) => not_proved(why),
        NotLetIn::WrongCredentials => bad_credentials(),
        NotLetIn::OtherClient => other_client,
        NotLetIn::NotActive(Status::Registered) => ArcError::new(StatusCode::BAD_REQUEST, "User not active yet"),
        NotLetIn::NotActive(_) => user_inactive(),
        NotLetIn::MissingOtp => ArcError::refused("Otp Required"),
        NotLetIn::Otp(WrongCode::Wrong) => ArcError::refused("Otp Invalid"),
        NotLetIn::Otp(WrongCode::Used) => ArcError::refused("Otp Already Used"),
    }
}

/// No such user, not their proof, or an account of which nothing is told.
pub fn bad_credentials() -> ArcError {
    ArcError::refused("Invalid Credentials")
}

/// The account is switched off.
pub fn user_inactive() -> ArcError {
    ArcError::refused("UserInactive")
}

/// There is no refresh token, or none to reset by.
pub fn token_missing() -> ArcError {
    ArcError::new(StatusCode::UNPROCESSABLE_ENTITY, "TokenMissing")
}

/// What somebody is told whose pair of tokens is not good.
pub fn not_refreshed(why: NotRefreshed) -> ArcError {
    match why {
        NotRefreshed::Ended => ArcError::unauthorized("Token Expired"),
        NotRefreshed::NoPair => ArcError::unauthorized("Token Invalid"),
        NotRefreshed::NoClient => ArcError::client_invalid(),
        NotRefreshed::SwitchedOff => user_inactive(),
        NotRefreshed::NoMember => ArcError::unauthorized("UserDoesNotExist"),
    }
}
