use super::*;
use crate::compute::fixtures::{Parts, answer, echo, echo_back};
use wasm_encoder::BlockType;

fn refusal(bytes: &[u8]) -> ModuleError {
    inspect(bytes).expect_err("a module that is refused")
}

#[test]
fn a_huge_table_is_refused() {
    let with = |elements| {
        let parts = Parts {
            table: Some(elements),
            ..Parts::default()
        };
        parts.module(echo_back)
    };
    assert!(inspect(&with(MAX_TABLE_ELEMENTS)).is_ok());
    for elements in [MAX_TABLE_ELEMENTS + 1, 0xffff_ffff] {
        assert!(matches!(
            refusal(&with(elements)),
            ModuleError::Bound { found, .. } if found == elements
        ));
    }
}

#[test]
fn a_huge_memory_is_refused() {
    let huge = Parts {
        pages: 65_536,
        ..Parts::default()
    };
    assert!(matches!(
        refusal(&huge.module(echo_back)),
        ModuleError::Bound { found: 65_536, .. }
    ));
}

#[test]
fn a_module_gets_nothing_from_the_machine_and_nothing_runs_before_it_is_called() {
    let import = Some(("wasi_snapshot_preview1", "clock_time_get"));
    let parts = Parts {
        import,
        ..Parts::default()
    };
    assert_eq!(
        refusal(&parts.module(echo_back)),
        ModuleError::Import {
            module: "wasi_snapshot_preview1".to_owned(),
            name: "clock_time_get".to_owned(),
        }
    );
    let parts = Parts {
        starts: true,
        ..Parts::default()
    };
    assert_eq!(
        refusal(&parts.module(echo_back)),
        ModuleError::StartFunction
    );
}

#[test]
fn a_module_must_have_the_exports_of_the_abi() {
    let without_memory = Parts {
        exports_memory: false,
        ..Parts::default()
    };
    let without_alloc = Parts {
        alloc_name: "malloc",
        ..Parts::default()
    };
    let wrong_score = Parts {
        alloc_name: "score",
        ..Parts::default()
    };
    for (parts, name) in [
        (without_memory, "\"memory\""),
        (without_alloc, "\"alloc\""),
        (wrong_score, "\"alloc\""),
    ] {
        let refused = refusal(&parts.module(echo_back)).to_string();
        assert!(refused.contains(name), "{refused}");
    }
    let wrong_run = Parts {
        run_is_score: true,
        ..Parts::default()
    };
    let refused = refusal(&wrong_run.module(|it| {
        it.i32_const(0);
    }));
    assert!(matches!(refused, ModuleError::Export(what) if what.contains("\"run\"")));
}

#[test]
fn what_differs_between_machines_or_is_not_counted_is_refused() {
    let vectors = Parts::default().module(|it| {
        it.v128_const(0).drop();
        answer(it, 0, 0);
    });
    assert!(matches!(refusal(&vectors), ModuleError::Invalid(_)));
    for bytes in [b"".as_slice(), b"\0asm", b"\0asm\x0d\0\x01\0", b"(module)"] {
        assert!(
            matches!(refusal(bytes), ModuleError::Invalid(_)),
            "{bytes:?}"
        );
    }
    let mut threads = echo();
    // The memory section of `echo` is id 5, 3 bytes: one memory, no maximum, one page.
    let memory = threads
        .windows(5)
        .position(|window| window == [5, 3, 1, 0, 1]);
    threads[memory.expect("a memory") + 3] = 3;
    assert!(matches!(refusal(&threads), ModuleError::Invalid(_)));
}

#[test]
fn modules_that_are_expensive_to_compile_are_refused() {
    let large = vec![0; MAX_MODULE_BYTES + 1];
    assert_eq!(refusal(&large), ModuleError::TooLarge(MAX_MODULE_BYTES + 1));
    let long = Parts::default().module(|it| {
        for _ in 0..MAX_FUNCTION_BYTES {
            it.nop();
        }
        answer(it, 0, 0);
    });
    assert!(matches!(
        refusal(&long),
        ModuleError::Bound {
            what: "bytes in a function:",
            ..
        }
    ));
    let branching = |branches: u64, locals| {
        let parts = Parts {
            locals,
            ..Parts::default()
        };
        let bytes = parts.module(|it| {
            for _ in 0..branches {
                it.block(BlockType::Empty).end();
            }
            echo_back(it);
        });
        inspect(&bytes).err()
    };
    assert_eq!(branching(MAX_BRANCHES, 0), None);
    assert!(matches!(
        branching(MAX_BRANCHES + 1, 0),
        Some(ModuleError::Bound {
            what: "branches in a function:",
            ..
        })
    ));
    // With the two parameters, 1,000 values at each of 2,001 branches.
    assert_eq!(branching(2_000, 998), None);
    assert!(matches!(
        branching(2_001, 998),
        Some(ModuleError::Bound {
            what: "branches times local variables:",
            found: 2_001_000,
            ..
        })
    ));
    let table = Parts::default().module(|it| {
        it.block(BlockType::Empty);
        it.local_get(0).br_table(vec![0; 9_000], 0).end();
        answer(it, 0, 0);
    });
    assert!(matches!(
        refusal(&table),
        ModuleError::Bound {
            what: "branches in a function:",
            found: 9_002,
            ..
        }
    ));
    for (locals, taken) in [(MAX_LOCALS, true), (MAX_LOCALS + 1, false)] {
        let parts = Parts {
            locals: locals as u32,
            ..Parts::default()
        };
        assert_eq!(inspect(&parts.module(echo_back)).is_ok(), taken);
    }
}
