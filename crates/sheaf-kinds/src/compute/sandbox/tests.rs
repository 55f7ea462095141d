use super::*;
use crate::compute::fixtures::{INPUT_AT, Parts, answer, echo, echo_back, function};
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
