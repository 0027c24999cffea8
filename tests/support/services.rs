//! Services beside this process. Where one is not there, its tests are skipped; `REQUIRE_SERVICES=1` makes that a failure.

/// The endpoint in the environment variable `name`, or `None` when its tests are to be skipped.
pub fn endpoint(name: &str) -> Option<String> {
    let endpoint = std::env::var(name).ok().filter(|endpoint| !endpoint.is_empty());
    if endpoint.is_none() {
        let required = std::env::var("REQUIRE_SERVICES").is_ok_and(|value| value == "1");
        assert!(!required, "REQUIRE_SERVICES=1, but {name} is not set");
        eprintln!("skipped: {name} is not set");
    }
    endpoint
}

/// DynamoDB Local.
pub fn dynamodb() -> Option<String> {
    endpoint("DYNAMODB_ENDPOINT")
}

/// An emulator of SES, S3 and Secrets Manager.
pub fn aws() -> Option<String> {
    endpoint("AWS_EMULATOR_ENDPOINT")
}

/// Whether a program is on this machine.
pub fn command(name: &str) -> bool {
    let found = std::process::Command::new(name).arg("--version").output().is_ok();
    if !found {
        let required = std::env::var("REQUIRE_SERVICES").is_ok_and(|value| value == "1");
        assert!(!required, "REQUIRE_SERVICES=1, but there is no {name}");
        eprintln!("skipped: there is no {name}");
    }
    found
}
