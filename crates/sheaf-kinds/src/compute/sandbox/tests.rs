use super::*;
use crate::compute::{
    fixtures::{INPUT_AT, Parts, answer, echo, echo_back, function},
    inspect::{MAX_BRANCHES, MAX_FUNCTION_BYTES, MAX_LOCALS, MAX_MODULE_BYTES},
};
use wasm_encoder::{BlockType, InstructionSink, MemArg};

const LIMITS: RunLimits = RunLimits {
    fuel: 100_000,
    memory_pages: 4,
    output_bytes: 64,
};

fn compiled(bytes: &[u8]) -> Module {
    Module::new(bytes).expect("a module that is taken")
}

fn run(bytes: &[u8], input: &[u8]) -> Result<Vec<u8>, RunError> {
    compiled(bytes).run(input, &LIMITS)
}

/// Runs a module that does this, and then returns nothing.
fn doing(instructions: impl FnOnce(&mut InstructionSink<'_>)) -> Result<Vec<u8>, RunError> {
    let bytes = Parts::default().module(|it| {
        instructions(it);
        answer(it, 0, 0);
    });
    run(&bytes, b"")
}

fn refusal(bytes: &[u8]) -> ModuleError {
    Module::new(bytes).expect_err("a module that is refused")
}

fn at(offset: u64) -> MemArg {
    MemArg {
        offset,
        align: 0,
        memory_index: 0,
    }
}

#[test]
fn a_module_is_given_its_input_and_its_output_is_read() {
    assert_eq!(run(&echo(), b"some input"), Ok(b"some input".to_vec()));
    assert_eq!(run(&echo(), b""), Ok(Vec::new()));
}

#[test]
fn a_run_leaves_nothing_to_the_next() {
    // Adds one to a byte of memory and returns it.
    let counting = compiled(&Parts::default().module(|it| {
        it.i32_const(0);
        it.i32_const(0).i32_load8_u(at(0)).i32_const(1).i32_add();
        it.i32_store8(at(0));
        answer(it, 0, 1);
    }));
    for _ in 0..3 {
        assert_eq!(counting.run(b"", &LIMITS), Ok(vec![1]));
    }
}

#[test]
fn there_is_one_nan() {
    // Processors give 0/0 the sign that they like, and carry the bits of a NaN along.
    let divided = Parts::default().module(|it| {
        it.i32_const(0);
        it.f32_const(0.0_f32.into())
            .f32_const(0.0_f32.into())
            .f32_div();
        it.f32_store(at(0));
        it.i32_const(0);
        it.f32_const(f32::from_bits(0xffa1_2345).into());
        it.f32_const(1.0_f32.into()).f32_add();
        it.f32_store(at(4));
        answer(it, 0, 8);
    });
    let canonical = 0x7fc0_0000_u32.to_le_bytes();
    assert_eq!(run(&divided, b""), Ok([canonical, canonical].concat()));
}

#[test]
fn an_endless_loop_ends_with_its_fuel() {
    let endless = |it: &mut InstructionSink<'_>| {
        it.loop_(BlockType::Empty).br(0).end();
    };
    assert_eq!(doing(endless), Err(RunError::OutOfFuel(LIMITS.fuel)));
}

#[test]
fn moving_many_bytes_with_one_instruction_costs_fuel_for_each() {
    let filling = |length| {
        move |it: &mut InstructionSink<'_>| {
            it.i32_const(0)
                .i32_const(7)
                .i32_const(length)
                .memory_fill(0);
            it.i32_const(0)
                .i32_const(1)
                .i32_const(length - 1)
                .memory_copy(0, 0);
        }
    };
    assert_eq!(doing(filling(40_000)), Ok(Vec::new()));
    assert_eq!(
        doing(filling(60_000)),
        Err(RunError::OutOfFuel(LIMITS.fuel))
    );
}

#[test]
fn a_memory_bomb_ends_at_its_limit() {
    let growing = |it: &mut InstructionSink<'_>| {
        it.loop_(BlockType::Empty);
        it.i32_const(1).memory_grow(0).drop();
        it.br(0).end();
    };
    assert_eq!(doing(growing), Err(RunError::OverMemory(4)));
    let at_once = |pages| {
        let bytes = Parts {
            pages,
            ..Parts::default()
        }
        .module(echo_back);
        run(&bytes, b"x")
    };
    assert_eq!(at_once(4), Ok(b"x".to_vec()));
    assert_eq!(at_once(5), Err(RunError::OverMemory(4)));
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
fn memory_that_the_module_itself_does_not_allow_is_not_granted_and_ends_nothing() {
    let bounded = Parts {
        most_pages: Some(2),
        ..Parts::default()
    };
    // Stores what growing by 2 and then by 1 page gave: no, and the number of pages before.
    let bytes = bounded.module(|it| {
        it.i32_const(0).i32_const(2).memory_grow(0).i32_store(at(0));
        it.i32_const(4).i32_const(1).memory_grow(0).i32_store(at(0));
        answer(it, 0, 8);
    });
    let expected = [u32::MAX.to_le_bytes(), 1_u32.to_le_bytes()].concat();
    assert_eq!(run(&bytes, b""), Ok(expected));
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
    assert!(run(&with(MAX_TABLE_ELEMENTS), b"").is_ok());
    for elements in [MAX_TABLE_ELEMENTS + 1, 0xffff_ffff] {
        assert!(matches!(
            refusal(&with(elements)),
            ModuleError::Bound { found, .. } if found == elements
        ));
    }
}

#[test]
fn calls_without_end_end_with_the_stack() {
    // `run` is the second function.
    let nested = Parts::default().module(|it| {
        it.local_get(0).local_get(1).call(1);
    });
    let limits = RunLimits {
        fuel: 1_000_000_000,
        ..LIMITS
    };
    assert_eq!(
        compiled(&nested).run(b"", &limits),
        Err(RunError::StackOverflow)
    );
}

#[test]
fn an_output_outside_of_the_memory_or_too_long_is_refused() {
    let answering = |start, length| {
        let bytes = Parts::default().module(|it| answer(it, start, length));
        run(&bytes, b"")
    };
    assert_eq!(
        answering(65_536 - 64, 64).map(|output| output.len()),
        Ok(64)
    );
    for start in [65_536 - 63, 65_536, i32::MAX] {
        assert_eq!(
            answering(start, 64),
            Err(RunError::OutputOutOfBounds {
                start: start as u32,
                length: 64
            })
        );
    }
    let too_long = RunError::OutputTooLarge {
        length: 65,
        most: 64,
    };
    assert_eq!(answering(0, 65), Err(too_long));
    // All bits set: 4 GiB at the end of 4 GiB.
    let bytes = Parts::default().module(|it| {
        it.i64_const(-1);
    });
    assert!(matches!(
        run(&bytes, b""),
        Err(RunError::OutputTooLarge {
            length: u32::MAX,
            ..
        })
    ));
}

#[test]
fn an_input_is_not_written_outside_of_the_memory() {
    let with_alloc = |alloc| {
        let parts = Parts {
            alloc,
            ..Parts::default()
        };
        run(&parts.module(echo_back), b"12345")
    };
    assert!(with_alloc(65_536 - 5).is_ok());
    for start in [65_536 - 4, -1] {
        assert_eq!(
            with_alloc(start),
            Err(RunError::InputOutOfBounds {
                start: start as u32,
                length: 5
            })
        );
    }
}

#[test]
fn a_module_that_stops_says_why() {
    let stopped = doing(|it| {
        it.unreachable();
    });
    assert!(matches!(stopped, Err(RunError::Trap(why)) if why.contains("unreachable")));
    let outside = doing(|it| {
        it.i32_const(70_000).i32_load(at(0)).drop();
    });
    assert!(matches!(outside, Err(RunError::Trap(why)) if why.contains("out of bounds")));
    let divided = doing(|it| {
        it.i32_const(1).i32_const(0).i32_div_s().drop();
    });
    assert!(matches!(divided, Err(RunError::Trap(why)) if why.contains("divide by zero")));
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
        Module::new(&bytes).err()
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
        assert_eq!(Module::new(&parts.module(echo_back)).is_ok(), taken);
    }
}

#[test]
fn a_module_judges_outputs_in_bps_or_not_at_all() {
    let scoring = |score| {
        let parts = Parts {
            score: Some(function(0, |it| {
                it.i32_const(score);
            })),
            ..Parts::default()
        };
        compiled(&parts.module(echo_back))
    };
    assert_eq!(scoring(10_000).score(b"x", &LIMITS), Ok(10_000));
    assert_eq!(scoring(0).score(b"x", &LIMITS), Ok(0));
    assert_eq!(
        scoring(10_001).score(b"x", &LIMITS),
        Err(RunError::NoScore(10_001))
    );
    assert_eq!(
        scoring(-1).score(b"x", &LIMITS),
        Err(RunError::NoScore(u32::MAX))
    );
    // One that looks at the output: 10,000 where its first byte is 1.
    let looking = Parts {
        score: Some(function(0, |it| {
            it.i32_const(INPUT_AT).i32_load8_u(at(0));
            it.i32_const(1).i32_eq().i32_const(10_000).i32_mul();
        })),
        ..Parts::default()
    };
    let looking = compiled(&looking.module(echo_back));
    assert_eq!(looking.score(&[1], &LIMITS), Ok(10_000));
    assert_eq!(looking.score(&[2], &LIMITS), Ok(0));
    let silent = compiled(&echo());
    assert!(!silent.scores());
    assert_eq!(silent.score(b"anything", &LIMITS), Ok(10_000));
}
