//! The operations: everything a program may do that the linker has to rewrite, or that the back
//! end could get wrong. Each reads 32 bytes and writes what it computed.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

/// How many operations there are that never panic; they are numbered from zero.
pub const OPERATIONS: u8 = 22;
/// The operation after them: it panics on some inputs.
pub const PANICS: u8 = OPERATIONS;

/// What an operation computed, folded into one hash.
pub struct Output(u64);

impl Output {
    /// Nothing yet.
    pub fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    /// The FNV-1a hash of everything written.
    pub fn hash(&self) -> u64 {
        self.0
    }

    fn bytes(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    fn u64(&mut self, value: u64) {
        self.bytes(&value.to_le_bytes());
    }

    fn u128(&mut self, value: u128) {
        self.bytes(&value.to_le_bytes());
    }

    fn option<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        match value {
            Some(value) => write(self, value),
            None => self.bytes(b"none"),
        }
    }
}

impl Default for Output {
    fn default() -> Self {
        Self::new()
    }
}

fn words(input: &[u8]) -> [u64; 4] {
    let mut words = [0; 4];
    for (word, bytes) in words.iter_mut().zip(input.chunks_exact(8)) {
        *word = bytes
            .iter()
            .rev()
            .fold(0, |sum, byte| sum << 8 | u64::from(*byte));
    }
    words
}

fn wide([a, b, c, d]: [u64; 4]) -> (u128, u128) {
    (
        u128::from(a) << 64 | u128::from(b),
        u128::from(c) << 64 | u128::from(d),
    )
}

/// Runs one operation on 32 bytes of input.
pub fn run(operation: u8, input: &[u8], output: &mut Output) {
    let all = words(input);
    let [a, b, c, d] = all;
    let (x, y) = wide(all);
    match operation {
        0 => checked_u64(a, b, output),
        1 => checked_i64(a as i64, b as i64, output),
        2 => checked_u128(x, y, output),
        3 => checked_i128(x as i128, y as i128, output),
        4 => wrapping_u128(x, y, output),
        5 => shifts(x, y as u32, output),
        6 => narrow(a, b, output),
        7 => eight_arguments(all, output),
        8 => dynamic_calls(a, &[b, c, d], output),
        9 => output.u64(recursion(a, (b % 40) as u32)),
        10 => struct_return(a, b, c, output),
        11 => sorts(input, output),
        12 => ordered_map(input, output),
        13 => hash_map(input, output),
        14 => formatting(&all, output),
        15 => floats(f64::from_bits(a), f64::from_bits(b), output),
        16 => float_conversions(a, b as i64, output),
        17 => parsing(a, output),
        18 => strings(input, output),
        19 => mul_div(a, b, c, output),
        20 => copies(input, output),
        21 => large_values(all, output),
        _ => panics(input, output),
    }
}

fn checked_u64(a: u64, b: u64, output: &mut Output) {
    output.option(a.checked_add(b), Output::u64);
    output.option(a.checked_sub(b), Output::u64);
    output.option(a.checked_mul(b), Output::u64);
    output.option(a.checked_div(b), Output::u64);
    output.option(a.checked_rem(b), Output::u64);
    output.option(a.checked_pow((b % 70) as u32), Output::u64);
    output.u64(a.saturating_mul(b));
    output.u64(a.rotate_left((b % 64) as u32));
    output.u64(u64::from(a.leading_zeros()) + u64::from(b.trailing_zeros()));
    output.u64(u64::from(a.count_ones()));
}

fn checked_i64(a: i64, b: i64, output: &mut Output) {
    let write = |output: &mut Output, value: i64| output.u64(value as u64);
    output.option(a.checked_add(b), write);
    output.option(a.checked_sub(b), write);
    output.option(a.checked_mul(b), write);
    output.option(a.checked_div(b), write);
    output.option(a.checked_rem(b), write);
    output.option(a.checked_neg(), write);
    output.option(a.checked_div_euclid(b), write);
    output.option(a.checked_rem_euclid(b), write);
    output.u64(a.saturating_mul(b) as u64);
    output.u64(a.wrapping_shr(b as u32) as u64);
}

fn checked_u128(x: u128, y: u128, output: &mut Output) {
    output.option(x.checked_add(y), Output::u128);
    output.option(x.checked_sub(y), Output::u128);
    output.option(x.checked_mul(y), Output::u128);
    output.option(x.checked_div(y), Output::u128);
    output.option(x.checked_rem(y), Output::u128);
    output.u64(u64::from(x.leading_zeros()));
}

fn checked_i128(x: i128, y: i128, output: &mut Output) {
    let write = |output: &mut Output, value: i128| output.u128(value as u128);
    output.option(x.checked_add(y), write);
    output.option(x.checked_sub(y), write);
    output.option(x.checked_mul(y), write);
    output.option(x.checked_div(y), write);
    output.option(x.checked_rem(y), write);
}

fn wrapping_u128(x: u128, y: u128, output: &mut Output) {
    output.u128(x.wrapping_mul(y));
    output.u128(x.wrapping_add(y));
    output.u128(x.wrapping_sub(y));
    output.u128((x >> 64).wrapping_mul(y >> 64));
    output.u64(u64::from(x > y) + 2 * u64::from((x as i128) > (y as i128)));
}

fn shifts(x: u128, by: u32, output: &mut Output) {
    output.u128(x.wrapping_shl(by));
    output.u128(x.wrapping_shr(by));
    output.u128((x as i128).wrapping_shr(by) as u128);
    output.u128(x.rotate_left(by % 128));
    output.u64((x as u64).wrapping_shl(by));
    output.u64((x as u64).wrapping_shr(by));
    output.u64((x as i64).wrapping_shr(by) as u64);
    output.u64(u64::from((x as u32).wrapping_shl(by)));
    output.u64((x as i32).wrapping_shr(by) as u64);
}

fn narrow(a: u64, b: u64, output: &mut Output) {
    let (i, j) = (a as i32, b as i32);
    output.option(i.checked_mul(j), |output, value| output.u64(value as u64));
    output.option(i.checked_div(j), |output, value| output.u64(value as u64));
    output.option(i.checked_rem(j), |output, value| output.u64(value as u64));
    output.u64(i.wrapping_add(j) as u64);
    output.u64(i.wrapping_mul(j) as u64);
    output.u64(u64::from((a as u32).wrapping_sub(b as u32)));
    let (s, t) = (a as i16, b as i16);
    output.option(s.checked_div(t), |output, value| output.u64(value as u64));
    output.u64(u64::from((a as u8).wrapping_mul(b as u8)));
    output.u64(u64::from(i < j) + 2 * u64::from((a as u32) < b as u32));
}

#[inline(never)]
#[allow(clippy::too_many_arguments)]
fn eight(a: u64, b: u64, c: u64, d: u64, e: u64, f: u64, g: u64, h: u64) -> u64 {
    a.wrapping_mul(3)
        ^ b.wrapping_add(c)
        ^ d.rotate_left(5)
        ^ e.wrapping_sub(f)
        ^ g.wrapping_mul(h | 1)
}

#[inline(never)]
#[allow(clippy::too_many_arguments)]
fn other_eight(a: u64, b: u64, c: u64, d: u64, e: u64, f: u64, g: u64, h: u64) -> u64 {
    h.wrapping_sub(g) ^ f.wrapping_mul(e) ^ d.rotate_right(9) ^ c.wrapping_add(b).wrapping_sub(a)
}

type Eight = fn(u64, u64, u64, u64, u64, u64, u64, u64) -> u64;

/// Called directly, and through a pointer that only the input knows.
fn eight_arguments([a, b, c, d]: [u64; 4], output: &mut Output) {
    output.u64(eight(a, b, c, d, a ^ b, b ^ c, c ^ d, d ^ a));
    let table: [Eight; 2] = [eight, other_eight];
    let chosen = std::hint::black_box(table)[(a % 2) as usize];
    output.u64(chosen(d, c, b, a, a ^ 1, b ^ 2, c ^ 3, d ^ 4));
}

trait Step {
    fn step(&self, a: u64, b: u64, c: u128, d: u64) -> u128;
}

struct Add(u64);
struct Multiply(u64);

impl Step for Add {
    #[inline(never)]
    fn step(&self, a: u64, b: u64, c: u128, d: u64) -> u128 {
        c.wrapping_add(u128::from(a ^ b ^ self.0)) ^ u128::from(d)
    }
}

impl Step for Multiply {
    #[inline(never)]
    fn step(&self, a: u64, b: u64, c: u128, d: u64) -> u128 {
        c.wrapping_mul(u128::from(a | 1))
            .wrapping_add(u128::from(b.wrapping_mul(self.0) ^ d))
    }
}

fn dynamic_calls(choice: u64, words: &[u64], output: &mut Output) {
    let steps: Vec<Box<dyn Step>> = (0..6u64)
        .map(|bit| -> Box<dyn Step> {
            if choice >> bit & 1 == 0 {
                Box::new(Add(bit))
            } else {
                Box::new(Multiply(bit | 1))
            }
        })
        .collect();
    let mut value = u128::from(choice);
    for step in &steps {
        value = step.step(words[0], words[1], value, words[2]);
    }
    output.u128(value);
}

#[inline(never)]
fn recursion(seed: u64, depth: u32) -> u64 {
    if depth == 0 {
        return seed;
    }
    recursion(
        seed.wrapping_mul(6_364_136_223_846_793_005) ^ u64::from(depth),
        depth - 1,
    )
    .wrapping_add(seed >> 7)
}

struct Wide {
    first: u64,
    second: u128,
    third: Option<u64>,
}

#[inline(never)]
fn build(a: u64, b: u64, c: u64) -> Wide {
    Wide {
        first: a ^ c,
        second: u128::from(a) * u128::from(b),
        third: b.checked_sub(c),
    }
}

fn struct_return(a: u64, b: u64, c: u64, output: &mut Output) {
    let wide = build(a, b, c);
    output.u64(wide.first);
    output.u128(wide.second);
    output.option(wide.third, Output::u64);
    let (quotient, remainder) = (a / (b | 1), a % (c | 1));
    output.u64(quotient ^ remainder);
}

fn sorts(input: &[u8], output: &mut Output) {
    let mut bytes = input.to_vec();
    bytes.sort_unstable();
    output.bytes(&bytes);
    let mut pairs: Vec<(u8, usize)> = input.iter().map(|byte| byte % 7).zip(0..).collect();
    pairs.sort_by_key(|pair| pair.0);
    for (key, place) in pairs {
        output.bytes(&[key, place as u8]);
    }
    let mut signed: Vec<i64> = words(input).iter().map(|word| *word as i64).collect();
    signed.sort();
    for value in signed {
        output.u64(value as u64);
    }
}

fn ordered_map(input: &[u8], output: &mut Output) {
    let mut map = BTreeMap::new();
    for (place, byte) in input.iter().enumerate() {
        *map.entry(byte % 16).or_insert(0u64) += place as u64;
    }
    map.remove(&3);
    for (key, value) in map.range(2..) {
        output.bytes(&[*key]);
        output.u64(*value);
    }
}

fn hash_map(input: &[u8], output: &mut Output) {
    let mut map: HashMap<u8, u64> = HashMap::new();
    for (place, byte) in input.iter().enumerate() {
        *map.entry(byte % 16).or_default() += place as u64;
    }
    // The keys of the hash are fixed on chain and random here: the order may differ.
    let mut entries: Vec<_> = map.into_iter().collect();
    entries.sort_unstable();
    for (key, value) in entries {
        output.bytes(&[key]);
        output.u64(value);
    }
}

fn formatting(words: &[u64; 4], output: &mut Output) {
    let (x, _) = wide(*words);
    let mut text = String::new();
    let written = write!(
        text,
        "{} {:?} {:#x} {:>12} {:08b} {}",
        words[0], words[1] as i64, words[2], words[3] as i16, words[0] as u8, x
    );
    output.bytes(text.as_bytes());
    output.bytes(&[u8::from(written.is_ok())]);
}

fn floats(a: f64, b: f64, output: &mut Output) {
    // The bits of a NaN are not specified.
    let mut number = |value: f64| output.u64(if value.is_nan() { 1 } else { value.to_bits() });
    number(a + b);
    number(a - b);
    number(a * b);
    number(a / b);
    number(-a);
    number(a.abs());
    let order = [a < b, a <= b, a == b, a != b, a > b, a >= b, a.is_nan()];
    for holds in order {
        output.bytes(&[u8::from(holds)]);
    }
}

fn float_conversions(a: u64, b: i64, output: &mut Output) {
    output.u64((a as f64).to_bits());
    output.u64((b as f64).to_bits());
    output.u64((a as u32 as f64).to_bits());
    let value = f64::from_bits(a);
    output.u64(value as u64);
    output.u64(value as i64 as u64);
    output.u64(u64::from(value as u32));
    output.u64(value as i32 as u64);
}

fn parsing(a: u64, output: &mut Output) {
    let text = a.to_string();
    output.option(text.parse::<u64>().ok(), Output::u64);
    output.option(text.parse::<u32>().ok(), |output, value| {
        output.u64(value.into())
    });
    output.option(i64::from_str_radix(&text, 16).ok(), |output, value| {
        output.u64(value as u64);
    });
}

fn strings(input: &[u8], output: &mut Output) {
    let text = String::from_utf8_lossy(input);
    output.bytes(text.to_uppercase().as_bytes());
    output.u64(text.chars().count() as u64);
    for part in text.split(' ') {
        output.bytes(part.trim().as_bytes());
    }
}

fn mul_div(a: u64, b: u64, c: u64, output: &mut Output) {
    let product = u128::from(a) * u128::from(b);
    output.option(product.checked_div(u128::from(c)), Output::u128);
    output.option(product.checked_rem(u128::from(c)), Output::u128);
    let (low, overflowed) = a.overflowing_mul(b);
    output.u64(low ^ u64::from(overflowed));
    let (low, overflowed) = (a as i64).overflowing_mul(b as i64);
    output.u64(low as u64 ^ u64::from(overflowed));
}

fn copies(input: &[u8], output: &mut Output) {
    let mut area = [0u8; 300];
    let length = usize::from(input[0]).min(200);
    let start = usize::from(input[1]) % 90;
    for (place, byte) in area.iter_mut().enumerate() {
        *byte = input[place % input.len()].wrapping_add(place as u8);
    }
    area.copy_within(start..start + length, usize::from(input[2]) % 90);
    area[..length].fill(input[3]);
    output.bytes(&area);
    output.bytes(&[
        u8::from(area[..32] == *input),
        u8::from(area[..32] < *input),
    ]);
}

#[derive(Clone, Copy)]
struct Large {
    words: [u64; 4],
    sum: u128,
}

/// Values too large for registers, in and out, through several frames.
#[inline(never)]
fn turn(large: Large, by: u32, other: Large) -> Result<Large, (u64, u128)> {
    if by == 0 {
        return Err((large.words[0], other.sum));
    }
    let mut words = large.words;
    words.rotate_left(1);
    words[0] ^= other.words[3].rotate_left(by);
    let sum = large.sum.wrapping_add(other.sum << (by % 128));
    let turned = Large { words, sum };
    if words[0].is_multiple_of(5) {
        Ok(turned)
    } else {
        turn(turned, by - 1, large)
    }
}

fn large_values(words: [u64; 4], output: &mut Output) {
    let (x, y) = wide(words);
    let other = Large {
        words: words.map(u64::reverse_bits),
        sum: y,
    };
    match turn(Large { words, sum: x }, (words[1] % 8) as u32, other) {
        Ok(Large { words, sum }) => {
            words.into_iter().for_each(|word| output.u64(word));
            output.u128(sum);
        }
        Err((first, sum)) => {
            output.u64(first);
            output.u128(sum);
        }
    }
}

/// Each way to panic, taken by some inputs and not by others.
fn panics(input: &[u8], output: &mut Output) {
    let [a, b, c, d] = words(input);
    output.u64(match a % 8 {
        0 => u64::from(input[(b % 64) as usize]),
        1 => b / (c % 3),
        2 => (b as i64 / c as i64) as u64,
        3 => b.checked_sub(c).expect("not less"),
        4 => sum(b, c),
        5 => input[(b % 40) as usize..].len() as u64,
        6 => "a\u{e9}b"
            .get(..(b % 4) as usize)
            .expect("a boundary")
            .len() as u64,
        _ => {
            assert!(b % 2 == 0, "{b} is odd");
            d
        }
    });
}

/// The program is built with overflow checks, tests in their own profile perhaps without.
fn sum(a: u64, b: u64) -> u64 {
    if cfg!(any(target_os = "solana", debug_assertions)) {
        a + b
    } else {
        a.checked_add(b).expect("no overflow")
    }
}
