//! template.yaml as JSON. The short forms of CloudFormation's functions become the long ones: `!Ref Table` is
//! `{"Ref": "Table"}`, `!GetAtt Table.Arn` is `{"Fn::GetAtt": ["Table", "Arn"]}`, `!Sub x` is `{"Fn::Sub": "x"}`.

use saphyr::{LoadableYamlNode as _, Scalar, Yaml};
use serde_json::{Value, json};

/// The template.
pub struct Stack(Value);

impl Stack {
    pub fn read() -> Self {
        Self::read_from("template.yaml")
    }

    /// Another template of the repository.
    pub fn read_from(file: &str) -> Self {
        let path = format!("{}/../{file}", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).unwrap();
        let mut documents = Yaml::load_from_str(&text).unwrap();
        assert_eq!(documents.len(), 1);
        Self(to_json(&documents.remove(0)))
    }

    /// What stands at a JSON pointer.
    #[track_caller]
    pub fn at(&self, pointer: &str) -> &Value {
        self.0
            .pointer(pointer)
            .unwrap_or_else(|| panic!("template.yaml has no {pointer}"))
    }

    /// Resources of a type, by name.
    pub fn resources(&self, kind: &str) -> Vec<(&str, &Value)> {
        let resources = self.at("/Resources").as_object().unwrap();
        let found: Vec<_> = resources
            .iter()
            .filter(|(_, resource)| resource["Type"] == kind)
            .map(|(name, resource)| (name.as_str(), resource))
            .collect();
        assert!(!found.is_empty(), "template.yaml has no {kind}");
        found
    }

    pub fn functions(&self) -> Vec<(&str, &Value)> {
        self.resources("AWS::Serverless::Function")
    }
}

/// A list, or the one value that stands for a list.
pub fn list(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(values) => values.iter().collect(),
        Value::Null => Vec::new(),
        one => vec![one],
    }
}

fn to_json(node: &Yaml<'_>) -> Value {
    match node {
        Yaml::Value(Scalar::Null) => Value::Null,
        Yaml::Value(Scalar::Boolean(value)) => json!(value),
        Yaml::Value(Scalar::Integer(value)) => json!(value),
        Yaml::Value(Scalar::FloatingPoint(value)) => json!(value.into_inner()),
        Yaml::Value(Scalar::String(text)) => json!(text),
        Yaml::Sequence(nodes) => nodes.iter().map(to_json).collect(),
        Yaml::Mapping(members) => members
            .iter()
            .map(|(name, value)| (name.as_str().expect("a name").to_owned(), to_json(value)))
            .collect(),
        Yaml::Tagged(tag, node) => match (tag.suffix.as_str(), to_json(node)) {
            ("Ref", name) => json!({ "Ref": name }),
            ("GetAtt", Value::String(path)) => {
                let (resource, attribute) = path.split_once('.').expect("resource.attribute");
                json!({ "Fn::GetAtt": [resource, attribute] })
            }
            (name, argument) => json!({ format!("Fn::{name}"): argument }),
        },
        node => panic!("{node:?}"),
    }
}
