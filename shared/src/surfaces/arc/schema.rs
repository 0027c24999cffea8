//! Judging a body by its schema: the very schema that the API document shows, so that the two cannot differ. All that is
//! wrong is named, in the words of the validator that the published API uses.

use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::Number;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::KnownFormat;
use utoipa::openapi::schema::{
    AdditionalProperties, Array, ArrayItems, Object, Schema, SchemaFormat, SchemaType, Type,
};

/// Something that is wrong with a body.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Violation {
    /// JSON pointer (RFC 6901); empty for the whole body.
    path: String,
    /// Which rule it breaks.
    code: &'static str,
    /// For a person.
    message: String,
    /// The rule.
    info: Value,
}

impl Violation {
    /// A member of the body breaks a rule.
    pub fn of(member: &str, code: &'static str, message: impl Into<String>) -> Self {
        let path = match member {
            "" => String::new(),
            member => below("", member),
        };
        Self {
            path,
            code,
            message: message.into(),
            info: json!({}),
        }
    }

    /// A member is missing.
    pub fn missing(name: &str) -> Self {
        Self::missing_at("", name)
    }

    fn missing_at(path: &str, name: &str) -> Self {
        let message = format!("must have required property '{name}'");
        Self::at(path, "required", message, json!({ "missingProperty": name }))
    }

    fn at(path: &str, code: &'static str, message: String, info: Value) -> Self {
        Self {
            path: path.to_owned(),
            code,
            message,
            info,
        }
    }
}

/// All that is wrong with `value`.
pub fn violations(schema: &RefOr<Schema>, value: &Value) -> Vec<Violation> {
    let mut found = Vec::new();
    judge(schema, value, "", &mut found);
    found
}

fn judge(schema: &RefOr<Schema>, value: &Value, path: &str, found: &mut Vec<Violation>) {
    match schema {
        RefOr::T(Schema::Object(object)) => judge_by(object, value, path, found),
        RefOr::T(Schema::Array(array)) => judge_items(array, value, path, found),
        // What is put together of several, or stands elsewhere, is judged when it is read.
        _ => {}
    }
}

fn judge_by(schema: &Object, value: &Value, path: &str, found: &mut Vec<Violation>) {
    if !has_type(&schema.schema_type, value) {
        let names = names(&schema.schema_type).join(",");
        let info = json!({ "type": names });
        found.push(Violation::at(path, "type", format!("must be {names}"), info));
        return;
    }
    match value {
        Value::Object(members) => judge_members(schema, members, path, found),
        Value::String(text) => judge_text(schema, text, path, found),
        Value::Number(number) => judge_number(schema, number.as_f64(), path, found),
        _ => {}
    }
}

fn judge_members(schema: &Object, members: &Map<String, Value>, path: &str, found: &mut Vec<Violation>) {
    for name in schema.required.iter().filter(|name| !members.contains_key(*name)) {
        found.push(Violation::missing_at(path, name));
    }
    if matches!(
        schema.additional_properties.as_deref(),
        Some(AdditionalProperties::FreeForm(false))
    ) {
        for name in members.keys().filter(|name| !schema.properties.contains_key(*name)) {
            let message = "must NOT have additional properties".to_owned();
            let info = json!({ "additionalProperty": name });
            found.push(Violation::at(path, "additionalProperties", message, info));
        }
    }
    for (name, schema) in &schema.properties {
        if let Some(value) = members.get(name) {
            judge(schema, value, &below(path, name), found);
        }
    }
}

fn judge_text(schema: &Object, text: &str, path: &str, found: &mut Vec<Violation>) {
    let length = text.chars().count();
    if let Some(least) = schema.min_length.filter(|least| length < *least) {
        let message = format!("must NOT have fewer than {least} characters");
        found.push(Violation::at(path, "minLength", message, json!({ "limit": least })));
    }
    if let Some(most) = schema.max_length.filter(|most| length > *most) {
        let message = format!("must NOT have more than {most} characters");
        found.push(Violation::at(path, "maxLength", message, json!({ "limit": most })));
    }
    if let Some(values) = &schema.enum_values
        && !values.iter().any(|value| value == text)
    {
        let message = "must be equal to one of the allowed values".to_owned();
        found.push(Violation::at(path, "enum", message, json!({ "allowedValues": values })));
    }
    let is_time = match &schema.format {
        Some(SchemaFormat::KnownFormat(format)) => matches!(format, KnownFormat::DateTime),
        Some(SchemaFormat::Custom(format)) => format == "date-time",
        None => false,
    };
    if is_time && text.parse::<jiff::Timestamp>().is_err() {
        let message = "must match format \"date-time\"".to_owned();
        found.push(Violation::at(path, "format", message, json!({ "format": "date-time" })));
    }
}

fn judge_number(schema: &Object, number: Option<f64>, path: &str, found: &mut Vec<Violation>) {
    let Some(number) = number else { return };
    if let Some(least) = limit(schema.minimum.as_ref()).filter(|least| number < *least) {
        let info = json!({ "comparison": ">=", "limit": least });
        found.push(Violation::at(path, "minimum", format!("must be >= {least}"), info));
    }
    if let Some(most) = limit(schema.maximum.as_ref()).filter(|most| number > *most) {
        let info = json!({ "comparison": "<=", "limit": most });
        found.push(Violation::at(path, "maximum", format!("must be <= {most}"), info));
    }
}

fn judge_items(schema: &Array, value: &Value, path: &str, found: &mut Vec<Violation>) {
    let Value::Array(items) = value else {
        if !has_type(&schema.schema_type, value) {
            let info = json!({ "type": "array" });
            found.push(Violation::at(path, "type", "must be array".into(), info));
        }
        return;
    };
    if let ArrayItems::RefOrSchema(schema) = &schema.items {
        for (place, item) in items.iter().enumerate() {
            judge(schema, item, &below(path, &place.to_string()), found);
        }
    }
}

fn limit(number: Option<&Number>) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "limits are small")]
    number.map(|number| match number {
        Number::Int(number) => *number as f64,
        Number::UInt(number) => *number as f64,
        Number::Float(number) => *number,
    })
}

fn has_type(wanted: &SchemaType, value: &Value) -> bool {
    let is = |wanted: &Type| match wanted {
        Type::Object => value.is_object(),
        Type::String => value.is_string(),
        Type::Integer => value.is_i64() || value.is_u64(),
        Type::Number => value.is_number(),
        Type::Boolean => value.is_boolean(),
        Type::Array => value.is_array(),
        Type::Null => value.is_null(),
    };
    match wanted {
        SchemaType::Type(wanted) => is(wanted),
        SchemaType::Array(several) => several.iter().any(is),
        SchemaType::AnyValue => true,
    }
}

fn names(wanted: &SchemaType) -> Vec<&'static str> {
    let name = |wanted: &Type| match wanted {
        Type::Object => "object",
        Type::String => "string",
        Type::Integer => "integer",
        Type::Number => "number",
        Type::Boolean => "boolean",
        Type::Array => "array",
        Type::Null => "null",
    };
    match wanted {
        SchemaType::Type(wanted) => vec![name(wanted)],
        SchemaType::Array(several) => several.iter().map(name).collect(),
        SchemaType::AnyValue => Vec::new(),
    }
}

/// The pointer to a member of what `path` points to.
fn below(path: &str, member: &str) -> String {
    format!("{path}/{}", member.replace('~', "~0").replace('/', "~1"))
}
