//! The chapter of pages: everybody gets the same, and opening one does nothing.

use super::{Api, Teller, ask};

pub async fn tell(teller: &mut Teller<'_, impl Api>) {
    for page in [
        "account",
        "sign_in",
        "sign_up",
        "forgotten",
        "new_password",
        "invitation",
        "activation",
        "confirmation",
        "set_password",
    ] {
        let shown = teller.tell(ask(&format!("{page}_page")), 200).await.text();
        let style = shown
            .split('"')
            .find(|part| part.ends_with("/style.css"))
            .expect("a style");
        teller.tell(ask("page_asset").on(style), 200).await;
    }
    // Of a release before, or after.
    teller.tell(ask("page_asset"), 200).await;
    teller
        .tell(ask("page_asset").on("/account/assets/0123456789abcdef/nothing.js"), 404)
        .await;
    teller.tell(ask("account_page").on("/account/nothing"), 404).await;
}
