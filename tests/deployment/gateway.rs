//! What API Gateway is to the functions: the template's routes, which of them takes a request, and what stands behind it.

use axum::Router;
use shared::App;
use shared::surfaces::{arc, barong, engine, identity_server};

use super::stack::Stack;

/// A route of the template.
#[derive(Debug, Clone)]
pub struct Route {
    pub function: String,
    pub method: String,
    pub path: String,
}

impl Route {
    pub fn all(stack: &Stack) -> Vec<Self> {
        let mut routes = Vec::new();
        for (name, function) in stack.functions() {
            // Somebody else than API Gateway calls a function without events.
            let events = function["Properties"]["Events"].as_object().into_iter().flatten();
            for (_, event) in events.filter(|(_, event)| event["Type"] == "HttpApi") {
                let text = |member: &str| event["Properties"][member].as_str().unwrap().to_owned();
                routes.push(Self {
                    function: name.to_owned(),
                    method: text("Method"),
                    path: text("Path"),
                });
            }
        }
        routes
    }

    /// Whether it is there for what its function refuses, not for an operation. One operation is called with any method.
    pub fn is_fallback(&self) -> bool {
        self.method == "ANY" && self.path != "/api/v2/auth/{path+}"
    }

    fn is_greedy(&self) -> bool {
        self.path.ends_with("+}")
    }

    /// Whether this route takes the request at all.
    fn takes(&self, method: &str, path: &str) -> bool {
        let (mut pattern, mut given) = (self.path.split('/'), path.split('/'));
        let matches = loop {
            match (pattern.next(), given.next()) {
                (None, None) => break true,
                (Some(variable), Some(_)) if variable.ends_with("+}") => break true,
                (Some(variable), Some(segment)) if variable.starts_with('{') && !segment.is_empty() => {}
                (Some(literal), Some(segment)) if literal == segment => {}
                _ => break false,
            }
        };
        matches && (self.method == "ANY" || self.method == method)
    }

    /// As API Gateway ranks routes that take a request: a full match before a greedy one; among these the one with
    /// more of the path written out; then a method before ANY.
    fn rank(&self) -> (bool, usize, bool) {
        let literals = self.path.split('/').filter(|segment| !segment.starts_with('{')).count();
        (!self.is_greedy(), literals, self.method != "ANY")
    }
}

/// The route that takes a request.
pub fn select<'a>(routes: impl IntoIterator<Item = &'a Route>, method: &str, path: &str) -> Option<&'a Route> {
    let taking = routes.into_iter().filter(|route| route.takes(method, path));
    taking.max_by_key(|route| route.rank())
}

/// A function that answers HTTP, and its routes as its program serves them.
pub struct Group {
    pub function: &'static str,
    pub binary: &'static str,
    /// Without an answer to unknown paths.
    routes: fn(App) -> Router,
    /// Its part of the surface's API document, for a function of a surface.
    pub document: Option<fn() -> String>,
    /// Adds the surface's answer to unknown paths, for a function of a surface.
    otherwise: Option<fn(Router) -> Router>,
}

macro_rules! engine {
    ($function:literal, $binary:literal, $group:ident) => {
        Group {
            function: $function,
            binary: $binary,
            routes: $group::routes,
            document: Some(|| $group::document().to_json().unwrap()),
            otherwise: Some(|routes| routes.fallback(engine::not_found)),
        }
    };
}

macro_rules! identity_server {
    ($function:literal, $binary:literal, $group:ident) => {
        Group {
            otherwise: Some(|routes| routes.fallback(identity_server::not_found)),
            ..engine!($function, $binary, $group)
        }
    };
}

macro_rules! arc {
    ($function:literal, $binary:literal, $group:ident) => {
        Group {
            otherwise: Some(|routes| routes.fallback(arc::not_found)),
            ..engine!($function, $binary, $group)
        }
    };
}

macro_rules! barong {
    ($function:literal, $binary:literal, $group:ident) => {
        Group {
            otherwise: Some(|routes| routes.fallback(barong::not_found)),
            ..engine!($function, $binary, $group)
        }
    };
}

pub const GROUPS: [Group; 21] = [
    barong!("BarongAdmin", "barong-admin", barong_admin),
    barong!("BarongAuthz", "barong-authz", barong_authz),
    barong!("BarongIdentity", "barong-identity", barong_identity),
    barong!("BarongResource", "barong-resource", barong_resource),
    engine!("EngineAuth", "engine-auth", engine_auth),
    engine!("EngineOrganizations", "engine-organizations", engine_organizations),
    engine!("EngineRoles", "engine-roles", engine_roles),
    engine!("EnginePermissions", "engine-permissions", engine_permissions),
    engine!("EngineUsers", "engine-users", engine_users),
    engine!("EngineInvitations", "engine-invitations", engine_invitations),
    engine!("EngineSessions", "engine-sessions", engine_sessions),
    engine!("EnginePasskeys", "engine-passkeys", engine_passkeys),
    identity_server!(
        "IdentityServerAccounts",
        "identity-server-accounts",
        identity_server_accounts
    ),
    identity_server!("IdentityServerRoles", "identity-server-roles", identity_server_roles),
    identity_server!(
        "IdentityServerPermissions",
        "identity-server-permissions",
        identity_server_permissions
    ),
    arc!("ArcAuth", "arc-auth", arc_auth),
    arc!("ArcClients", "arc-clients", arc_clients),
    arc!("ArcOtp", "arc-otp", arc_otp),
    arc!("ArcSocial", "arc-social", arc_social),
    Group {
        function: "PlatformKeys",
        binary: "platform-keys",
        routes: platform_keys::routes,
        document: None,
        otherwise: None,
    },
    Group {
        function: "PlatformPages",
        binary: "platform-pages",
        routes: platform_pages::routes,
        document: None,
        otherwise: None,
    },
];

impl Group {
    #[track_caller]
    pub fn named(function: &str) -> &'static Self {
        let group = GROUPS.iter().find(|group| group.function == function);
        group.unwrap_or_else(|| panic!("{function} is not known to this test"))
    }

    /// Its routes and nothing else.
    pub fn bare(&self, app: &App) -> Router {
        (self.routes)(app.clone())
    }

    /// Its routes as its program serves them.
    pub fn whole(&self, app: &App) -> Router {
        let routes = self.bare(app);
        match self.otherwise {
            Some(otherwise) => otherwise(routes),
            None => routes,
        }
    }
}
