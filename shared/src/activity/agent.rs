//! Whether what calls itself so may be a browser. Whoever signs in or acts as an administrator by something else is no
//! criminal, but an owner who reads it may know better.

/// What is said of the others.
pub const SUSPICIOUS: &str = "Detected suspicious browser";

/// What engines of browsers call themselves; those that are not here call themselves like one of these as well.
const ENGINES: [&str; 9] = [
    "applewebkit/",
    "chrome/",
    "crios/",
    "firefox/",
    "fxios/",
    "msie ",
    "opera/",
    "safari/",
    "trident/",
];

/// What calls itself like a browser, and is driven by nobody.
const DRIVEN: [&str; 4] = ["headless", "phantomjs", "bot/", "crawler"];

/// Whether a browser of people calls itself so.
pub fn is_browser(user_agent: &str) -> bool {
    let agent = user_agent.to_ascii_lowercase();
    let names = |products: &[&str]| products.iter().any(|product| agent.contains(product));
    names(&ENGINES) && !names(&DRIVEN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_of_people_are_known() {
        for agent in [
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
            "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/131.0 Mobile/15E148",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148",
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15",
            "Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko",
            "Opera/9.80 (Windows NT 6.1) Presto/2.12.388 Version/12.18",
        ] {
            assert!(is_browser(agent), "{agent}");
        }
    }

    #[test]
    fn programs_are_none() {
        for agent in [
            "",
            "-",
            "curl/8.5.0",
            "python-requests/2.32.3",
            "Mozilla/5.0",
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/131.0.0.0 Safari/537.36",
            "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; Googlebot/2.1; +http://www.google.com/bot.html) Chrome/131.0 Safari/537.36",
        ] {
            assert!(!is_browser(agent), "{agent}");
        }
    }
}
