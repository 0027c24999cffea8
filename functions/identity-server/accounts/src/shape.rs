//! A user as this surface shows it.

use serde::Serialize;
use shared::accounts::User;
use shared::ids::{AsUuid, UserId};
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
pub struct UserView {
    #[schema(value_type = String, format = "uuid")]
    pub uid: AsUuid<UserId>,
    /// At most 150 characters where it was given here; the given and the family name of who signed up elsewhere.
    pub name: String,
    /// In lower case, as the published domain has it.
    pub email: String,
    /// Whether the account may be used.
    pub active: bool,
    /// Whether the user is asked to set another password.
    pub reset_password: bool,
}

impl UserView {
    pub fn of(user: &User) -> Self {
        Self {
            uid: AsUuid(user.id),
            name: user.display_name(),
            email: user.email.canonical().to_owned(),
            active: user.state.may_sign_in(),
            reset_password: user.reset_password,
        }
    }
}
