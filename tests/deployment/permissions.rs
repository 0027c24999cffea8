//! Each function may do what it needs, and nothing else.

use std::collections::BTreeSet;

use rstest::rstest;
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
            let named = list(&statement["Action"]);
            assert!(statement["NotAction"].is_null(), "{name}");
            if named == [&json!("sns:Publish")] {
                // A telephone number is no resource of anybody: what is left when all topics are taken out.
                let topics = json!({ "Fn::Sub": "arn:${AWS::Partition}:sns:*:*:*" });
                assert_eq!(statement["NotResource"], topics);
                continue;
            }
            assert!(statement["NotResource"].is_null(), "{name}");
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

/// Beside the table's own rights, which are compared with what the operations do (`leading_keys.rs`).
#[test]
fn what_each_function_may_do_beside_the_table() {
    let stack = Stack::read();
    let log = ["logs:CreateLogStream", "logs:PutLogEvents"];
    let files = ["s3:DeleteObject", "s3:GetObject", "s3:ListBucket", "s3:PutObject"];
    let read = ["secretsmanager:GetSecretValue"];
    let make = ["secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"];
    let mail = ["ses:SendEmail", "ses:SendRawEmail", "sns:Publish", "sqs:SendMessage"];
    let turn = [
        "secretsmanager:GetSecretValue",
        "secretsmanager:PutSecretValue",
        "secretsmanager:UpdateSecretVersionStage",
    ];
    let wanted: [(&str, Vec<&str>); 24] = [
        ("BarongAdmin", [&log[..], &["s3:GetObject"], &read].concat()),
        ("BarongAuthz", [&log[..], &read].concat()),
        ("BarongIdentity", [&log[..], &make].concat()),
        (
            "BarongResource",
            [&log[..], &["s3:DeleteObject", "s3:GetObject", "s3:PutObject"], &read].concat(),
        ),
        // Whoever may be the first makes the keys; without a token, which they sign, nothing else comes to need them.
        ("EngineAuth", [&log[..], &files, &make].concat()),
        ("IdentityServerAccounts", [&log[..], &make].concat()),
        ("IdentityServerRoles", [&log[..], &read].concat()),
        ("IdentityServerPermissions", [&log[..], &read].concat()),
        ("ArcAuth", [&log[..], &make].concat()),
        ("ArcClients", [&log[..], &read].concat()),
        ("ArcOtp", [&log[..], &read].concat()),
        ("ArcSocial", [&log[..], &read].concat()),
        ("PlatformAuthorizer", [&log[..], &read].concat()),
        ("PlatformKeys", [&log[..], &make].concat()),
        ("EngineOrganizations", [&log[..], &files, &read].concat()),
        ("EngineRoles", [&log[..], &read].concat()),
        ("EnginePermissions", [&log[..], &read].concat()),
        ("EngineUsers", [&log[..], &read].concat()),
        ("EngineInvitations", [&log[..], &read].concat()),
        ("EngineSessions", [&log[..], &read].concat()),
        ("EnginePasskeys", [&log[..], &read].concat()),
        ("PlatformPages", log.to_vec()),
        ("PlatformMailer", [&log[..], &read, &mail].concat()),
        ("PlatformRotation", [&log[..], &turn].concat()),
    ];
    for (function, actions_wanted) in &wanted {
        let found = actions(&statements(&stack, &format!("{function}Role")));
        let found: Vec<_> = found
            .into_iter()
            .filter(|action| !action.starts_with("dynamodb:"))
            .collect();
        assert_eq!(&found, actions_wanted, "{function}");
    }
    assert_eq!(wanted.len(), stack.functions().len());
}

/// The table knows no scan, and nobody manages it.
#[test]
fn nobody_reads_the_whole_table() {
    let stack = Stack::read();
    for (name, function) in stack.functions() {
        let found = actions(&statements(&stack, role_of(function)));
        let known = [
            "BatchGetItem",
            "ConditionCheckItem",
            "DeleteItem",
            "GetItem",
            "PutItem",
            "Query",
            "UpdateItem",
        ];
        // Lambda asks for these before it connects a function to a stream.
        let of_stream = ["DescribeStream", "GetRecords", "GetShardIterator", "ListStreams"];
        for action in found.iter().filter_map(|action| action.strip_prefix("dynamodb:")) {
            let streams = name == "PlatformMailer" && of_stream.contains(&action);
            assert!(known.contains(&action) || streams, "{name}: {action}");
        }
    }
}

#[test]
fn the_mailer_touches_messages_and_nothing_else() {
    let stack = Stack::read();
    // On the table itself, not on its stream.
    let table = json!({ "Fn::GetAtt": ["Table", "Arn"] });
    let statements = statements(&stack, "PlatformMailerRole");
    let on_table: Vec<_> = statements
        .iter()
        .filter(|statement| list(&statement["Resource"]).contains(&&table))
        .collect();
    assert_eq!(on_table.len(), 1);
    let named = actions(&[on_table[0]]).into_iter().collect::<Vec<_>>();
    assert_eq!(named, ["dynamodb:GetItem", "dynamodb:UpdateItem"]);
    let keys = json!([format!("{}*", shared::notify::PREFIX)]);
    assert_eq!(
        on_table[0]["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"],
        keys
    );
}

/// API Gateway may ask the authorizer, for every API of this account and for nobody else's.
#[test]
fn the_authorizer_is_asked_by_authorizers_of_this_account() {
    let stack = Stack::read();
    let permissions = stack.resources("AWS::Lambda::Permission").into_iter();
    let asked: Vec<_> = permissions
        .filter(|(_, permission)| permission["Properties"]["Principal"] == "apigateway.amazonaws.com")
        .collect();
    let [(_, permission)] = asked[..] else {
        panic!("{asked:?}")
    };
    let arn = json!({ "Fn::GetAtt": ["PlatformAuthorizer", "Arn"] });
    let whose = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:*/authorizers/*";
    let wanted = json!({
        "FunctionName": arn, "Action": "lambda:InvokeFunction", "Principal": "apigateway.amazonaws.com",
        "SourceArn": { "Fn::Sub": whose },
    });
    assert_eq!(permission["Properties"], wanted);
    assert_eq!(stack.at("/Outputs/AuthorizerArn/Value"), &arn);
    assert!(
        stack
            .at("/Resources/PlatformAuthorizer/Properties")
            .get("Events")
            .is_none()
    );
}

/// A decision that is remembered would be another request's: see README.
#[test]
fn the_example_of_an_api_remembers_no_decision() {
    let stack = Stack::read_from("infra/gateways/api-gateway.yaml");
    let authorizer = stack.at("/Resources/Authorizer/Properties");
    let said = |name: &str| &authorizer[name];
    assert_eq!(said("AuthorizerResultTtlInSeconds"), &json!(0));
    assert_eq!(said("AuthorizerPayloadFormatVersion"), &json!("2.0"));
    assert_eq!(said("EnableSimpleResponses"), &json!(true));
    assert_eq!(said("AuthorizerType"), &json!("REQUEST"));
    assert!(authorizer.get("IdentitySource").is_none());
    let route = stack.at("/Resources/Everything/Properties");
    assert_eq!(
        (&route["RouteKey"], &route["AuthorizationType"], &route["AuthorizerId"]),
        (
            &json!("ANY /{proxy+}"),
            &json!("CUSTOM"),
            &json!({ "Ref": "Authorizer" })
        )
    );
    assert_eq!(stack.at("/Resources/Stage/Properties/StageName"), "$default");
}

#[test]
fn every_function_writes_a_log_of_its_own() {
    let stack = Stack::read();
    let mut logs = BTreeSet::new();
    for (name, function) in stack.functions() {
        let group = function["Properties"]["LoggingConfig"]["LogGroup"]["Ref"]
            .as_str()
            .unwrap();
        assert!(logs.insert(group), "{name}");
        assert_eq!(stack.at(&format!("/Resources/{group}/Type")), "AWS::Logs::LogGroup");
        let statements = statements(&stack, role_of(function));
        let writing = statements
            .iter()
            .filter(|statement| actions(&[statement]).contains("logs:PutLogEvents"));
        let resources: Vec<_> = writing.map(|statement| &statement["Resource"]).collect();
        assert_eq!(resources, [&json!({ "Fn::GetAtt": [group, "Arn"] })], "{name}");
    }
}

/// For S3 a file that is not there is forbidden to those who may not list: get_avatar would answer 500 instead of 404.
#[rstest]
#[case("EngineAuthRole", "avatar")]
#[case("EngineOrganizationsRole", "org-logo")]
fn an_absent_file_is_absent_and_not_forbidden(#[case] role: &str, #[case] folder: &str) {
    let stack = Stack::read();
    let statements = statements(&stack, role);
    let listing: Vec<_> = statements
        .iter()
        .filter(|statement| actions(&[statement]).contains("s3:ListBucket"))
        .collect();
    assert_eq!(listing.len(), 1);
    assert_eq!(actions(&[listing[0]]).len(), 1);
    assert_eq!(listing[0]["Resource"], json!({ "Fn::GetAtt": ["Files", "Arn"] }));
    assert_eq!(
        listing[0]["Condition"],
        json!({ "StringLike": { "s3:prefix": format!("{folder}/*") } })
    );
    let objects: Vec<_> = statements
        .iter()
        .filter(|statement| actions(&[statement]).contains("s3:GetObject"))
        .collect();
    assert_eq!(objects.len(), 1);
    assert_eq!(
        objects[0]["Resource"],
        json!({ "Fn::Sub": format!("${{Files.Arn}}/{folder}/*") })
    );
}
