//! Lists of users and of what is known about them. None of them reads the table from end to end; DESIGN.md says which index
//! serves which filter.

pub mod documents;
pub mod labels;
pub mod profiles;
pub mod users;
mod wanted;
