//! What is deployed: the binaries under the Lambda runtime, the template, the adapters to AWS.

mod adapters;
mod authorizer;
mod functions;
pub mod gateway;
mod leading_keys;
mod mailer;
mod mime;
mod nginx;
mod operating;
pub mod operations;
mod permissions;
mod rotation;
mod routing;
mod runtime;
mod source;
pub mod stack;
pub mod story;
mod table;
mod watch;
mod wrong_methods;
