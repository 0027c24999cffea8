//! Conditions and updates as DynamoDB's expressions. Every name and value is a placeholder, so that nothing that is
//! stored can be read as syntax.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::commit::{Condition, Step};
use super::record::{VERSION, number};

/// Collects the placeholders of one request.
#[derive(Debug, Default)]
pub(crate) struct Expression {
    names: Vec<String>,
    values: Vec<AttributeValue>,
}

impl Expression {
    /// A placeholder for an attribute's name.
    pub(crate) fn name(&mut self, name: &str) -> String {
        let place = self.names.iter().position(|known| known == name).unwrap_or_else(|| {
            self.names.push(name.to_owned());
            self.names.len() - 1
        });
        format!("#{place}")
    }

    /// Takes back the placeholder that was asked for last: DynamoDB refuses names that are not used.
    pub(crate) fn forget(&mut self, placeholder: &str) {
        if placeholder == format!("#{}", self.names.len().saturating_sub(1)) {
            self.names.pop();
        }
    }

    /// A placeholder for a value.
    pub(crate) fn value(&mut self, value: AttributeValue) -> String {
        self.values.push(value);
        format!(":{}", self.values.len() - 1)
    }

    /// A placeholder for a text.
    pub(crate) fn text(&mut self, text: String) -> String {
        self.value(AttributeValue::S(text))
    }

    /// The condition as DynamoDB reads it; `None` for none.
    pub(crate) fn condition(&mut self, condition: &Condition) -> Option<String> {
        Some(match condition {
            Condition::Always => return None,
            Condition::Absent => format!("attribute_not_exists({})", self.name("pk")),
            Condition::Present => format!("attribute_exists({})", self.name("pk")),
            Condition::Version(version) => self.equals(VERSION, number(version)),
            Condition::Equals(name, value) => self.equals(name, value.clone()),
            Condition::OneOf(name, values) => {
                let name = self.name(name);
                let values: Vec<String> = values.iter().map(|value| self.value(value.clone())).collect();
                format!("{name} IN ({})", values.join(", "))
            }
            Condition::Below(name, bound) => {
                let (name, bound) = (self.name(name), self.value(number(bound)));
                format!("(attribute_not_exists({name}) OR {name} < {bound})")
            }
            Condition::Above(name, bound) => {
                let (name, bound) = (self.name(name), self.value(number(bound)));
                format!("{name} > {bound}")
            }
            Condition::All(conditions) => {
                let parts: Vec<String> = conditions.iter().filter_map(|part| self.condition(part)).collect();
                match parts.is_empty() {
                    true => return None,
                    false => parts.join(" AND "),
                }
            }
        })
    }

    fn equals(&mut self, name: &str, value: AttributeValue) -> String {
        format!("{} = {}", self.name(name), self.value(value))
    }

    /// The steps as an update expression.
    pub(crate) fn update(&mut self, steps: &[Step]) -> String {
        let (mut set, mut add, mut remove) = (Vec::new(), Vec::new(), Vec::new());
        for step in steps {
            match step {
                Step::Set(name, value) => set.push(self.equals(name, value.clone())),
                Step::Default(name, value) => {
                    let (name, value) = (self.name(name), self.value(value.clone()));
                    set.push(format!("{name} = if_not_exists({name}, {value})"));
                }
                Step::Add(name, by) => add.push(format!("{} {}", self.name(name), self.value(number(by)))),
                Step::Remove(name) => remove.push(self.name(name)),
            }
        }
        [("SET", set), ("ADD", add), ("REMOVE", remove)]
            .into_iter()
            .filter(|(_, steps)| !steps.is_empty())
            .map(|(verb, steps)| format!("{verb} {}", steps.join(", ")))
            .collect::<Vec<_>>()
            .join(" ")
    }

    pub(crate) fn names(&self) -> Option<HashMap<String, String>> {
        let names = self
            .names
            .iter()
            .enumerate()
            .map(|(place, name)| (format!("#{place}"), name.clone()));
        Some(names.collect()).filter(|names: &HashMap<_, _>| !names.is_empty())
    }

    pub(crate) fn values(&self) -> Option<HashMap<String, AttributeValue>> {
        let values = self
            .values
            .iter()
            .enumerate()
            .map(|(place, value)| (format!(":{place}"), value.clone()));
        Some(values.collect()).filter(|values: &HashMap<_, _>| !values.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::commit::{int, text};

    #[test]
    fn a_condition_uses_placeholders_only() {
        let mut expression = Expression::default();
        let condition = Condition::All(vec![
            Condition::Present,
            Condition::OneOf("state", vec![text("active"), text("pending")]),
            Condition::Below("attempts", 5),
            Condition::Equals("state", text("x")),
        ]);
        assert_eq!(
            expression.condition(&condition).unwrap(),
            "attribute_exists(#0) AND #1 IN (:0, :1) AND (attribute_not_exists(#2) OR #2 < :2) AND #1 = :3"
        );
        assert_eq!(expression.names().unwrap()["#2"], "attempts");
        assert_eq!(expression.values().unwrap()[":2"], int(5));
    }

    #[test]
    fn an_update_groups_its_steps() {
        let mut expression = Expression::default();
        let steps = [
            Step::Add("v", 1),
            Step::Set("a", int(1)),
            Step::Remove("b"),
            Step::Default("c", int(2)),
        ];
        assert_eq!(
            expression.update(&steps),
            "SET #1 = :1, #3 = if_not_exists(#3, :2) ADD #0 :0 REMOVE #2"
        );
    }
}
