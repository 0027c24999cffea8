//! What is deployed: the binaries under the Lambda runtime, the template, the adapters to AWS.
