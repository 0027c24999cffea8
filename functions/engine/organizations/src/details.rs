//! An organization as its members see it.

use jiff::Timestamp;
use serde::Serialize;
use shared::access::{Question, Role, Scope, Standing};
use shared::accounts::User;
use shared::ids::{OrgId, UserId};
use shared::organizations::Membership;
use shared::organizations::directory::Portrait;
use shared::organizations::organization::Details;
use shared::surfaces::engine::{ReadUsers, Requirement};
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
pub struct OrganizationDetails {
    /// 26 characters (ULID).
    #[schema(value_type = String)]
    id: OrgId,
    name: String,
    address: String,
    city: String,
    postal_code: String,
    state: String,
    country: String,
    latitude: f64,
    longitude: f64,
    logo_url: String,
    tax_id: String,
    contact_email: String,
    contact_number: String,
    website_url: String,
    company_description: String,
    /// The 100 members whose accounts are the newest; `GET /api/v1/users` lists all.
    users: Vec<Member>,
    /// RFC 3339, UTC.
    created_at: String,
    /// RFC 3339, UTC.
    updated_at: String,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = OrganizationMember)]
struct Member {
    /// 26 characters (ULID).
    #[schema(value_type = String)]
    id: UserId,
    /// Empty for those who may not see users.
    username: String,
    roles: Vec<MemberRole>,
    profile: MemberProfile,
    is_social_account: bool,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct MemberRole {
    name: String,
    description: String,
    is_system_role: bool,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct MemberProfile {
    first_name: String,
    last_name: String,
    /// Empty for those who may not see users.
    phone: String,
    /// Empty for those who may not see users.
    email: String,
    /// `/avatar/<file>`.
    avatar: Option<String>,
}

impl OrganizationDetails {
    /// What the member with this standing sees. Addresses and telephone numbers of others are for those who may see users.
    pub fn seen_by(standing: &Standing, portrait: Portrait) -> Self {
        let may_see = standing.answer(&Question::of(ReadUsers::PERMISSION));
        let sees = |user: &User| match may_see {
            Some(scope) if scope != Scope::Own => true,
            _ => user.id == standing.membership.user_id,
        };
        let roles = portrait.roles;
        let members = portrait.members.into_iter().map(|(membership, user)| {
            let contact = sees(&user);
            Member::new(&membership, user, &roles, contact)
        });
        let users = members.collect();
        let organization = portrait.organization;
        let time = |time: Timestamp| format!("{time:.3}");
        let Details {
            address,
            city,
            postal_code,
            state,
            country,
            latitude,
            longitude,
            logo_url,
            tax_id,
            contact_email,
            contact_number,
            website_url,
            company_description,
        } = organization.details;
        Self {
            id: organization.id,
            name: organization.name,
            address,
            city,
            postal_code,
            state,
            country,
            latitude,
            longitude,
            logo_url,
            tax_id,
            contact_email,
            contact_number,
            website_url,
            company_description,
            users,
            created_at: time(organization.created_at),
            updated_at: time(organization.updated_at),
        }
    }
}

impl Member {
    fn new(membership: &Membership, user: User, roles: &[Role], contact: bool) -> Self {
        let held = membership
            .role_ids
            .iter()
            .filter_map(|id| roles.iter().find(|role| role.id == *id));
        let shown = |text: &str| if contact { text.to_owned() } else { String::new() };
        Self {
            id: user.id,
            username: shown(user.email.typed()),
            roles: held
                .map(|role| MemberRole {
                    name: role.name.clone(),
                    description: role.description.clone(),
                    is_system_role: role.is_system,
                })
                .collect(),
            profile: MemberProfile {
                phone: shown(&user.profile.phone),
                email: shown(user.email.typed()),
                first_name: user.profile.first_name,
                last_name: user.profile.last_name,
                avatar: user.profile.avatar.map(|avatar| avatar.path()),
            },
            is_social_account: user.is_social,
        }
    }
}
