use super::*;
use noise::Bits;

/// Bytes that look random and are the same in every run.
fn bytes(seed: u64, length: usize) -> Vec<u8> {
    let numbers = (0_u64..).flat_map(|at| mix(mix(seed) ^ at).to_le_bytes());
    numbers.take(length).collect()
}

/// A text of some of the words `w0` to `w999`.
fn text(seed: u64) -> Vec<u8> {
    let length = (mix(seed) % 40) as usize;
    let words = bytes(seed, 2 * length);
    let words = words
        .chunks(2)
        .map(|pair| format!("w{} ", u16::from_le_bytes([pair[0], pair[1]]) % 1_000));
    words.collect::<String>().into_bytes()
}

fn exact(text: &[u8], key: u64) -> [i32; BUCKETS] {
    histogram([text].into_iter(), key)
}

#[test]
fn epsilon_is_what_noise_and_sensitivity_make_it() {
    let sensitivity = 2.0 * MOST_WORDS as f64;
    assert!((EPSILON - sensitivity * (4.0_f64 / 3.0).ln()).abs() < 1e-12);
}

#[test]
fn a_folder_counts_for_at_most_four_words_whatever_is_in_it() {
    for seed in 0..2_000 {
        let (one, other, key) = (text(2 * seed), text(2 * seed + 1), mix(seed));
        let (one, other) = (exact(&one, key), exact(&other, key));
        assert!(one.iter().sum::<i32>() <= MOST_WORDS as i32);
        assert!(one.iter().all(|count| *count >= 0));
        let differences = one.iter().zip(other).map(|(a, b)| (a - b).abs());
        assert!(differences.sum::<i32>() <= 2 * MOST_WORDS as i32);
    }
    let full = exact(
        &(0..100)
            .map(|n| format!("w{n} "))
            .collect::<String>()
            .into_bytes(),
        7,
    );
    assert_eq!(
        full.iter().sum::<i32>(),
        MOST_WORDS as i32,
        "the bound is reached"
    );
}

#[test]
fn a_word_counts_once_however_often_it_stands_there() {
    assert_eq!(exact(b"milk milk MILK milk", 3), exact(b"milk", 3));
    assert_eq!(exact(b"milk milk milk", 3).iter().sum::<i32>(), 1);
    let of_two = histogram([b"milk".as_slice(), b"milk bread"].into_iter(), 3);
    assert_eq!(of_two, exact(b"bread milk", 3));
    assert_eq!(exact(b"", 3), [0; BUCKETS]);
}

#[test]
fn every_word_of_a_folder_is_drawn_about_as_often_as_the_others() {
    let names: Vec<String> = (0..8).map(|n| format!("word{n}")).collect();
    let joined = names.join(" ").into_bytes();
    let mut drawn = [0; BUCKETS];
    for key in 0..4_000 {
        for (sum, count) in drawn.iter_mut().zip(exact(&joined, mix(key))) {
            *sum += count;
        }
    }
    let buckets: std::collections::BTreeSet<usize> = names
        .iter()
        .map(|name| (word_hash(name.as_bytes()) % BUCKETS as u64) as usize)
        .collect();
    assert_eq!(buckets.len(), 8, "no two of these words share a bucket");
    // Half of eight words, 4,000 times: 2,000 each, with a standard deviation of 32.
    for bucket in buckets {
        assert!((1_800..2_200).contains(&drawn[bucket]), "{drawn:?}");
    }
}

#[test]
fn the_output_is_the_histogram_with_the_noise_of_the_random_bits() {
    let text = text(5);
    let zeros = [0; 200];
    let without = noisy([text.as_slice()].into_iter(), 9, &mut Bits::new(&zeros));
    assert_eq!(without, Some(exact(&text, 9)), "all zeros are no noise");
    let random = bytes(1, RANDOM_BYTES);
    let with = noisy([text.as_slice()].into_iter(), 9, &mut Bits::new(&random));
    let mut bits = Bits::new(&random);
    let expected = exact(&text, 9).map(|count| {
        let noise = two_sided_geometric(&mut bits).expect("enough bits");
        (count + noise).clamp(-LARGEST, LARGEST)
    });
    assert_eq!(with, Some(expected));
    assert_eq!(
        noisy([text.as_slice()].into_iter(), 9, &mut Bits::new(&[0])),
        None
    );
    let ones = [0xff; RANDOM_BYTES];
    assert_eq!(
        noisy([text.as_slice()].into_iter(), 9, &mut Bits::new(&ones)),
        None
    );
}

#[test]
fn how_often_outputs_occur_differs_by_no_more_than_the_guarantee() {
    // Two folders that differ in one bucket by one word, 40,000 outputs of that bucket each.
    let outputs = |text: &[u8], seed: u64| {
        let bucket = (word_hash(b"milk") % BUCKETS as u64) as usize;
        let mut counts = std::collections::BTreeMap::new();
        for run in 0..40_000_u64 {
            let random = bytes(seed + run, RANDOM_BYTES);
            let sketch = noisy([text].into_iter(), run, &mut Bits::new(&random)).expect("bits");
            *counts.entry(sketch[bucket]).or_insert(0.0) += 1.0;
        }
        counts
    };
    let (with, without) = (outputs(b"milk", 1 << 32), outputs(b"", 2 << 32));
    for value in -8..=8 {
        let ratio: f64 = with[&value] / without[&value];
        // 4/3 and what chance adds: a rare value occurs about 500 times.
        assert!((0.65..1.55).contains(&ratio), "{value}: {ratio}");
    }
    // And it does differ: a mechanism that always says the same would pass the bounds above.
    assert!(with[&3] / without[&3] > 1.2 && with[&-3] / without[&-3] < 0.85);
}

#[test]
fn outputs_of_another_form_are_worth_nothing() {
    let formed = |count: i32| count.to_le_bytes().repeat(BUCKETS);
    assert_eq!(score(&formed(LARGEST)), 10_000);
    assert_eq!(score(&formed(-LARGEST)), 10_000);
    assert_eq!(score(&formed(LARGEST + 1)), 0);
    assert_eq!(score(&formed(i32::MIN)), 0);
    assert_eq!(score(&formed(0)[1..]), 0);
    assert_eq!(score(&[&formed(0)[..], &[0; 4]].concat()), 0);
}
