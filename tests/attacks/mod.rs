//! `security.md`: one named test for each attack that applies.
