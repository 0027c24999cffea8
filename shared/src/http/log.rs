//! The log: one JSON object a line on standard error, which Lambda forwards to CloudWatch.

use tracing::Level;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;

/// A subscriber that writes to `writer`. Libraries speak from warnings up only: what they say below that, such as the
/// bodies of requests to AWS, is not theirs to tell.
pub fn subscriber<W>(level: Level, writer: W) -> impl tracing::Subscriber + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let own = LevelFilter::from_level(level);
    // What our crates' names begin with.
    let filter = [
        "shared",
        "arc_",
        "barong_",
        "engine_",
        "identity_server_",
        "platform_",
        "countersign",
    ]
    .into_iter()
    .fold(
        Targets::new().with_default(LevelFilter::WARN.min(own)),
        |targets, name| targets.with_target(name, own),
    );
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_writer(writer);
    tracing_subscriber::registry().with(filter).with(lines)
}

/// Begins to log to standard error.
pub fn init(level: Level) {
    // A second call, as in tests, leaves the first subscriber.
    let _already = tracing::subscriber::set_global_default(subscriber(level, std::io::stderr));
}
