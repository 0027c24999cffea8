//! What activate_user and deactivate_user have in common.

use http::StatusCode;
use shared::App;
use shared::ids::UserId;
use shared::organizations::membership::MemberState;
use shared::organizations::suspension::{self, NotSwitched};
use shared::surfaces::engine::{EngineError, Permitted, UpdateUsers, in_words};

pub async fn switch(
    app: &App,
    permitted: &Permitted<UpdateUsers>,
    user_id: &str,
    to: MemberState,
) -> Result<(), EngineError> {
    let actor = &permitted.actor;
    let user_id = UserId::parse(user_id).ok_or_else(|| refusal(NotSwitched::NotAMember, to))?;
    if permitted.only_own() && user_id != actor.user.id {
        let problem = "your permission reaches no further than yourself";
        return Err(EngineError::about(StatusCode::FORBIDDEN, "user_id", problem));
    }
    suspension::switch(app, actor, user_id, to)
        .await
        .map_err(in_words(|why| refusal(why, to)))
}

fn refusal(why: NotSwitched, to: MemberState) -> EngineError {
    let (status, key) = match why {
        NotSwitched::NotAMember => (StatusCode::NOT_FOUND, "User"),
        NotSwitched::BeyondOwnRights => (StatusCode::FORBIDDEN, "Error"),
        NotSwitched::Already | NotSwitched::LastAdmin | NotSwitched::Elsewhere => (StatusCode::BAD_REQUEST, "Status"),
    };
    let problem = match why {
        NotSwitched::Already => format!("User is already {}", to.as_str()),
        why => why.to_string(),
    };
    EngineError::about(status, key, problem)
}
