use super::super::{Specification, SpecificationError};
use super::*;
use sheaf_format::stage::JobKind;

const MODULE: &[u8] = b"\0asm\x01\0\0\0";

fn given(tasks: &[&str]) -> ComputeSpecification {
    ComputeSpecification {
        title: "Words".to_owned(),
        module: ModuleSource::inline(MODULE),
        limits: RunLimits {
            fuel: 1_000,
            memory_pages: 2,
            output_bytes: 64,
        },
        input: ComputeInput::Given(tasks.iter().map(|task| (*task).to_owned()).collect()),
        tasks_per_node: 1,
    }
}

fn own(random_bytes: u32, redundancy: u32) -> ComputeSpecification {
    ComputeSpecification {
        input: ComputeInput::Own(OwnInput {
            parameters: vec![String::new()],
            random_bytes,
            redundancy,
        }),
        ..given(&[])
    }
}

fn fault(specification: ComputeSpecification) -> Option<SpecificationError> {
    Specification::Compute(specification).check().err()
}

#[test]
fn a_compute_job_reads_and_writes_as_documented() {
    let hash = HexHash(sha256(&[MODULE]));
    let json = format!(
        r#"{{"kind":"compute","title":"Words","module":{{"sha256":"{hash}","base64":"AGFzbQEAAAA="}},"limits":{{"fuel":1000,"memory_pages":2,"output_bytes":64}},"input":{{"given":["b25l","dHdv"]}},"tasks_per_node":1}}"#
    );
    let specification = Specification::parse(json.as_bytes()).expect("reads");
    assert_eq!(
        specification,
        Specification::Compute(given(&["b25l", "dHdv"]))
    );
    assert_eq!(specification.to_bytes(), Ok(json.clone().into_bytes()));
    assert_eq!(specification.kind(), JobKind::Compute);
    assert_eq!(specification.title(), "Words");
    assert_eq!(specification.task_count(), 2);
    assert_eq!(specification.units_of(1), Some(1));
    assert_eq!(specification.units_of(2), None);
    let Specification::Compute(compute) = specification else {
        panic!("another kind");
    };
    assert_eq!(compute.task(1).as_deref(), Some(b"two".as_slice()));
    assert_eq!(compute.module_hash(), hash.0);
    let own = json.replace(
        r#"{"given":["b25l","dHdv"]}"#,
        r#"{"own":{"parameters":[""],"random_bytes":0,"redundancy":3}}"#,
    );
    let own = Specification::parse(own.as_bytes()).expect("reads");
    assert_eq!(own, Specification::Compute(self::own(0, 3)));
}

#[test]
fn a_module_comes_in_one_way_and_has_the_hash_it_is_named_by() {
    let of = |module: ModuleSource| {
        fault(ComputeSpecification {
            module,
            ..given(&["b25l"])
        })
    };
    let inline = ModuleSource::inline(MODULE);
    let url = |url: &str| ModuleSource {
        base64: None,
        url: Some(url.to_owned()),
        ..inline.clone()
    };
    assert_eq!(of(inline.clone()), None);
    assert_eq!(of(url("https://a.example/m.wasm")), None);
    assert_eq!(of(url("file:///m")), Some(ComputeFault::ModuleUrl.into()));
    let both = ModuleSource {
        base64: inline.base64.clone(),
        ..url("https://a/")
    };
    assert_eq!(of(both), Some(ComputeFault::ModuleSource.into()));
    let expected = HexHash([7; 32]);
    let wrong = ModuleSource {
        sha256: expected,
        ..inline.clone()
    };
    let found = inline.sha256;
    assert_eq!(
        of(wrong),
        Some(ComputeFault::ModuleHash { expected, found }.into())
    );
    assert!(of(ModuleSource::inline(&vec![0; MAX_MODULE_BYTES + 1])).is_some());
}

#[test]
fn limits_that_nobody_would_run_are_refused_by_name() {
    let limited = |change: fn(&mut ComputeSpecification)| {
        let mut specification = given(&["b25l"]);
        change(&mut specification);
        match fault(specification) {
            Some(SpecificationError::Compute(ComputeFault::Limit { name, .. })) => name,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(limited(|it| it.limits.fuel = 0), "fuel");
    assert_eq!(limited(|it| it.limits.fuel = MAX_FUEL + 1), "fuel");
    assert_eq!(limited(|it| it.limits.memory_pages = 0), "memory_pages");
    assert_eq!(limited(|it| it.limits.memory_pages = 9_999), "memory_pages");
    assert_eq!(limited(|it| it.limits.output_bytes = 0), "output_bytes");
    assert_eq!(limited(|it| it.tasks_per_node = 0), "tasks_per_node");
}

#[test]
fn tasks_are_distinct_and_random_outputs_are_not_compared() {
    assert_eq!(fault(given(&[])), Some(SpecificationError::TaskCount(0)));
    assert_eq!(
        fault(given(&["b25l", "dHdv", "b25l"])),
        Some(SpecificationError::Repeated { task: 2 })
    );
    assert!(matches!(
        fault(given(&["not base64!"])),
        Some(SpecificationError::Compute(ComputeFault::TaskText {
            task: 0,
            ..
        }))
    ));
    assert_eq!(fault(own(0, 3)), None);
    assert_eq!(fault(own(32, 1)), None);
    assert_eq!(
        fault(own(32, 2)),
        Some(ComputeFault::RandomAgreement.into())
    );
    assert!(fault(own(0, 0)).is_some());
    let long = |redundancy| {
        let mut specification = own(0, redundancy);
        specification.limits.output_bytes = MAX_COMPARED_OUTPUT_BYTES + 1;
        fault(specification)
    };
    assert_eq!(long(1), None);
    assert!(matches!(
        long(2),
        Some(SpecificationError::Compute(ComputeFault::Limit {
            name: "output_bytes",
            ..
        }))
    ));
}
