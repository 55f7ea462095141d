//! Archives built from made-up data in the documented forms. Real exports were not at hand.

use super::*;
use sheaf_protocol::statement::consent::DataClass;
use std::io::{Cursor, Write};
use zip::{ZipWriter, write::SimpleFileOptions};

fn zip(entries: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in entries {
        writer
            .start_file(*name, SimpleFileOptions::default())
            .expect("an entry");
        writer.write_all(text.as_bytes()).expect("its bytes");
    }
    writer.finish().expect("a zip file").into_inner()
}

fn import(entries: &[(&str, &str)], allowed: &[DataClass]) -> Import {
    import_archive("archive.zip", Cursor::new(zip(entries)), None, allowed).expect("it can be read")
}

/// Every record as it would leave the device.
fn leaving(import: &Import) -> String {
    let lines = import.records.iter().map(|record| {
        let fields = record.fields();
        serde_json::to_string(&fields).expect("json")
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn dropped(import: &Import) -> Vec<(Dropped, usize)> {
    let dropped = import.dropped.iter();
    dropped.map(|(reason, count)| (*reason, *count)).collect()
}

const X_TWEETS: &str = r#"window.YTD.tweets.part0 = [
  { "tweet": { "id_str": "1", "created_at": "Wed Oct 10 20:19:24 +0000 2018",
    "full_text": "Lunch with @janedoe &amp; Jane Doe at the lake https://t.co/abc",
    "entities": { "user_mentions": [ { "name": "Jane Doe", "screen_name": "janedoe", "id_str": "77" } ] } } },
  { "tweet": { "id_str": "2", "created_at": "Thu Oct 11 20:19:24 +0000 2018", "full_text": "RT @other: SECRET words" } },
  { "tweet": { "id_str": "3", "created_at": "Fri Oct 12 20:19:24 +0000 2018", "full_text": "@janedoe https://t.co/xyz" } },
  { "tweet": { "id_str": "4" } }
]"#;

const X_LIKES: &str = r#"window.YTD.like.part0 = [ { "like": { "tweetId": "991", "fullText": "SECRET of another",
  "expandedUrl": "https://twitter.com/i/web/status/991" } } ]"#;

#[test]
fn an_archive_of_x_gives_posts_and_likes_without_others() {
    let entries = [
        ("data/tweets.js", X_TWEETS),
        ("data/like.js", X_LIKES),
        ("data/direct-messages.js", "SECRET"),
        ("data/direct-messages-group.js", "SECRET"),
        ("data/deleted-tweets.js", "SECRET"),
        ("data/account.js", "SECRET"),
        ("data/tweets_media/1-a.jpg", "SECRET"),
    ];
    let import = import(&entries, &[DataClass::Posts, DataClass::Likes]);
    assert_eq!(import.platform, Platform::X);
    let leaving = leaving(&import);
    assert!(
        leaving.contains(r#""text":"Lunch with [person] & [person] at the lake [link]""#),
        "{leaving}"
    );
    assert!(
        leaving.contains(r#""time":"2018-10-10T20:19:24Z""#) && leaving.contains(r#""item":"991""#)
    );
    for others in ["SECRET", "Jane", "janedoe", "t.co", "77"] {
        assert!(!leaving.contains(others), "{others}: {leaving}");
    }
    assert_eq!(import.records.len(), 2);
    assert_eq!(import.redacted_places, 3);
    assert_eq!(import.files, ["data/tweets.js", "data/like.js"]);
    assert_eq!(
        dropped(&import),
        [
            (Dropped::DirectMessages, 2),
            (Dropped::OthersWords, 1),
            (Dropped::NothingLeft, 1),
            (Dropped::NotUnderstood, 1),
            (Dropped::OtherFile, 3),
        ]
    );
}

#[test]
fn only_allowed_classes_are_kept() {
    let entries = [("data/tweets.js", X_TWEETS), ("data/like.js", X_LIKES)];
    let likes = import(&entries, &[DataClass::Likes]);
    assert!(
        likes
            .records
            .iter()
            .all(|record| record.class == DataClass::Likes)
    );
    assert_eq!(likes.records.len(), 1);
    let nothing = import(&entries, &[]);
    assert_eq!(nothing.records, []);
    assert_eq!(nothing.dropped[&Dropped::NotAllowed], 3);
}

#[test]
fn an_archive_of_discord_gives_messages_to_groups_alone() {
    let message = |text: &str| {
        format!(
            r#"[{{"ID": 1, "Timestamp": "2024-01-02 03:04:05", "Contents": "{text}", "Attachments": ""}}]"#
        )
    };
    let guild = r#"{"id": "11", "type": "GUILD_TEXT", "name": "SECRET room", "guild": {"id": "5", "name": "SECRET guild"}}"#;
    let direct = r#"{"id": "22", "type": "DM", "recipients": ["1", "2"]}"#;
    let csv = "ID,Timestamp,Contents,Attachments\n9,2021-03-04 05:06:07.123000+00:00,\"> SECRET quote\nown, words <@99>\",\n";
    let old = r#"{"id": "33", "type": 0, "name": "r", "guild": {"id": "5", "name": "g"}}"#;
    let entries = [
        (
            "messages/index.json",
            r#"{"22": "Direct Message with SECRET"}"#,
        ),
        ("messages/c11/channel.json", guild),
        ("messages/c11/messages.json", &message("good morning all")),
        ("messages/c22/channel.json", direct),
        ("messages/c22/messages.json", &message("SECRET to one")),
        ("messages/c33/channel.json", old),
        ("messages/c33/messages.csv", csv),
        (
            "messages/c44/messages.json",
            &message("SECRET without a channel file"),
        ),
        ("messages/c55/channel.json", r#"{"id": "55", "type": 3}"#),
        (
            "messages/c55/messages.json",
            &message("SECRET group letter"),
        ),
        ("account/user.json", "SECRET"),
    ];
    let import = import(&entries, &[DataClass::Messages]);
    assert_eq!(import.platform, Platform::Discord);
    let leaving = leaving(&import);
    assert!(!leaving.contains("SECRET"), "{leaving}");
    let texts: Vec<_> = import
        .records
        .iter()
        .filter_map(|r| r.text.as_deref())
        .collect();
    assert_eq!(texts, ["good morning all", "own, words [person]"]);
    assert_eq!(
        import.records[0].time.as_deref(),
        Some("2024-01-02T03:04:05Z")
    );
    assert_eq!(
        import.records[1].time.as_deref(),
        Some("2021-03-04T05:06:07Z")
    );
    assert_eq!(
        dropped(&import),
        [(Dropped::DirectMessages, 3), (Dropped::OtherFile, 2)]
    );
}

const WATCHED: &str = r#"[
  {"header": "YouTube", "title": "Watched SECRET title", "titleUrl": "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
   "subtitles": [{"name": "SECRET channel", "url": "https://www.youtube.com/channel/x"}],
   "time": "2024-03-03T10:20:30.123Z", "products": ["YouTube"]},
  {"header": "YouTube", "title": "Watched an ad", "titleUrl": "https://www.youtube.com/watch?v=aaaaaaaaaaa",
   "time": "2024-03-03T10:21:30Z", "details": [{"name": "From Google Ads"}]},
  {"header": "YouTube", "title": "Watched a video that has been removed", "time": "2024-03-03T10:22:30Z"}
]"#;

#[test]
fn takeout_gives_numbers_of_videos_and_searches() {
    let folder = "Takeout/YouTube and YouTube Music/history";
    let searches = r#"[{"header": "YouTube", "title": "Searched for blue bird", "time": "2024-03-04T00:00:00Z",
        "titleUrl": "https://www.youtube.com/results?search_query=blue+bird"}]"#;
    let entries = [
        (&*format!("{folder}/watch-history.json"), WATCHED),
        (&*format!("{folder}/search-history.json"), searches),
    ];
    let import = import(&entries, &[DataClass::WatchHistory, DataClass::Searches]);
    assert_eq!(import.platform, Platform::Youtube);
    let leaving = leaving(&import);
    assert!(!leaving.contains("SECRET"), "{leaving}");
    assert!(
        leaving.contains(r#""item":"dQw4w9WgXcQ""#) && leaving.contains(r#""text":"blue bird""#)
    );
    assert_eq!(
        dropped(&import),
        [(Dropped::Advertisement, 1), (Dropped::NotUnderstood, 1)]
    );
}

#[test]
fn takeout_is_read_as_html_too() {
    let cell = "content-cell mdl-cell mdl-cell--6-col mdl-typography--body-1";
    let html = format!(
        "<html><body><div class=\"{cell}\">Watched\u{a0}<a href=\"https://www.youtube.com/watch?v=dQw4w9WgXcQ&amp;t=1\">\
         SECRET</a><br><a href=\"https://www.youtube.com/channel/x\">SECRET</a><br>Mar 3, 2024, 10:20:30 PM CET</div>\
         <div class=\"{cell} mdl-typography--text-right\"></div>\
         <div class=\"{cell}\">Watched a video that has been removed<br>Mar 3, 2024</div></body></html>"
    );
    let import = import(&[("watch-history.html", &html)], &[DataClass::WatchHistory]);
    assert_eq!(
        leaving(&import),
        r#"{"platform":"youtube","class":"watch-history","item":"dQw4w9WgXcQ"}"#
            .parse::<serde_json::Value>()
            .expect("json")
            .to_string()
    );
    assert_eq!(dropped(&import), [(Dropped::NotUnderstood, 1)]);
}

#[test]
fn an_archive_of_tiktok_gives_what_the_person_did() {
    let data = r#"{
      "Activity": {
        "Video Browsing History": {"VideoList": [{"Date": "2023-05-06 12:34:56", "Link": "https://www.tiktokv.com/share/video/7123456789012345678/"}]},
        "Search History": {"SearchList": [{"Date": "2023-05-06 12:35:56", "SearchTerm": "bread @janedoe"}]},
        "Like List": {"ItemFavoriteList": [{"date": "2023-05-06 12:36:56", "link": "https://www.tiktokv.com/share/video/7000000000000000001/"}]}
      },
      "Comment": {"Comments": {"CommentsList": [{"Date": "2023-05-06 12:37:56", "Comment": "so good"}]}},
      "Direct Messages": {"Chat History": {"ChatHistory": {"Chat with SECRET:": [{"From": "SECRET", "Content": "SECRET"}]}}},
      "Profile": {"Profile Information": {"ProfileMap": {"userName": "SECRET"}}},
      "Video": {"Videos": {"VideoList": [{"Date": "2023-05-06 12:38:56", "Link": "https://SECRET"}]}}
    }"#;
    let all = [
        DataClass::WatchHistory,
        DataClass::Searches,
        DataClass::Likes,
        DataClass::Comments,
    ];
    let import = import(&[("user_data.json", data)], &all);
    assert_eq!(import.platform, Platform::Tiktok);
    let leaving = leaving(&import);
    assert!(
        !leaving.contains("SECRET") && !leaving.contains("janedoe"),
        "{leaving}"
    );
    let mut classes: Vec<DataClass> = import.records.iter().map(|r| r.class).collect();
    classes.sort();
    let mut expected = all.to_vec();
    expected.sort();
    assert_eq!(classes, expected);
    for part in [
        "7123456789012345678",
        "bread [person]",
        "7000000000000000001",
        "so good",
    ] {
        assert!(leaving.contains(part), "{part}: {leaving}");
    }
    assert_eq!(dropped(&import), [(Dropped::DirectMessages, 1)]);
}

#[test]
fn a_single_file_is_read_like_an_archive_of_one() {
    let alone = import_archive(
        "watch-history.json",
        Cursor::new(WATCHED),
        None,
        &[DataClass::WatchHistory],
    );
    assert_eq!(alone.expect("it can be read").records.len(), 1);
    let unknown = import_archive("notes.json", Cursor::new("[]"), None, DataClass::ALL);
    assert!(matches!(unknown, Err(ImportError::UnknownPlatform)));
}

#[test]
fn what_is_not_as_documented_is_refused_by_name() {
    let refused = |entries: &[(&str, &str)], platform| {
        let refused = import_archive("a.zip", Cursor::new(zip(entries)), platform, DataClass::ALL);
        refused.expect_err("a refusal").to_string()
    };
    let said = refused(&[("data/tweets.js", "window.YTD.tweets.part0 = {")], None);
    assert!(
        said.starts_with("data/tweets.js is not as documented: "),
        "{said}"
    );
    let said = refused(&[("readme.txt", "x")], None);
    assert!(said.contains("nothing in it is known"), "{said}");
    let said = refused(&[("data/tweets.js", X_TWEETS)], Some(Platform::Tiktok));
    assert!(said.contains("none of the files of tiktok"), "{said}");
    let said = refused(&[("../data/tweets.js", X_TWEETS)], None);
    assert!(said.contains("points outside"), "{said}");
}
