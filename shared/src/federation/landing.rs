//! A browser is back from a provider: somebody is recognised, and their client gets a code as for a password.

use http::HeaderMap;
use serde::Deserialize;

use super::account::{self, NotEntered};
use super::exchange::{self, Begun};
use super::flow::{self, NoFlow, Taken};
use super::upstream::Upstream;
use super::{Distrust, Identity, ProviderConfig};
use crate::App;
use crate::accounts::profile::Profile;
use crate::act::Undone;
use crate::clients::RedirectUrl;
use crate::clients::code;
use crate::clients::sign_in::{self, NotLetIn};
use crate::sessions::Origin;
use crate::sessions::sign_in::{Known, NotSignedIn};
use crate::store::Commit;
use crate::tokens::Secret;

/// Bytes of a provider's code at most.
const MAX_CODE: usize = 4096;

/// What a provider sends along with a browser, by a redirect or by a form.
#[derive(Default)]
pub struct Answer {
    /// A code, which is ours to exchange.
    pub code: Option<String>,
    /// The secret of the flow.
    pub state: Option<String>,
    /// What went wrong there.
    pub error: Option<String>,
    /// Who answers (RFC 9207), where it says so.
    pub iss: Option<String>,
    /// What Apple tells about somebody, once: JSON that nobody signed.
    pub user: Option<String>,
}

/// Why a browser goes no further.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotLanded {
    /// There is no such flow, or its client is gone or has no place that people are sent to.
    #[error(transparent)]
    NoFlow(#[from] NoFlow),
    /// The provider does not vouch for anybody, or what it says is not believed.
    #[error("the provider vouches for nobody")]
    NotVouched,
    /// There is no account for them, or it lets nobody in.
    #[error(transparent)]
    NotEntered(#[from] NotEntered),
    /// They may not use this client.
    #[error(transparent)]
    NotLetIn(#[from] NotLetIn),
}

impl From<NotSignedIn> for NotLanded {
    fn from(why: NotSignedIn) -> Self {
        NotLetIn::from(why).into()
    }
}

/// Where a browser goes now, and the cookie that is taken away from it.
pub struct Landed {
    /// The client's place, with a code.
    pub location: String,
    /// Takes the flow's cookie away.
    pub cookie: Option<String>,
}

/// Brings a browser back to its client.
///
/// # Errors
/// [`NotLanded`]; the flow is over then, unless there was none.
pub async fn land(
    app: &App,
    config: &ProviderConfig,
    answer: Answer,
    headers: &HeaderMap,
    origin: &Origin,
) -> Result<Landed, Undone<NotLanded>> {
    let refused = |why: NotLanded| Undone::Refused(why);
    let state = Secret::presented(answer.state.unwrap_or_default());
    let taken = flow::take(app, config.provider, &state, headers, origin).await;
    let taken = taken.map_err(|undone| match undone {
        Undone::Refused(why) => refused(why.into()),
        Undone::Failed(failure) => Undone::Failed(failure),
    })?;
    let place = taken.client.redirect_url.clone();
    let place = place.ok_or_else(|| refused(NoFlow.into()))?;
    if answer.iss.is_some_and(|iss| !config.is_issuer(&iss)) {
        return Err(refused(NotLanded::NotVouched));
    }
    let provider_code = answer
        .code
        .filter(|code| answer.error.is_none() && code.len() <= MAX_CODE);
    let provider_code = provider_code.ok_or_else(|| refused(NotLanded::NotVouched))?;
    let code = recognised(app, config, &provider_code, answer.user.as_deref(), &taken, origin).await?;
    Ok(Landed {
        location: location(&place, &code, taken.client_state.as_deref()),
        cookie: taken.cookie,
    })
}

/// A code of ours for a provider's.
async fn recognised(
    app: &App,
    config: &ProviderConfig,
    provider_code: &str,
    user: Option<&str>,
    taken: &Taken,
    origin: &Origin,
) -> Result<Secret, Undone<NotLanded>> {
    let begun = Begun {
        verifier: &taken.verifier,
        nonce: &taken.nonce,
    };
    let exchanged = exchange::exchange(app, config, provider_code, begun).await;
    let (mut identity, tokens) = exchanged.map_err(|why: Distrust| {
        tracing::warn!(provider = config.provider.name(), %why, "a provider is not believed");
        Undone::Refused(NotLanded::NotVouched)
    })?;
    named(&mut identity, user);
    let keyring = app.keys.get().await?;
    let token = tokens.ends_with(config.provider);
    let upstream = Upstream::seal(&keyring, &app.random, config.provider, token)?;
    let code = Secret::generate_hex(&app.random);
    let keep = |commit: &mut Commit<Undone<NotLanded>>, known: &Known| {
        sign_in::judge(&taken.client, known).map_err(|why| Undone::Refused(why.into()))?;
        // An account that asks for a code besides: the client shows it in a second step, before it exchanges this code.
        let given = code::Given {
            code: &code,
            client: &taken.client,
            challenge: None,
            second_factor: false,
            upstream: Some(&upstream),
            origin,
        };
        given.keep(commit, app, &known.account)?;
        Ok(())
    };
    account::enter(app, &identity, origin, keep).await?;
    Ok(code)
}

/// A name that somebody told Apple's form.
#[derive(Deserialize)]
struct User {
    name: Name,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Name {
    #[serde(default)]
    first_name: String,
    #[serde(default)]
    last_name: String,
}

/// Takes the name over. It comes by way of the browser, so that it is what its owner says of themselves, and nothing else of
/// it counts.
fn named(identity: &mut Identity, user: Option<&str>) {
    let told = user.and_then(|user| serde_json::from_str::<User>(user).ok());
    let Some(User { name }) = told else { return };
    let told = super::identity::Told {
        given_name: Some(name.first_name),
        family_name: Some(name.last_name),
        ..Default::default()
    };
    let profile = told.profile();
    if profile != Profile::of_name("") {
        identity.profile = profile;
    }
}

/// The client's place, as it is kept, with what it is sent.
fn location(place: &RedirectUrl, code: &Secret, client_state: Option<&str>) -> String {
    let mut sent = form_urlencoded::Serializer::new(String::new());
    sent.append_pair("code", code.expose());
    if let Some(state) = client_state {
        sent.append_pair("state", state);
    }
    let place = place.as_str();
    let joint = match place.split_once('?') {
        None => "?",
        Some((_, "")) => "",
        Some(_) => "&",
    };
    format!("{place}{joint}{}", sent.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_added_to_what_stands_there() {
        let code = Secret::presented("c0de".into());
        for (place, wanted) in [
            ("https://app.example.com", "https://app.example.com?code=c0de"),
            ("https://app.example.com/in", "https://app.example.com/in?code=c0de"),
            ("https://app.example.com/in?", "https://app.example.com/in?code=c0de"),
            (
                "https://app.example.com/in?a=1",
                "https://app.example.com/in?a=1&code=c0de",
            ),
        ] {
            let place = RedirectUrl::parse(place).unwrap();
            assert_eq!(location(&place, &code, None), wanted);
        }
        let place = RedirectUrl::parse("https://app.example.com/in").unwrap();
        let with_state = location(&place, &code, Some("a&code=x #\r\n"));
        assert_eq!(
            with_state,
            "https://app.example.com/in?code=c0de&state=a%26code%3Dx+%23%0D%0A"
        );
    }
}
