//! One binary, so that the whole house is linked once.

mod attacks;
mod browser;
mod budgets;
mod contracts;
mod deployment;
mod documents;
mod flows;
mod races;
mod store;
