//! What the bytes carry beside their code.

use sheaf_tests::program_file;

#[test]
fn who_finds_a_hole_is_told_where_to_report_it() {
    let bytes = program_file("SHEAF_PROGRAM", "sheaf.so");
    let begin = place(&bytes, "=======BEGIN SECURITY.TXT V1=======\0").expect("its beginning");
    let end = place(&bytes, "=======END SECURITY.TXT V1=======\0").expect("its end");
    let text = std::str::from_utf8(&bytes[begin..end]).expect("text between them");
    for field in ["name", "project_url", "contacts", "policy"] {
        assert!(text.contains(&format!("\0{field}\0")), "{field}");
    }
}

fn place(bytes: &[u8], text: &str) -> Option<usize> {
    bytes
        .windows(text.len())
        .position(|window| window == text.as_bytes())
}
