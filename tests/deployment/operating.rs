//! What whoever runs the stack relies on: limits, alarms, retention, descriptions. Whatever stands in the template is looked
//! at, so that a new function is as well.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use shared::surfaces::Surface;

use super::gateway::Route;
use super::operations::OPERATIONS;
use super::stack::{Stack, list};

fn alarms(stack: &Stack) -> Vec<(&str, &Value)> {
    let alarms = stack.resources("AWS::CloudWatch::Alarm").into_iter();
    alarms.map(|(name, alarm)| (name, &alarm["Properties"])).collect()
}

/// The metrics that an alarm looks at: namespace, name, and what they are of.
fn watched(alarm: &Value) -> Vec<(String, String, Value)> {
    let metric = |metric: &Value| {
        let text = |member: &str| metric[member].as_str().unwrap().to_owned();
        let dimensions = metric["Dimensions"].as_array().unwrap();
        assert_eq!(dimensions.len(), 1, "{metric}");
        (text("Namespace"), text("MetricName"), dimensions[0]["Value"].clone())
    };
    match alarm["Metrics"].as_array() {
        None => vec![metric(alarm)],
        Some(metrics) => {
            let stats = metrics
                .iter()
                .filter_map(|entry| entry["MetricStat"]["Metric"].as_object());
            stats.map(|found| metric(&Value::Object(found.clone()))).collect()
        }
    }
}

/// How often something is watched.
fn count(stack: &Stack, namespace: &str, name: &str, of: &Value) -> usize {
    let all = alarms(stack).into_iter().flat_map(|(_, alarm)| watched(alarm));
    all.filter(|(n, m, o)| n == namespace && m == name && o == of).count()
}

#[test]
fn every_function_is_watched_once() {
    let stack = Stack::read();
    for (name, _) in stack.functions() {
        for metric in ["Errors", "Throttles"] {
            let alarms = count(&stack, "AWS/Lambda", metric, &json!({ "Ref": name }));
            assert_eq!(alarms, 1, "alarms for {metric} of {name}");
        }
    }
    for (name, alarm) in alarms(&stack) {
        for (namespace, _, of) in watched(alarm) {
            let known = stack
                .functions()
                .iter()
                .any(|(function, _)| of == json!({ "Ref": function }));
            assert_eq!(known, namespace == "AWS/Lambda", "{name}");
        }
    }
}

#[test]
fn the_api_the_table_and_the_mail_are_watched() {
    let stack = Stack::read();
    let (api, table) = (json!({ "Ref": "Api" }), json!({ "Ref": "Table" }));
    let queue = json!({ "Fn::GetAtt": ["MailDeadLetters", "QueueName"] });
    let mailer = json!({ "Ref": "PlatformMailer" });
    for (namespace, metric, of) in [
        ("AWS/ApiGateway", "5xx", &api),
        ("AWS/ApiGateway", "Latency", &api),
        ("AWS/DynamoDB", "ReadThrottleEvents", &table),
        ("AWS/DynamoDB", "WriteThrottleEvents", &table),
        ("AWS/Lambda", "IteratorAge", &mailer),
        ("AWS/SQS", "ApproximateNumberOfMessagesVisible", &queue),
    ] {
        assert_eq!(count(&stack, namespace, metric, of), 1, "{metric}");
    }
}

/// An alarm says what happened, tells the topic, is made when there is one, and keeps quiet where nothing happens.
#[test]
fn every_alarm_tells_somebody_what_happened() {
    let stack = Stack::read();
    for (name, alarm) in stack.resources("AWS::CloudWatch::Alarm") {
        assert_eq!(alarm["Condition"], "HasAlarms", "{name}");
        let alarm = &alarm["Properties"];
        for actions in ["AlarmActions", "OKActions"] {
            assert_eq!(alarm[actions], json!([{ "Ref": "AlarmTopicArn" }]), "{name}");
        }
        assert!(alarm["AlarmDescription"].as_str().unwrap().ends_with('.'), "{name}");
        assert_eq!(alarm["TreatMissingData"], "notBreaching", "{name}");
        let metrics = alarm["Metrics"].as_array();
        // CloudWatch takes no more in one alarm.
        assert!(metrics.is_none_or(|metrics| metrics.len() <= 10), "{name}");
        let returned = metrics.map(|metrics| metrics.iter().filter(|metric| metric["ReturnData"] != false).count());
        assert!(returned.is_none_or(|returned| returned == 1), "{name}");
    }
    let none = json!([{ "Fn::Equals": [{ "Ref": "AlarmTopicArn" }, ""] }]);
    assert_eq!(stack.at("/Conditions/HasAlarms"), &json!({ "Fn::Not": none }));
}

#[test]
fn the_dashboard_is_json_and_shows_what_is_counted() {
    let stack = Stack::read();
    let body = stack
        .at("/Resources/Dashboard/Properties/DashboardBody/Fn::Sub")
        .as_str()
        .unwrap();
    let body: Value = serde_json::from_str(body).unwrap();
    let widgets = body["widgets"].as_array().unwrap();
    assert!(widgets.len() >= 6);
    let namespace = stack.at("/Globals/Function/Environment/Variables/METRICS_NAMESPACE/Fn::If/1/Fn::Sub");
    let search = format!("SEARCH('{{{},surface,outcome}}", namespace.as_str().unwrap());
    let shown = |what: &str| widgets.iter().filter(|widget| text_of(widget).contains(what)).count();
    assert_eq!(shown(&search), 2);
    for metric in ["Errors", "Throttles", "IteratorAge", "ConsumedReadCapacityUnits", "5xx"] {
        assert_eq!(shown(metric), 1, "{metric}");
    }
    // What it names is in the stack.
    for name in body.to_string().split("${").skip(1) {
        let name = name.split(['}', '.']).next().unwrap();
        assert!(
            name.starts_with("AWS::") || stack.at("/Resources").get(name).is_some(),
            "{name}"
        );
    }
}

fn text_of(widget: &Value) -> String {
    let metrics = widget["properties"]["metrics"].as_array().unwrap();
    metrics
        .iter()
        .flat_map(|metric| metric.as_array().unwrap())
        .map(|part| part.get("expression").unwrap_or(part).to_string().replace("\\\"", "\""))
        .collect()
}

/// What the metrics call a surface is what its functions are called by.
#[test]
fn an_operation_is_counted_where_it_belongs() {
    for (operation, _, path, function) in OPERATIONS {
        let surface = serde_json::to_value(Surface::of(path)).unwrap();
        let name = surface.as_str().unwrap().replace('-', "");
        // The keys of a surface are below its paths.
        assert!(
            function.to_lowercase().starts_with(&name) || function == "PlatformKeys",
            "{operation} is counted for {surface}"
        );
    }
}

#[test]
fn what_comes_in_is_limited_and_written_down() {
    let stack = Stack::read();
    let api = stack.at("/Resources/Api/Properties");
    assert_eq!(
        api["DefaultRouteSettings"],
        json!({ "ThrottlingRateLimit": { "Ref": "ApiRateLimit" }, "ThrottlingBurstLimit": { "Ref": "ApiBurstLimit" } })
    );
    let format = api["AccessLogSettings"]["Format"].as_str().unwrap();
    let line: Value = serde_json::from_str(format).unwrap();
    assert_eq!(
        line["requestId"], "$context.requestId",
        "the same identifier as in the functions' logs"
    );
    // The path and the query hold tokens.
    for secret in ["$context.path", "$context.authorizer", "querystring"] {
        assert!(!format.contains(secret), "{secret}");
    }
}

#[test]
fn every_log_ends_by_the_parameter() {
    let stack = Stack::read();
    for (name, log) in stack.resources("AWS::Logs::LogGroup") {
        assert_eq!(
            log["Properties"]["RetentionInDays"],
            json!({ "Ref": "LogRetentionDays" }),
            "{name}"
        );
    }
}

#[test]
fn every_function_runs_on_the_processor_of_the_parameter() {
    let stack = Stack::read();
    assert_eq!(
        stack.at("/Globals/Function/Architectures"),
        &json!([{ "Ref": "Architecture" }])
    );
    assert_eq!(stack.at("/Parameters/Architecture/Default"), "arm64");
    for (name, function) in stack.functions() {
        assert!(function["Properties"]["Architectures"].is_null(), "{name}");
        assert!(function["Properties"]["Runtime"].is_null(), "{name}");
        assert_eq!(function["Metadata"]["BuildMethod"], "rust-cargolambda", "{name}");
    }
}

/// Secrets Manager, and nobody else, has the keys turned; and who may turn them sees nothing of the table.
#[test]
fn the_keys_are_turned_at_regular_times() {
    let stack = Stack::read();
    let schedule = stack.at("/Resources/KeyRotation");
    assert_eq!(schedule["Type"], "AWS::SecretsManager::RotationSchedule");
    assert_eq!(schedule["DependsOn"], "PlatformRotationPermission");
    let arn = json!({ "Fn::GetAtt": ["PlatformRotation", "Arn"] });
    assert_eq!(schedule["Properties"]["SecretId"], json!({ "Ref": "Keyring" }));
    assert_eq!(schedule["Properties"]["RotationLambdaARN"], arn);
    let days = json!({ "AutomaticallyAfterDays": { "Ref": "KeyRotationDays" } });
    assert_eq!(schedule["Properties"]["RotationRules"], days);
    let permission = stack.at("/Resources/PlatformRotationPermission/Properties");
    assert_eq!(permission["Principal"], "secretsmanager.amazonaws.com");
    assert_eq!(permission["SourceAccount"], json!({ "Ref": "AWS::AccountId" }));
    assert_eq!(permission["SourceArn"], json!({ "Ref": "Keyring" }));
    // Between two turns everybody learns the next keys.
    let least = stack.at("/Parameters/KeyRotationDays/MinValue").as_u64().unwrap();
    assert!(least * 24 * 3600 > shared::tokens::keyring::PUBLISHED_BEFORE.as_secs());
}

/// A secret holds 64 KB, and retired keys stay until nobody shows what they signed.
#[test]
fn the_keyring_fits_its_secret_however_often_it_is_turned() {
    use shared::config::Config;
    use shared::random::Random;
    use shared::tokens::{Keyring, rotation};

    let stack = Stack::read();
    let days = stack.at("/Parameters/KeyRotationDays/MinValue").as_u64().unwrap();
    let config = Config::from_lookup(|_| None).unwrap();
    let (mut now, random) = (jiff::Timestamp::UNIX_EPOCH, Random::system());
    let mut document = Keyring::generate(now, &random).unwrap();
    for _ in 0..2 {
        now = now
            .checked_add(std::time::Duration::from_secs(days * 24 * 3600))
            .unwrap();
        document = rotation::turned(&config, &document, "before", now, &random).unwrap();
    }
    // All three states are in it. What is added are retired RSA keys; EC keys are gone before the next turn.
    let kept: Value = serde_json::from_str(&document).unwrap();
    let is_retired = |entry: &&Value| entry["state"] == "retired" && entry["family"] == "RSA";
    let retired = kept["signing"].as_array().unwrap().iter().find(is_retired).unwrap();
    let until: jiff::Timestamp = retired["kept_until"].as_str().unwrap().parse().unwrap();
    let kept_for = until.duration_since(now).as_secs().unsigned_abs();
    let most = usize::try_from(kept_for.div_ceil(days * 24 * 3600)).unwrap() + 1;
    // Two levels of indentation, which is how it is kept.
    let text = serde_json::to_string_pretty(&json!({ "signing": [retired] })).unwrap();
    let bytes = document.len() + most * text.len();
    assert!(most > 50 && bytes < 65_536, "{bytes} bytes with {most} retired keys");
}

/// With a key of one's own everything that is kept is encrypted with it, and it outlives what it encrypted.
#[test]
fn one_key_encrypts_all_that_is_kept() {
    let stack = Stack::read();
    let own = |with: Value, otherwise: Value| json!({ "Fn::If": ["HasKey", with, otherwise] });
    let (arn, none) = (
        json!({ "Fn::GetAtt": ["Key", "Arn"] }),
        json!({ "Ref": "AWS::NoValue" }),
    );
    let table = stack.at("/Resources/Table/Properties/SSESpecification");
    assert_eq!(table["KMSMasterKeyId"], own(arn.clone(), none.clone()));
    assert_eq!(table["SSEType"], own(json!("KMS"), none.clone()));
    assert_eq!(
        stack.at("/Resources/Keyring/Properties/KmsKeyId"),
        &own(arn.clone(), none.clone())
    );
    let bucket = stack.at("/Resources/Files/Properties/BucketEncryption/ServerSideEncryptionConfiguration/0");
    let bucket = &bucket["ServerSideEncryptionByDefault"];
    assert_eq!(bucket["SSEAlgorithm"], own(json!("aws:kms"), json!("AES256")));
    assert_eq!(bucket["KMSMasterKeyID"], own(arn, none));
    let key = stack.at("/Resources/Key");
    assert_eq!(
        (&key["Condition"], &key["DeletionPolicy"]),
        (&json!("HasKey"), &json!("Retain"))
    );
    assert_eq!(key["Properties"]["EnableKeyRotation"], true);
    for statement in key["Properties"]["KeyPolicy"]["Statement"].as_array().unwrap() {
        // Whoever is not the account itself comes through a service, from this account.
        let anybody = statement["Principal"]["AWS"] == "*";
        let bound = &statement["Condition"]["StringEquals"];
        assert_eq!(
            anybody,
            bound["kms:CallerAccount"] == json!({ "Ref": "AWS::AccountId" }),
            "{statement}"
        );
        assert_eq!(anybody, list(&bound["kms:ViaService"]).len() == 3, "{statement}");
    }
}

#[test]
fn files_are_private_kept_and_cleared_up() {
    let stack = Stack::read();
    let files = stack.at("/Resources/Files/Properties");
    let blocked = files["PublicAccessBlockConfiguration"].as_object().unwrap();
    assert!(blocked.len() == 4 && blocked.values().all(|blocked| blocked == true));
    assert_eq!(files["VersioningConfiguration"]["Status"], "Enabled");
    let rules = files["LifecycleConfiguration"]["Rules"].as_array().unwrap();
    for rule in ["NoncurrentVersionExpiration", "AbortIncompleteMultipartUpload"] {
        assert_eq!(
            rules.iter().filter(|entry| entry[rule].is_object()).count(),
            1,
            "{rule}"
        );
    }
    let policy = stack.at("/Resources/FilesPolicy/Properties/PolicyDocument/Statement/0");
    assert_eq!(policy["Condition"]["Bool"]["aws:SecureTransport"], "false");
}

#[test]
fn a_domain_is_made_whole_or_not_at_all() {
    let stack = Stack::read();
    for (name, condition) in [
        ("ApiDomain", "HasDomain"),
        ("ApiDomainMapping", "HasDomain"),
        ("ApiDomainRecords", "HasZone"),
    ] {
        assert_eq!(stack.at(&format!("/Resources/{name}/Condition")), condition);
    }
    let mapping = stack.at("/Resources/ApiDomainMapping/Properties");
    assert_eq!(mapping["ApiId"], json!({ "Ref": "Api" }));
    assert_eq!(mapping["DomainName"], json!({ "Ref": "ApiDomain" }));
    let records = stack
        .at("/Resources/ApiDomainRecords/Properties/RecordSets")
        .as_array()
        .unwrap();
    let kinds: Vec<&Value> = records.iter().map(|record| &record["Type"]).collect();
    assert_eq!(kinds, ["A", "AAAA"]);
}

/// For somebody who has never seen the project.
#[test]
fn parameters_and_outputs_explain_themselves() {
    let stack = Stack::read();
    let parameters = stack.at("/Parameters").as_object().unwrap();
    for (name, parameter) in parameters.iter().chain(stack.at("/Outputs").as_object().unwrap()) {
        let description = parameter["Description"].as_str().unwrap_or_default();
        let words = description.split_whitespace().count();
        assert!(words >= 4 && description.ends_with('.'), "{name}: {description:?}");
    }
    for (name, parameter) in parameters
        .iter()
        .filter(|(name, _)| name.contains("Secret") || name.contains("PrivateKey"))
    {
        assert_eq!(parameter["NoEcho"], true, "{name}");
    }
    let groups = stack.at("/Metadata/AWS::CloudFormation::Interface/ParameterGroups");
    let grouped: Vec<&str> = list(groups)
        .iter()
        .flat_map(|group| list(&group["Parameters"]))
        .map(|name| name.as_str().unwrap())
        .collect();
    let known: BTreeSet<&str> = parameters.keys().map(String::as_str).collect();
    assert_eq!(grouped.iter().copied().collect::<BTreeSet<_>>(), known);
    assert_eq!(grouped.len(), known.len(), "a parameter is asked for twice");
    // Whoever is asked for it first has to know it; everything else has a default.
    let asked: Vec<&str> = known
        .iter()
        .copied()
        .filter(|name| parameters[*name]["Default"].is_null())
        .collect();
    assert_eq!(asked, ["MailFrom", "PublicUrl"]);
}

/// CloudFormation takes 500 resources in a stack, and a template of 1 MB from S3 (51,200 bytes otherwise).
#[test]
fn the_stack_keeps_within_cloudformations_limits() {
    let stack = Stack::read();
    let resources = stack.at("/Resources").as_object().unwrap();
    // SAM makes a permission for each route, the stage of the API, and a mapping for each stream.
    let mut made: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, resource) in resources {
        *made.entry(resource["Type"].as_str().unwrap()).or_default() += 1;
    }
    let (routes, streams) = (Route::all(&stack).len(), 1);
    let all = resources.len() + routes + streams + 1;
    assert!(all <= 480, "{all} resources, {routes} of them for routes: {made:?}");
    let bytes = std::fs::metadata(concat!(env!("CARGO_MANIFEST_DIR"), "/../template.yaml"))
        .unwrap()
        .len();
    // What SAM makes of it is longer.
    assert!(bytes < 400_000, "{bytes} bytes");
    let config = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../samconfig.toml")).unwrap();
    assert!(
        bytes <= 51_200 || config.contains("resolve_s3 = true"),
        "a long template goes by S3"
    );
    assert!(stack.at("/Parameters").as_object().unwrap().len() <= 200);
    assert!(stack.at("/Outputs").as_object().unwrap().len() <= 200);
}
