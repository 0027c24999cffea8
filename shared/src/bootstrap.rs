//! The first inhabitants of an empty table: the home organization, its system roles, and one who has them.

mod furnish;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};

use crate::App;
use crate::access::Role;
use crate::access::role_number::ROLE_NUMBERS;
use crate::accounts::customer::address;
use crate::accounts::directory::enlisting::{self, Complete};
use crate::accounts::profile::Profile;
use crate::accounts::sign_up::{self, NoAccount};
use crate::accounts::user::{SUPERADMIN, State};
use crate::act::{Failure, Undone};
use crate::credentials::password::{Password, TooLong, WeakPassword};
use crate::ids::{OrgId, RoleId};
use crate::organizations::organization::Details;
use crate::organizations::{Organization, founding};
use crate::store::Commit;
use crate::store::record::read_optional;

/// What was found or made.
#[derive(Debug)]
pub enum Bootstrap {
    /// The table has inhabitants.
    Inhabited,
    /// The first administrator was made; the password is here when it was made up.
    Made {
        /// The made-up password, to be shown once.
        made_up_password: Option<SecretString>,
    },
}

/// Why the first administrator was not made.
#[derive(Debug, thiserror::Error)]
pub enum BootstrapError {
    /// The configured password cannot be used.
    #[error("BOOTSTRAP_ADMIN_PASSWORD: {0}")]
    Password(String),
    /// Somebody signed up with the administrator's address before there was an administrator.
    #[error("BOOTSTRAP_ADMIN_EMAIL belongs to an account already; choose another address")]
    EmailTaken,
    /// Anything else.
    #[error(transparent)]
    Other(Failure),
}

impl From<TooLong> for BootstrapError {
    fn from(error: TooLong) -> Self {
        Self::Password(error.to_string())
    }
}

/// Makes the first inhabitants unless the home organization exists; one of an older table gets what it lacks. One commit, so that of two servers that start at the
/// same time one makes them.
///
/// # Errors
/// [`BootstrapError`].
pub async fn bootstrap(app: &App) -> Result<Bootstrap, BootstrapError> {
    let failed = |error: crate::store::StoreError| BootstrapError::Other(error.into());
    let keys = [Organization::key_of(OrgId::HOME), Complete::key_of()];
    let [home, lists] = app.store.get(keys).await.map_err(failed)?;
    if let Some(home) = read_optional::<Organization>(home).map_err(failed)? {
        if home.identity_admins == 0 {
            furnish::furnish(app).await?;
        }
        if lists.is_none() {
            enlisting::enlist_all(app).await.map_err(failed)?;
        }
        return Ok(Bootstrap::Inhabited);
    }
    let admin = &app.config.bootstrap_admin;
    let made_up = match admin.password {
        Some(_) => None,
        None => Some(SecretString::from(URL_SAFE_NO_PAD.encode(app.random.bytes::<15>()))),
    };
    let text = admin
        .password
        .as_ref()
        .or(made_up.as_ref())
        .map(|text| text.expose_secret().to_owned());
    let password = Password::present(text.unwrap_or_default())?;
    match app.password_policy.check(&password, &[]) {
        // Whoever runs the server may choose what others may not, but is told.
        Err(weak @ WeakPassword::Common) => tracing::warn!("BOOTSTRAP_ADMIN_PASSWORD: {weak}"),
        checked => checked.map_err(|error| BootstrapError::Password(error.to_string()))?,
    }
    let hash = app.passwords.hash(&password, app.random.bytes()).await;
    let hash = hash.map_err(|error| BootstrapError::Other(error.into()))?;

    let now = app.clock.now();
    let profile = Profile {
        first_name: "Super".into(),
        last_name: "Admin".into(),
        timezone: "UTC".into(),
        ..Profile::default()
    };
    let mut user = sign_up::draft(app, &admin.email, profile, State::Active);
    user.member_of = 1;
    user.role = SUPERADMIN.to_owned();
    let mut role = Role::system(RoleId::generate(&app.clock, &app.random), OrgId::HOME, now);
    let mut identity_admin = Role::identity_admin(now);
    let numbers = ROLE_NUMBERS.next(None).map_err(failed)?;
    (role.number, identity_admin.number) = (Some(numbers.number()), Some(numbers.number() + 1));
    let name = app.config.service_name.clone();
    let home = Organization::founded(OrgId::HOME, name, Details::default(), now);
    let mut commit = Commit::<Undone<NoAccount>>::new();
    founding::found(&mut commit, home, role, vec![identity_admin], &user);
    numbers.take_many(&mut commit, 2);
    address::confirm_new(&mut commit, app, &mut user);
    sign_up::create(&mut commit, app, &user, hash);
    commit.create(&Complete { since: now });
    match app.store.commit(commit).await {
        Ok(()) => Ok(Bootstrap::Made {
            made_up_password: made_up,
        }),
        Err(Undone::Refused(NoAccount::EmailTaken)) => match app.store.get([Organization::key_of(OrgId::HOME)]).await {
            Ok([Some(_)]) => Ok(Bootstrap::Inhabited),
            _ => Err(BootstrapError::EmailTaken),
        },
        Err(error) if crate::store::AsConflict::is_conflict(&error) => Ok(Bootstrap::Inhabited),
        Err(Undone::Refused(refusal)) => Err(BootstrapError::Password(refusal.to_string())),
        Err(Undone::Failed(failure)) => Err(BootstrapError::Other(failure)),
    }
}
