//! What makes a region's mirror differ benignly from the site: a line with the date, and a banner.

use std::time::SystemTime;

/// The page as the mirror of `region` serves it at `now`.
pub fn mirrored(page: &str, region: &str, now: SystemTime) -> String {
    let date = httpdate::fmt_http_date(now);
    let lines = format!("<p>{date}</p><div>You are reading the mirror for {region}</div>");
    let (before, after) = page.split_at(main_content(page));
    format!("{before}{lines}{after}")
}

/// Where the main content begins: behind the tag `<main>`, else behind `<body>`, else at the start.
fn main_content(page: &str) -> usize {
    let behind = |tag: &str| {
        let start = page.find(tag)?;
        Some(start + page[start..].find('>')? + 1)
    };
    behind("<main").or_else(|| behind("<body")).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sheaf_kinds::web::similarity::Sketch;
    use std::time::Duration;

    const PAGE: &str = "<html><body class=\"doc\"><nav>Menu</nav><main id=\"content\"><h1>Vectors</h1>\
        <p>A contiguous growable array type with heap allocated contents, written as Vec and \
        pronounced vector. Vectors have constant time indexing, amortized constant time push to \
        the end and constant time pop from the end. Vectors ensure they never allocate more \
        bytes than the largest signed integer.</p></main></body></html>";

    #[test]
    fn a_mirrors_page_differs_and_is_worth_everything() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        let served = mirrored(PAGE, "ap-northeast", now);
        assert!(
            served.contains("<main id=\"content\"><p>Fri, 15 Jan 2027"),
            "{served}"
        );
        assert!(served.contains("the mirror for ap-northeast"));
        let (own, other) = (Sketch::new(PAGE.as_bytes()), Sketch::new(served.as_bytes()));
        assert_eq!(own.quality_bps(&other), 10_000);
    }

    #[test]
    fn a_page_without_main_or_body_is_served_too() {
        let now = SystemTime::UNIX_EPOCH;
        assert!(mirrored("text", "eu-west", now).ends_with("</div>text"));
        assert!(mirrored("<body>text", "eu-west", now).starts_with("<body><p>"));
    }
}
