//! Comparison of real pages: what differs benignly is paid, what was changed is not.

use proptest::prelude::*;
use sheaf_kinds::{
    AddressPolicy, Kind, Misbehaviour, Vantage,
    web::{PageHeader, Web, similarity::Sketch},
};
use sheaf_protocol::specification::WebSpecification;

const PAGES: [&str; 2] = [
    include_str!("pages/fn.sleep.html"),
    include_str!("pages/fn.rename.html"),
];

/// A specification without pages: falsifying needs none.
fn nothing() -> WebSpecification {
    WebSpecification {
        title: String::new(),
        urls: Vec::new(),
        pages_per_node: 1,
    }
}

fn sketch(page: &str) -> Sketch {
    Sketch::new(page.as_bytes())
}

/// Ends of the tags in the page's main part.
fn places(page: &str) -> Vec<usize> {
    let main = page.find("<main").expect("a main part");
    let ends = page[main..].match_indices("</p>");
    ends.map(|(at, end)| main + at + end.len()).collect()
}

#[test]
fn other_pages_are_worth_nothing() {
    let [sleep, rename] = PAGES.map(sketch);
    assert!(sleep.word_count() > 100 && rename.word_count() > 100);
    assert_eq!(sleep.quality_bps(&sleep), 10_000);
    assert_eq!(sleep.quality_bps(&rename), 0);
}

#[test]
fn lazy_nodes_earn_nothing() {
    let vantage = Vantage {
        policy: AddressPolicy::public(),
        source: None,
    };
    let web = Web::new(nothing(), vantage).expect("a client");
    let header = PageHeader {
        url: "http://site/".to_owned(),
        status: 200,
        region: "eu-west".to_owned(),
        observed_slot: 1,
    };
    for page in PAGES {
        for how in [Misbehaviour::Altered, Misbehaviour::Stale] {
            let plaintext = web.falsify(&header.with_body(page.as_bytes()), how);
            let (kept, body) = PageHeader::split(&plaintext).expect("a page");
            assert_eq!(kept, header);
            assert_eq!(sketch(page).quality_bps(&Sketch::new(body)), 0, "{how:?}");
        }
    }
}

proptest! {
    #[test]
    fn a_banner_and_a_date_do_not_cost(
        page in 0usize..2, place in 0usize..100, words in 1usize..=12, day in 1u32..29, views in 0u32..100_000,
    ) {
        let page = PAGES[page];
        let places = places(page);
        let at = places[place % places.len()];
        let banner: String = (0..words).map(|n| format!("regional{n} ")).collect();
        let other = format!(
            "{}<div class=\"region-{day}\">{banner}<time>{day} November 2026, 10:{day}</time> {views}</div>{}",
            &page[..at], &page[at..],
        );
        prop_assert_eq!(sketch(page).quality_bps(&sketch(&other)), 10_000);
        prop_assert_eq!(sketch(&other).quality_bps(&sketch(page)), 10_000);
    }

    #[test]
    fn markup_alone_does_not_count(page in 0usize..2, class in "[a-z]{1,9}") {
        let page = PAGES[page];
        let other = page
            .replace("<p>", &format!("<p class='{class}'><!-- {class} -->"))
            .replace("</body>", &format!("<script>{class}()</script></body>"));
        prop_assert_eq!(sketch(page).quality_bps(&sketch(&other)), 10_000);
    }

    #[test]
    fn a_page_cut_short_is_worth_nothing(page in 0usize..2, percent in 0usize..60) {
        let page = PAGES[page];
        let main = page.find("<main").expect("a main part");
        let cut = main + (page.len() - main) * percent / 100;
        prop_assert_eq!(sketch(page).quality_bps(&sketch(&page[..cut])), 0);
    }
}
