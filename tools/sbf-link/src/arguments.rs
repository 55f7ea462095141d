//! The command line, as rustc gives it to a linker.

use std::{
    env,
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

/// Folder of the programs: set by whoever starts cargo. Without it every cdylib is a program.
const PROGRAMS: &str = "SBF_LINK_PROGRAMS";
/// Folder of the crate that is being linked: cargo sets it for rustc, whose child we are.
const CRATE: &str = "CARGO_MANIFEST_DIR";
/// Folder that gets the module after each step, for looking at.
const DUMP: &str = "SBF_LINK_DUMP";
const USAGE: &str = "usage: sbf-link verify FILE, or as rustc's linker: -C linker=sbf-link";

/// What to do.
#[derive(Debug)]
pub enum Request {
    /// Link a program.
    Link(LinkRequest),
    /// Write a note instead of a program: cargo links cdylibs of dependencies too.
    Skip(PathBuf),
    /// Check a file that was linked before.
    Verify(PathBuf),
}

/// One program to link.
#[derive(Debug)]
pub struct LinkRequest {
    /// Where the program goes.
    pub output: PathBuf,
    /// Bitcode files and archives of them.
    pub inputs: Vec<PathBuf>,
    /// Where to print the module after each step.
    pub dump: Option<PathBuf>,
}

/// Reads the process's command line and environment.
pub fn read() -> Result<Request, String> {
    let request = parse(env::args_os().skip(1))?;
    let Request::Link(mut link) = request else {
        return Ok(request);
    };
    let folder = |variable| env::var_os(variable).map(PathBuf::from);
    if is_dependency(folder(PROGRAMS).as_deref(), folder(CRATE).as_deref())? {
        return Ok(Request::Skip(link.output));
    }
    link.dump = folder(DUMP);
    Ok(Request::Link(link))
}

fn parse(mut words: impl Iterator<Item = OsString>) -> Result<Request, String> {
    let (mut output, mut inputs) = (None, Vec::new());
    while let Some(word) = words.next() {
        match word.to_str() {
            Some("verify") if output.is_none() && inputs.is_empty() => {
                return match (words.next(), words.next()) {
                    (Some(file), None) => Ok(Request::Verify(file.into())),
                    _ => Err(USAGE.into()),
                };
            }
            Some("-o") => output = words.next().map(PathBuf::from),
            // rustc's options with a value of their own. None changes the program: the back end
            // and what is exported are ours to decide.
            Some("-L" | "--cpu" | "--cpu-features" | "-flavor" | "--export-symbols") => {
                words.next();
            }
            Some(option) if option.starts_with('-') => {}
            _ => inputs.push(word.into()),
        }
    }
    Ok(Request::Link(LinkRequest {
        output: output.ok_or(USAGE)?,
        inputs,
        dump: None,
    }))
}

/// A crate is a dependency when we know where the programs lie and it lies elsewhere. Its
/// *place* decides, never its name, so a program can never be taken for a dependency.
fn is_dependency(programs: Option<&Path>, linked: Option<&Path>) -> Result<bool, String> {
    let (Some(programs), Some(linked)) = (programs, linked) else {
        return Ok(false);
    };
    // Two names of one folder must not make a difference.
    let real = |folder: &Path| {
        fs::canonicalize(folder).map_err(|error| {
            let (programs, folder) = (programs.display(), folder.display());
            format!("{PROGRAMS} is '{programs}', but '{folder}' cannot be read: {error}")
        })
    };
    if !programs.is_absolute() {
        let programs = programs.display();
        return Err(format!(
            "{PROGRAMS} is '{programs}': it must be the absolute path of the programs' folder"
        ));
    }
    Ok(!real(linked)?.starts_with(real(programs)?))
}

#[cfg(test)]
mod tests {
    use super::{Request, is_dependency, parse};
    use std::{fs, path::Path};

    #[test]
    fn the_place_of_a_crate_decides_whether_it_is_a_program() {
        let root = std::env::temp_dir().join(format!("sbf-link-place-{}", std::process::id()));
        let folder = |name: &str| {
            let folder = root.join(name);
            fs::create_dir_all(&folder).expect("a folder");
            folder
        };
        let programs = folder("programs");
        let dependency = |linked: &Path| is_dependency(Some(&programs), Some(linked));
        assert_eq!(dependency(&folder("programs/sheaf")), Ok(false));
        assert_eq!(dependency(&folder("programs/libsolana_x")), Ok(false));
        assert_eq!(dependency(&folder("registry/spl-token")), Ok(true));
        assert_eq!(dependency(&folder("programs-other/x")), Ok(true));
        // The same folder by another name.
        let other_name = root.join("link");
        std::os::unix::fs::symlink(&programs, &other_name).expect("a link");
        assert_eq!(dependency(&other_name.join("sheaf")), Ok(false));
        let through_link = is_dependency(Some(&other_name), Some(&folder("programs/sheaf")));
        assert_eq!(through_link, Ok(false));
        fs::remove_dir_all(&root).expect("the folder goes");
    }

    #[test]
    fn without_knowing_the_programs_everything_is_linked() {
        let folder = Path::new("/");
        assert_eq!(is_dependency(None, Some(folder)), Ok(false));
        assert_eq!(is_dependency(Some(folder), None), Ok(false));
    }

    #[test]
    fn a_folder_of_programs_that_cannot_be_is_refused() {
        for wrong in ["", "programs", "/no/such/folder"] {
            let answer = is_dependency(Some(Path::new(wrong)), Some(Path::new("/")));
            let reason = answer.expect_err(wrong);
            assert!(reason.contains("SBF_LINK_PROGRAMS"), "{reason}");
        }
    }

    #[test]
    fn options_that_rustc_passes_are_no_inputs() {
        let line = "--export-symbols symbols symbols.o a.rcgu.o libstd.rlib -L raw --cpu v2 \
                    -o libx.so -O3 --debug";
        let request = parse(line.split_whitespace().map(Into::into));
        let Ok(Request::Link(link)) = request else {
            panic!("{request:?}");
        };
        assert_eq!(link.output, Path::new("libx.so"));
        let inputs = ["symbols.o", "a.rcgu.o", "libstd.rlib"].map(Path::new);
        assert_eq!(link.inputs, inputs);
    }

    #[test]
    fn a_wrong_command_line_says_how_it_is_used() {
        for wrong in ["", "verify", "verify a b", "-o", "a.o"] {
            let reason = parse(wrong.split_whitespace().map(Into::into)).expect_err(wrong);
            assert!(reason.starts_with("usage:"), "{reason}");
        }
    }
}
