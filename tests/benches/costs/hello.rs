//! The least that a Lambda function in Rust can be: what the start of ours is measured against.

#[tokio::main]
async fn main() -> Result<(), lambda_http::Error> {
    let hello = lambda_http::service_fn(async |_: lambda_http::Request| Ok::<_, lambda_http::Error>("hello"));
    lambda_http::run(hello).await
}
