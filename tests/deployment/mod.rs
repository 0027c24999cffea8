//! What is deployed: the binaries under the Lambda runtime, the template, the adapters to AWS.

mod adapters;
mod gateway;
mod mailer;
mod mime;
mod operations;
mod permissions;
mod routing;
mod runtime;
mod source;
mod stack;
mod table;
mod wrong_methods;
