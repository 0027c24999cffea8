//! What is deployed: the binaries under the Lambda runtime, the template, the adapters to AWS.

mod adapters;
mod authorizer;
mod functions;
mod gateway;
mod leading_keys;
mod mailer;
mod mime;
mod nginx;
mod operations;
mod permissions;
mod routing;
mod runtime;
mod source;
mod stack;
mod story;
mod table;
mod wrong_methods;
