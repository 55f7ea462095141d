//! What these tests start with: a folder, a site, a scenario on it.

use anyhow::Result;
use sheaf_demo::{
    plan::Plan,
    scenario::Scenario,
    stack::{Stack, binaries::Binaries, folder::Folder},
};
use sheaf_tests::program_path;
use std::path::Path;

/// A network with a funded job; nobody works on it yet. Its folder stays until the next run: errors name
/// logs in it.
pub async fn stage(name: &str, plan: Plan) -> Result<Scenario> {
    stage_on(name, plan, None).await
}

/// The same, with an indexer of several processes that share the PostgreSQL database at this URL.
pub async fn stage_on(name: &str, plan: Plan, database: Option<String>) -> Result<Scenario> {
    let data = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let site = data.join("site");
    write_pages(&site, plan.pages)?;
    let folder = Folder::claim(&data)?;
    let binaries = Binaries::beside_this_one()?;
    let program = program_path("SHEAF_PROGRAM", "sheaf.so");
    let mut stack = Stack::start(folder, binaries, &program, plan.nodes.len()).await?;
    if let Some(url) = database {
        stack.share_database(url);
    }
    Scenario::prepare(plan, stack, &site).await
}

/// Pages of 900 words, each of its own: enough for scores that mean something.
fn write_pages(folder: &Path, count: usize) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    for page in 0..count {
        let words: String = (0..900)
            .map(|word| format!("word{word}of{page} "))
            .collect();
        let html = format!(
            "<!DOCTYPE html><html><body><main><h1>Page {page}</h1><p>{words}</p></main></body></html>"
        );
        std::fs::write(folder.join(format!("page-{page}.html")), html)?;
    }
    Ok(())
}
