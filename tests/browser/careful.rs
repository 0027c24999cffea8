//! What somebody notices who uses the pages without a mouse, without eyes, on a telephone, or with a password manager.

use serde_json::{Value, json};
use tests::{Browser, PASSWORD};

use super::{at_home, settle};

const ADA: &str = "ada@example.com";
const TAB: &str = "\u{e004}";
const ENTER: &str = "\u{e007}";

/// Every page, as somebody meets it who is signed in.
const PAGES: [&str; 11] = [
    "/account",
    "/account/sign-up",
    "/account/sign-up/0123456789abcdef",
    "/account/sign-in",
    "/account/forgotten",
    "/auth/changepassword/0123456789abcdef?u=ada%40example.com",
    "/auth/invitations/accept/abc",
    "/account/activate/019ae5e0-7d6e-4ae7-9c41-8e5d0a7b3f26/abc",
    "/accounts/confirmation?confirmation_token=a.b.c&lang=en",
    "/accounts/password_reset?reset_token=a.b.c&lang=en",
    "/account/nothing",
];

#[tokio::test]
async fn without_a_mouse() {
    let Some((server, browser)) = at_home().await else {
        return;
    };
    server.client().sign_up(ADA).await;
    browser.goto("/account/sign-in").await;
    browser.sees("#sign-in .show").await;
    // The cursor waits in the first field.
    browser.types(ADA).await;
    browser.types(TAB).await;
    // The link beside the password comes first, as it is read.
    browser.types(TAB).await;
    browser.types(PASSWORD).await;
    browser.types(ENTER).await;
    browser.reads("#address", ADA).await;
    browser.closes().await;
}

#[tokio::test]
async fn what_is_wrong_is_said_where_it_is_wrong_and_has_the_focus() {
    let Some((_server, browser)) = at_home().await else {
        return;
    };
    browser.goto("/account/sign-up").await;
    browser.clicks("#sign-up [type=submit]").await;
    browser.reads(".problem", "Enter your first name.").await;
    assert_eq!(browser.texts(".problem").await.len(), 4);
    let described = "const field = document.activeElement; return [field.id, field.ariaInvalid, \
                     document.getElementById(field.getAttribute('aria-describedby')).textContent]";
    let wanted = json!(["firstName", "true", "Enter your first name."]);
    assert_eq!(browser.runs(described, vec![]).await, wanted);
    super::sign_up(&browser, "no address").await;
    browser.reads(".problem", "Must be an e-mail address.").await;
    assert_eq!(browser.texts(".problem").await.len(), 1);
    assert_eq!(browser.runs("return document.activeElement.id", vec![]).await, "email");
    browser.closes().await;
}

/// ASVS 6.2.7: password managers paste, and whoever types may look.
#[tokio::test]
async fn a_password_may_be_pasted_and_seen() {
    let Some((server, browser)) = at_home().await else {
        return;
    };
    server.client().sign_up(ADA).await;
    browser.goto("/account/sign-in").await;
    browser.fills("#username", ADA).await;
    let paste = "const field = document.getElementById('password'); field.focus(); \
                 const data = new DataTransfer(); data.setData('text/plain', arguments[0]); \
                 const allowed = field.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })); \
                 return allowed && document.execCommand('insertText', false, arguments[0])";
    assert_eq!(browser.runs(paste, vec![json!(PASSWORD)]).await, true);
    let shown = "return document.getElementById('password').type";
    browser.clicks(".show").await;
    assert_eq!(browser.runs(shown, vec![]).await, "text");
    browser.clicks(".show").await;
    assert_eq!(browser.runs(shown, vec![]).await, "password");
    browser.clicks("#sign-in [type=submit]").await;
    browser.reads("#address", ADA).await;
    let managed = "return [...document.querySelectorAll('input[type=password], input[type=email]')].map((field) => field.autocomplete)";
    for (page, wanted) in [
        ("/account/sign-up", json!(["username", "new-password"])),
        ("/auth/changepassword/abc", json!(["username", "new-password"])),
    ] {
        browser.goto(page).await;
        browser.sees("form .show").await;
        assert_eq!(browser.runs(managed, vec![]).await, wanted, "{page}");
    }
    browser.closes().await;
}

/// Names, one headline, no identifier twice: what a screen reader goes by.
const STRUCTURE: &str = "
    const seen = (element) => element.checkVisibility();
    const named = (element) => element.labels?.length || element.ariaLabel || element.textContent.trim();
    const ids = [...document.querySelectorAll('[id]')].map((element) => element.id);
    return [
        document.documentElement.lang === 'en' || 'no language',
        document.title.endsWith('· Countersign') || 'no title',
        [...document.querySelectorAll('h1')].filter(seen).length === 1 || 'not one headline',
        document.querySelectorAll('main').length === 1 || 'not one main part',
        [...document.querySelectorAll('input, select, textarea, button, a')].filter(seen).filter((element) => !named(element)).map((element) => element.outerHTML).join() || true,
        ids.filter((id, place) => ids.indexOf(id) !== place).join() || true,
        [...document.querySelectorAll('[aria-describedby], [aria-labelledby]')].flatMap((element) => [element.getAttribute('aria-describedby'), element.getAttribute('aria-labelledby')]).filter(Boolean).flatMap((list) => list.split(' ')).filter((id) => !document.getElementById(id)).join() || true,
    ].filter((verdict) => verdict !== true)";

/// Contrast of every text with what is behind it, by WCAG 2.2 §1.4.3: what falls below 4.5.
const CONTRAST: &str = "
    const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    const rgba = (colour) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); return [...canvas.getImageData(0, 0, 1, 1).data]; };
    const luminance = ([r, g, b]) => { const [x, y, z] = [r, g, b].map((part) => part / 255).map((part) => part <= .04045 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4); return .2126 * x + .7152 * y + .0722 * z; };
    const behind = (element) => { for (let node = element; node; node = node.parentElement) { const colour = rgba(getComputedStyle(node).backgroundColor); if (colour[3] === 255) return colour; } return [255, 255, 255, 255]; };
    const texts = [...document.querySelectorAll('body *')].filter((element) => element.checkVisibility() && [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim()));
    return texts.map((element) => { const [a, b] = [luminance(rgba(getComputedStyle(element).color)), luminance(behind(element))]; return [element.textContent.trim().slice(0, 40), (Math.max(a, b) + .05) / (Math.min(a, b) + .05)]; }).filter(([, ratio]) => ratio < 4.5)";

async fn shown(browser: &Browser, page: &str) {
    browser.goto(page).await;
    browser.sees("h1").await;
}

#[tokio::test]
async fn every_page_has_names_for_everything_and_fits_a_telephone() {
    let Some((_server, browser)) = at_home().await else {
        return;
    };
    settle(&browser, ADA).await;
    let token = browser.runs("return localStorage['countersign.token']", vec![]).await;
    for page in PAGES {
        if page == "/account/sign-in" {
            // It is for those who are not signed in.
            browser.runs("localStorage.clear()", vec![]).await;
        }
        for width in [320, 390, 1280] {
            browser.is_wide(width).await;
            shown(&browser, page).await;
            let fits = "const root = document.documentElement; return root.scrollWidth <= root.clientWidth";
            assert_eq!(browser.runs(fits, vec![]).await, true, "{page} at {width}");
        }
        assert_eq!(browser.runs(STRUCTURE, vec![]).await, json!([]), "{page}");
        for scheme in ["light", "dark"] {
            browser.prefers(scheme).await;
            let poor: Value = browser.runs(CONTRAST, vec![]).await;
            assert_eq!(poor, json!([]), "{page}, {scheme}");
        }
        browser
            .runs("localStorage['countersign.token'] = arguments[0]", vec![token.clone()])
            .await;
    }
    browser.closes().await;
}
