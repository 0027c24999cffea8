//! Id tokens (OpenID Connect Core 1.0 §3.1.3.7): what a provider signed about somebody, for us, just now. The token chooses
//! nothing but which of that provider's keys signed it; the key says by which algorithm.

use std::collections::HashSet;

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;
use subtle::ConstantTimeEq as _;
use url::Url;

use super::identity::Told;
use super::{Distrust, ProviderConfig};
use crate::App;

/// Bytes of a token at most.
const MAX_BYTES: usize = 16 * 1024;

/// Seconds that a provider's clock may be ahead of ours.
const LEEWAY: i64 = 60;

/// What an id token says.
#[derive(Debug, Clone, Deserialize)]
struct Claims {
    iss: String,
    aud: Audience,
    exp: i64,
    iat: i64,
    #[serde(default)]
    nbf: Option<i64>,
    #[serde(default)]
    azp: Option<String>,
    #[serde(default)]
    nonce: Option<String>,
    #[serde(flatten)]
    told: Told,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Audience {
    /// Whether it is us, and where there are others, whether it was us who asked.
    fn is(&self, client_id: &str, azp: Option<&str>) -> bool {
        let (names, others) = match self {
            Self::One(one) => (one == client_id, false),
            Self::Several(all) => (all.iter().any(|one| one == client_id), all.len() > 1),
        };
        names && azp.map_or(!others, |azp| azp == client_id)
    }
}

/// What must stand in a token that was asked for.
#[derive(Debug, Clone, Copy)]
pub enum Nonce<'a> {
    /// This, which nobody else has asked with.
    Is(&'a str),
    /// Whatever: a program asked for the token and presents it here.
    Whatever,
}

/// What a provider says of somebody in this token.
///
/// # Errors
/// [`Distrust`] for whatever is wrong with it, and when the provider does not show its keys.
pub async fn check(
    app: &App,
    config: &ProviderConfig,
    jwks: &Url,
    token: &str,
    nonce: Nonce<'_>,
) -> Result<Told, Distrust> {
    if token.len() > MAX_BYTES {
        return Err(Distrust::IdToken("it is too long"));
    }
    let header = decode_header(token).map_err(|_| Distrust::IdToken("it is no signed token"))?;
    if header.crit.is_some() {
        return Err(Distrust::IdToken("it asks for what we do not know"));
    }
    let kid = header.kid.as_deref();
    let kid = kid.ok_or(Distrust::IdToken("it does not say which key signed it"))?;
    let federation = &app.federation;
    let key = federation.keys.key(&federation.web, config.provider, jwks, kid).await?;
    let claims = signed(token, &key)?;
    judge(config, &claims, nonce, app.clock.now().as_second())?;
    Ok(claims.told)
}

/// What the token says, if this key signed it.
fn signed(token: &str, key: &Jwk) -> Result<Claims, Distrust> {
    let refused = |_| Distrust::IdToken("its signature or its form is wrong");
    let algorithm = algorithm(key).ok_or(Distrust::IdToken("its key is of no kind that is used here"))?;
    let mut validation = Validation::new(algorithm);
    validation.required_spec_claims = HashSet::new();
    // All of these are compared in `judge`, with our clock.
    validation.validate_aud = false;
    validation.validate_exp = false;
    let decoding = DecodingKey::from_jwk(key).map_err(refused)?;
    Ok(decode::<Claims>(token, &decoding, &validation).map_err(refused)?.claims)
}

/// The one algorithm of a key.
fn algorithm(key: &Jwk) -> Option<Algorithm> {
    match (&key.algorithm, key.common.key_algorithm) {
        (AlgorithmParameters::RSA(_), None | Some(KeyAlgorithm::RS256)) => Some(Algorithm::RS256),
        (AlgorithmParameters::RSA(_), Some(KeyAlgorithm::RS384)) => Some(Algorithm::RS384),
        (AlgorithmParameters::RSA(_), Some(KeyAlgorithm::RS512)) => Some(Algorithm::RS512),
        (AlgorithmParameters::RSA(_), Some(KeyAlgorithm::PS256)) => Some(Algorithm::PS256),
        (AlgorithmParameters::EllipticCurve(curve), None | Some(KeyAlgorithm::ES256)) => {
            (curve.curve == EllipticCurve::P256).then_some(Algorithm::ES256)
        }
        _ => None,
    }
}

fn judge(config: &ProviderConfig, claims: &Claims, nonce: Nonce<'_>, now: i64) -> Result<(), Distrust> {
    let refused = |why| Err(Distrust::IdToken(why));
    if !config.is_issuer(&claims.iss) {
        return refused("another issuer made it");
    }
    if !claims.aud.is(&config.client_id, claims.azp.as_deref()) {
        return refused("it is for somebody else");
    }
    if now >= claims.exp {
        return refused("it has ended");
    }
    if claims.iat > now + LEEWAY || claims.nbf.is_some_and(|nbf| nbf > now + LEEWAY) {
        return refused("it has not begun");
    }
    match (nonce, &claims.nonce) {
        (Nonce::Whatever, _) => Ok(()),
        (Nonce::Is(wanted), Some(given)) if given.as_bytes().ct_eq(wanted.as_bytes()).into() => Ok(()),
        (Nonce::Is(_), _) => refused("it was not asked for by this browser"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn whom_a_token_is_for() {
        let is = |aud: serde_json::Value, azp: Option<&str>| {
            let audience: Audience = serde_json::from_value(aud).unwrap();
            audience.is("us", azp)
        };
        assert!(is(json!("us"), None) && is(json!("us"), Some("us")) && is(json!(["us"]), None));
        assert!(is(json!(["us", "them"]), Some("us")));
        for (aud, azp) in [
            (json!("them"), None),
            (json!("us"), Some("them")),
            (json!(["us", "them"]), None),
            (json!(["us", "them"]), Some("them")),
            (json!(["them"]), Some("us")),
            (json!([]), Some("us")),
            (json!(""), None),
        ] {
            assert!(!is(aud.clone(), azp), "{aud} {azp:?}");
        }
    }

    #[test]
    fn a_key_has_one_algorithm_and_none_that_is_shared() {
        let of = |value: serde_json::Value| algorithm(&serde_json::from_value(value).unwrap());
        let rsa = |alg: &str| of(json!({ "kty": "RSA", "n": "AQAB", "e": "AQAB", "alg": alg }));
        assert_eq!(
            of(json!({ "kty": "RSA", "n": "AQAB", "e": "AQAB" })),
            Some(Algorithm::RS256)
        );
        assert_eq!(
            (rsa("RS256"), rsa("RS512")),
            (Some(Algorithm::RS256), Some(Algorithm::RS512))
        );
        assert_eq!((rsa("RSA-OAEP"), rsa("HS256"), rsa("ES256")), (None, None, None));
        assert_eq!(of(json!({ "kty": "oct", "k": "AQAB", "alg": "HS256" })), None);
        let ec = |crv: &str| of(json!({ "kty": "EC", "crv": crv, "x": "AQAB", "y": "AQAB" }));
        assert_eq!((ec("P-256"), ec("P-384")), (Some(Algorithm::ES256), None));
    }
}
