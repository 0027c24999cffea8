//! Each function may do what it needs, and nothing else.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::stack::{Stack, list};

/// The statements of a role.
fn statements<'a>(stack: &'a Stack, role: &str) -> Vec<&'a Value> {
    let role = stack.at(&format!("/Resources/{role}/Properties"));
    // A managed policy is somebody else's list of actions, and grows.
    assert!(role["ManagedPolicyArns"].is_null());
    let policies = role["Policies"].as_array().unwrap();
    policies
        .iter()
        .flat_map(|policy| list(&policy["PolicyDocument"]["Statement"]))
        .collect()
}

/// The role of a function.
fn role_of(function: &Value) -> &str {
    assert!(function["Properties"]["Policies"].is_null());
    let role = &function["Properties"]["Role"]["Fn::GetAtt"];
    assert_eq!(role[1], "Arn");
    role[0].as_str().unwrap()
}

fn actions<'a>(statements: &[&'a Value]) -> BTreeSet<&'a str> {
    let actions = statements.iter().flat_map(|statement| list(&statement["Action"]));
    actions.map(|action| action.as_str().unwrap()).collect()
}

#[test]
fn every_function_has_a_role_of_its_own() {
    let stack = Stack::read();
    let roles: BTreeSet<&str> = stack
        .functions()
        .iter()
        .map(|(_, function)| role_of(function))
        .collect();
    assert_eq!(roles.len(), stack.functions().len());
    let made: BTreeSet<&str> = stack
        .resources("AWS::IAM::Role")
        .iter()
        .map(|(name, _)| *name)
        .collect();
    assert_eq!(roles, made, "a role that no function has is a way in");
    for role in roles {
        let trust = stack.at(&format!(
            "/Resources/{role}/Properties/AssumeRolePolicyDocument/Statement"
        ));
        let wanted = json!([{
            "Effect": "Allow", "Principal": { "Service": "lambda.amazonaws.com" }, "Action": "sts:AssumeRole",
        }]);
        assert_eq!(trust, &wanted, "{role}");
    }
}

#[test]
fn no_role_has_a_wildcard_for_an_action_or_for_everything() {
    let stack = Stack::read();
    for (name, function) in stack.functions() {
        let statements = statements(&stack, role_of(function));
        assert!(!statements.is_empty());
        for statement in statements {
            assert_eq!(statement["Effect"], "Allow");
            assert!(
                statement["NotAction"].is_null() && statement["NotResource"].is_null(),
                "{name}"
            );
            let named = list(&statement["Action"]);
            assert!(!named.is_empty());
            for action in named {
                assert!(!action.as_str().unwrap().contains('*'), "{name}: {action}");
            }
            let resources = list(&statement["Resource"]);
            assert!(!resources.is_empty());
            for resource in resources {
                // What is not a literal names a resource of this stack.
                let literal = resource.as_str().is_some();
                let sub = resource["Fn::Sub"].as_str().is_some_and(|text| !text.contains("${"));
                assert!(!literal && !sub, "{name}: {resource}");
            }
        }
    }
}

/// The table knows no scan, and who may not read tables may not read them by accident.
#[test]
fn what_each_function_may_do() {
    let stack = Stack::read();
    let actions_of = |role| actions(&statements(&stack, role)).into_iter().collect::<Vec<_>>();
    let log = ["logs:CreateLogStream", "logs:PutLogEvents"];

    let engine = actions_of("EngineAuthRole");
    // What get, query and commit are made of: a transaction asks for the actions that it is made of.
    for action in [
        "BatchGetItem",
        "ConditionCheckItem",
        "DeleteItem",
        "GetItem",
        "PutItem",
        "Query",
        "UpdateItem",
    ] {
        assert!(engine.contains(&format!("dynamodb:{action}").as_str()), "{action}");
    }
    assert!(!engine.iter().any(|action| action.ends_with("Scan")));

    let keys = ["secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"];
    assert_eq!(actions_of("PlatformKeysRole"), [&log[..], &keys].concat());

    let mailer = actions_of("PlatformMailerRole");
    for action in [
        "dynamodb:Query",
        "dynamodb:Scan",
        "dynamodb:DeleteItem",
        "secretsmanager:PutSecretValue",
    ] {
        assert!(!mailer.contains(&action), "{action}");
    }
    // On the table itself, not on its stream.
    let table = json!({ "Fn::GetAtt": ["Table", "Arn"] });
    let statements = statements(&stack, "PlatformMailerRole");
    let on_table: Vec<_> = statements
        .iter()
        .filter(|statement| list(&statement["Resource"]).contains(&&table))
        .collect();
    assert_eq!(on_table.len(), 1);
    let keys = json!([format!("{}*", shared::notify::PREFIX)]);
    assert_eq!(
        on_table[0]["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"],
        keys
    );
}

/// For S3 a file that is not there is forbidden to those who may not list: get_avatar would answer 500 instead of 404.
#[test]
fn an_absent_file_is_absent_and_not_forbidden() {
    let stack = Stack::read();
    let statements = statements(&stack, "EngineAuthRole");
    let listing: Vec<_> = statements
        .iter()
        .filter(|statement| actions(&[statement]).contains("s3:ListBucket"))
        .collect();
    assert_eq!(listing.len(), 1);
    assert_eq!(actions(&[listing[0]]).len(), 1);
    assert_eq!(listing[0]["Resource"], json!({ "Fn::GetAtt": ["Files", "Arn"] }));
    assert_eq!(
        listing[0]["Condition"],
        json!({ "StringLike": { "s3:prefix": "avatar/*" } })
    );
    let objects: Vec<_> = statements
        .iter()
        .filter(|statement| actions(&[statement]).contains("s3:GetObject"))
        .collect();
    assert_eq!(objects.len(), 1);
    assert_eq!(objects[0]["Resource"], json!({ "Fn::Sub": "${Files.Arn}/avatar/*" }));
}
