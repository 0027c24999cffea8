//! A telephone number that there may be, with its country.

use serde::{Deserialize, Serialize};

/// Characters that are looked at: a number has 15 digits (ITU-T E.164), and people write blanks and brackets between them.
const MAX_TYPED: usize = 40;

/// An international number: country code and the rest, digits only.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PhoneNumber {
    #[serde(rename = "number")]
    digits: String,
    country: String,
}

/// The text is no international number that anybody may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a telephone number")]
pub struct NotANumber;

impl PhoneNumber {
    /// Reads a number with its country code, whatever stands between its digits. A zero between country code and number,
    /// which is dialled inside the country only, is dropped. Where such a zero belongs to the number, as in those of Italian
    /// landlines, the library knows none of them; no text message arrives there anyway.
    ///
    /// # Errors
    /// [`NotANumber`].
    pub fn parse(text: &str) -> Result<Self, NotANumber> {
        if text.chars().count() > MAX_TYPED {
            return Err(NotANumber);
        }
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        let parsed = phonenumber::parse(None, format!("+{digits}")).map_err(|_| NotANumber)?;
        let number = match phonenumber::is_valid(&parsed) {
            true => parsed,
            false => {
                let code = parsed.code().value();
                let rest = parsed.national().value();
                let without = phonenumber::parse(None, format!("+{code}{rest}")).map_err(|_| NotANumber)?;
                Some(without).filter(phonenumber::is_valid).ok_or(NotANumber)?
            }
        };
        let country = number.country().id().ok_or(NotANumber)?;
        let written = number.format().mode(phonenumber::Mode::E164).to_string();
        Ok(Self {
            digits: written.chars().filter(char::is_ascii_digit).collect(),
            country: country.as_ref().to_owned(),
        })
    }

    /// Country code and number, without the plus sign.
    pub fn digits(&self) -> &str {
        &self.digits
    }

    /// The country, as two capital letters (ISO 3166-1).
    pub fn country(&self) -> &str {
        &self.country
    }

    /// Its country code and its last four digits.
    pub fn masked(&self) -> String {
        let code = phonenumber::parse(None, self.dialled()).map(|number| number.code().value().to_string());
        let shown = code.map_or(0, |code| code.len());
        crate::surfaces::barong::entities::masked(&self.digits, shown, 4)
    }

    /// As a provider wants it: with the plus sign.
    pub fn dialled(&self) -> String {
        format!("+{}", self.digits)
    }
}

/// Logs do not show numbers.
impl std::fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PhoneNumber(…)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parts(text: &str) -> Option<(String, String)> {
        PhoneNumber::parse(text)
            .ok()
            .map(|number| (number.digits, number.country))
    }

    #[test]
    fn numbers_are_read_however_they_are_written() {
        for (typed, digits, country) in [
            ("+44 20 7946 0018", "442079460018", "GB"),
            ("44 (0)20 7946-0018", "442079460018", "GB"),
            ("+4402079460018", "442079460018", "GB"),
            ("+1 (415) 555-2671", "14155552671", "US"),
            ("+1 416 555 0123", "14165550123", "CA"),
            ("+39 347 123 4567", "393471234567", "IT"),
            ("380955555555", "380955555555", "UA"),
            ("+33 6 12 34 56 78", "33612345678", "FR"),
        ] {
            assert_eq!(parts(typed), Some((digits.into(), country.into())), "{typed}");
        }
    }

    #[test]
    fn what_nobody_can_have_is_no_number() {
        for text in [
            "",
            "+",
            "123",
            "abc",
            "+999 123 4567",
            "+44 1",
            "+1 23",
            &"1".repeat(41),
            "٣٨٠٩٥٥",
        ] {
            assert_eq!(parts(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_number_reads_as_itself(text in "\\+?[0-9() -]{0,20}|.*") {
            if let Ok(number) = PhoneNumber::parse(&text) {
                prop_assert!(number.digits.len() <= 15 + 2 && number.country.len() == 2);
                prop_assert_eq!(PhoneNumber::parse(&number.dialled()), Ok(number.clone()));
            }
        }
    }
}
