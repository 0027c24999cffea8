//! A small file in MaxMind's format, version 2.0, as the tests need one: where a few networks are.

use std::collections::BTreeMap;
use std::net::IpAddr;

/// A network, and its country and continent by code and English name.
pub type Known<'a> = (&'a str, [&'a str; 2], [&'a str; 2]);

/// Of a node's two records: another node, an offset in the data, or nothing.
#[derive(Clone, Copy)]
enum Next {
    Nothing,
    Node(usize),
    Data(usize),
}

/// The bytes of a file that knows these networks.
pub fn file(known: &[Known<'_>]) -> Vec<u8> {
    let (mut nodes, mut data) = (vec![[Next::Nothing; 2]], Vec::new());
    for (network, country, continent) in known {
        let entry = map([
            ("continent", named("code", continent)),
            ("country", named("iso_code", country)),
        ]);
        let leaf = Next::Data(data.len());
        data.extend(entry);
        let bits = bits(network);
        let (last, above) = bits.split_last().unwrap();
        let mut node = 0;
        for bit in above {
            node = match nodes[node][*bit] {
                Next::Node(next) => next,
                _ => {
                    nodes.push([Next::Nothing; 2]);
                    let next = nodes.len() - 1;
                    nodes[node][*bit] = Next::Node(next);
                    next
                }
            };
        }
        nodes[node][*last] = leaf;
    }
    let mut file = Vec::new();
    for record in nodes.iter().flatten() {
        let value = match record {
            Next::Nothing => nodes.len(),
            Next::Node(node) => *node,
            Next::Data(offset) => nodes.len() + 16 + offset,
        };
        file.extend(u32::try_from(value).unwrap().to_be_bytes());
    }
    file.extend([0; 16]);
    file.extend(data);
    file.extend(b"\xab\xcd\xefMaxMind.com");
    file.extend(map([
        ("binary_format_major_version", number(5, 2)),
        ("binary_format_minor_version", number(5, 0)),
        ("build_epoch", number(9, 1_700_000_000)),
        ("database_type", text("Test-Country")),
        ("description", map([("en", text("A few networks"))])),
        ("ip_version", number(5, 6)),
        ("languages", [control(11, 1), text("en")].concat()),
        ("node_count", number(6, nodes.len() as u64)),
        ("record_size", number(5, 32)),
    ]));
    file
}

/// A network's bits, as an IPv6 tree has them: those of IPv4 come after 96 zeros.
fn bits(network: &str) -> Vec<usize> {
    let (address, length) = network.split_once('/').unwrap();
    let length: usize = length.parse().unwrap();
    let (value, length) = match address.parse().unwrap() {
        IpAddr::V4(v4) => (u128::from(u32::from(v4)), length + 96),
        IpAddr::V6(v6) => (u128::from(v6), length),
    };
    let bit = |place: usize| usize::from(value >> (127 - place) & 1 == 1);
    (0..length).map(bit).collect()
}

fn named(code: &str, [letters, name]: &[&str; 2]) -> Vec<u8> {
    map([(code, text(letters)), ("names", map([("en", text(name))]))])
}

/// The type of what follows, and its size.
fn control(kind: u8, size: usize) -> Vec<u8> {
    let (short, rest) = match size {
        0..=28 => (u8::try_from(size).unwrap(), None),
        _ => (29, Some(u8::try_from(size - 29).unwrap())),
    };
    let mut bytes = match kind {
        1..=7 => vec![kind << 5 | short],
        extended => vec![short, extended - 7],
    };
    bytes.extend(rest);
    bytes
}

fn text(text: &str) -> Vec<u8> {
    [control(2, text.len()), text.as_bytes().to_vec()].concat()
}

fn number(kind: u8, value: u64) -> Vec<u8> {
    let bytes = value.to_be_bytes();
    let bytes: Vec<u8> = bytes.into_iter().skip_while(|byte| *byte == 0).collect();
    [control(kind, bytes.len()), bytes].concat()
}

fn map<const N: usize>(members: [(&str, Vec<u8>); N]) -> Vec<u8> {
    let members: BTreeMap<&str, Vec<u8>> = members.into_iter().collect();
    let written = members
        .into_iter()
        .flat_map(|(name, value)| [text(name), value].concat());
    [control(7, N), written.collect()].concat()
}
