//! What requests cost: round trips on the table, counted.
