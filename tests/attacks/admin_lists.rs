//! Lists for administrators: a filter is a value and never a part of a key, and no question costs more than others.

use tests::server::Table::Embedded;
use tests::{Administrator, Server};

/// Texts that mean something in keys, in shards of counters, in expressions, or that keys cannot hold.
fn odd_texts() -> [String; 10] {
    [
        "member#active#1".into(),
        "member#active".into(),
        "~".into(),
        "member~0".into(),
        "#".into(),
        "\u{0}".into(),
        ":v0".into(),
        "' OR 1=1 --".into(),
        "%F0%9F%94%91".into(),
        "x".repeat(4000),
    ]
}

#[tokio::test]
async fn a_filter_is_a_value_and_no_part_of_a_key() {
    let server = Server::on(Embedded).await.unwrap();
    server.client().barong().join("ada@example.com").await;
    let admin = Administrator::first(&server).await;
    for text in odd_texts() {
        let text: String = form_urlencoded(&text);
        for name in ["role", "state", "uid", "email", "first_name", "last_name", "country"] {
            let answer = admin.get(&format!("/users?{name}={text}")).await.expect(200);
            assert_eq!(
                (answer.header("total"), answer.text().as_str()),
                (Some("0"), "[]"),
                "{name}"
            );
        }
        for query in [format!("key={text}&value=verified"), format!("key=email&value={text}")] {
            let answer = admin.get(&format!("/users/labels?{query}")).await.expect(200);
            assert_eq!(answer.header("total"), Some("0"), "{query}");
        }
    }
    // Key and value are two things, wherever a separator is put.
    for query in ["key=email%23verified&value=", "key=&value=email%23verified"] {
        let answer = admin.get(&format!("/users/labels?{query}")).await.expect(200);
        assert_eq!(answer.header("total"), Some("0"), "{query}");
    }
}

fn form_urlencoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[tokio::test]
async fn numbers_beyond_all_times_and_pages_are_answered() {
    let server = Server::on(Embedded).await.unwrap();
    let admin = Administrator::first(&server).await;
    let (least, most) = (i64::MIN, i64::MAX);
    for range in ["created", "updated"] {
        for (from, to, total) in [
            (least, most, "1"),
            (most, least, "0"),
            (most, most, "0"),
            (least, least, "0"),
        ] {
            let path = format!("/users?range={range}&from={from}&to={to}");
            let answer = admin.get(&path).await.expect(200);
            assert_eq!(answer.header("total"), Some(total), "{path}");
        }
    }
    for page in [1_u64 << 32, u64::MAX >> 1] {
        for filter in ["", "&state=active", "&from=0", "&level=1"] {
            let answer = admin.get(&format!("/users?page={page}{filter}")).await.expect(200);
            assert_eq!((answer.header("total"), answer.text().as_str()), (Some("1"), "[]"));
        }
    }
}
