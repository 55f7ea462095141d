//! Fetching over loopback: what is followed, and what is refused.

use sheaf_kinds::{
    AddressPolicy,
    web::fetch::{FetchError, Fetcher, MAX_BODY_BYTES, parse_url},
};
use std::net::{IpAddr, SocketAddr};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

fn local() -> Fetcher {
    let policy = AddressPolicy::with_loopback("a localnet").expect("allowed there");
    Fetcher::new(policy, None).expect("a client")
}

/// A site whose answer depends on path and asking address.
async fn site() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut stream, from)) = listener.accept().await {
            tokio::spawn(async move {
                let mut request = vec![0; 4_096];
                let length = stream.read(&mut request).await.unwrap_or(0);
                let request = String::from_utf8_lossy(&request[..length]).into_owned();
                let path = request.split(' ').nth(1).unwrap_or("/").to_owned();
                let answer = answer(&path, &from, &request);
                let _ = stream.write_all(&answer).await;
            });
        }
    });
    address
}

fn answer(path: &str, from: &SocketAddr, request: &str) -> Vec<u8> {
    let redirect = |to: &str| {
        format!(
            "HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        )
        .into_bytes()
    };
    let page = |status: &str, body: &str| {
        format!(
            "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        )
        .into_bytes()
    };
    match path {
        "/loop" => redirect("/loop"),
        "/hop" => redirect("from"),
        "/private" => redirect("http://10.0.0.1/router"),
        "/metadata" => redirect("http://169.254.169.254/latest"),
        "/mapped" => redirect("http://[::ffff:10.0.0.1]/"),
        "/file" => redirect("file:///etc/passwd"),
        "/from" => page("200 OK", &from.ip().to_string()),
        "/agent" => page(
            "200 OK",
            if request.contains("user-agent: Sheaf/") {
                "named"
            } else {
                "unnamed"
            },
        ),
        "/large" => [
            b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".to_vec(),
            vec![b'x'; MAX_BODY_BYTES + 1],
        ]
        .concat(),
        "/full" => [
            b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".to_vec(),
            vec![b'x'; MAX_BODY_BYTES],
        ]
        .concat(),
        _ => page("404 Not Found", "nothing here"),
    }
}

#[tokio::test]
async fn pages_and_redirects_are_followed() -> Result<(), FetchError> {
    let site = site().await;
    let fetcher = local();
    let page = fetcher.fetch(&format!("http://{site}/hop")).await?;
    assert_eq!(
        (page.status, page.body.as_slice()),
        (200, b"127.0.0.1".as_slice())
    );
    assert_eq!(page.url, format!("http://{site}/from"));
    assert_eq!(
        fetcher.fetch(&format!("http://{site}/agent")).await?.body,
        b"named"
    );
    assert_eq!(
        fetcher.fetch(&format!("http://{site}/none")).await?.status,
        404
    );
    assert_eq!(
        fetcher
            .fetch(&format!("http://{site}/full"))
            .await?
            .body
            .len(),
        MAX_BODY_BYTES
    );
    Ok(())
}

#[tokio::test]
async fn the_source_address_is_used() -> Result<(), FetchError> {
    let site = site().await;
    let policy = AddressPolicy::with_loopback("a localnet").expect("allowed there");
    let fetcher = Fetcher::new(policy, Some(IpAddr::from([127, 0, 0, 7])))?;
    assert_eq!(
        fetcher.fetch(&format!("http://{site}/from")).await?.body,
        b"127.0.0.7"
    );
    Ok(())
}

#[tokio::test]
async fn redirects_to_refused_places_are_not_followed() {
    let site = site().await;
    for path in ["private", "metadata", "mapped"] {
        let refused = local().fetch(&format!("http://{site}/{path}")).await;
        assert!(
            matches!(refused, Err(FetchError::Refused { .. })),
            "{path}: {refused:?}"
        );
    }
    let file = local().fetch(&format!("http://{site}/file")).await;
    assert!(matches!(file, Err(FetchError::Url { .. })), "{file:?}");
    let endless = local().fetch(&format!("http://{site}/loop")).await;
    assert!(
        matches!(endless, Err(FetchError::TooManyRedirects { .. })),
        "{endless:?}"
    );
}

#[tokio::test]
async fn loopback_is_refused_by_address_and_by_name() {
    let site = site().await;
    let fetcher = Fetcher::new(AddressPolicy::public(), None).expect("a client");
    for host in [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "0x7f.1",
        "2130706433",
        "[::ffff:127.0.0.1]",
    ] {
        let refused = fetcher
            .fetch(&format!("http://{host}:{}/from", site.port()))
            .await;
        assert!(
            matches!(refused, Err(FetchError::Refused { .. })),
            "{host}: {refused:?}"
        );
    }
    let by_name = local()
        .fetch(&format!("http://localhost:{}/from", site.port()))
        .await;
    assert!(by_name.is_ok(), "{by_name:?}");
}

#[tokio::test]
async fn large_bodies_and_odd_urls_are_refused() {
    let site = site().await;
    let large = local().fetch(&format!("http://{site}/large")).await;
    assert!(
        matches!(large, Err(FetchError::TooLarge { .. })),
        "{large:?}"
    );
    for url in [
        "",
        "page",
        "ftp://example.org/",
        "file:///etc/passwd",
        "http://a:b@example.org/",
        "http://",
    ] {
        assert!(
            matches!(parse_url(url), Err(FetchError::Url { .. })),
            "{url}"
        );
    }
}
