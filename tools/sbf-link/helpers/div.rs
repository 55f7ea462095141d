//! 128-bit unsigned division for a machine with 64-bit registers, at most five
//! arguments and one result register. Compiled once to IR (see generate.sh).
#![no_std]
#![crate_type = "lib"]
use core::hint::unreachable_unchecked as never;

#[inline(always)]
unsafe fn dm(a: u64, b: u64) -> (u64, u64) {
    if b == 0 {
        never()
    }
    (a / b, a % b)
}

extern "C" {
    fn __sbf_mulhu(a: u64, b: u64) -> u64;
}

/// (hi:lo) / d with hi < d; returns (q, r). Knuth D, 32-bit digits.
#[inline(always)]
unsafe fn div2by1(hi: u64, lo: u64, d: u64) -> (u64, u64) {
    if d <= 0xffff_ffff {
        // hi < d < 2^32: two exact 64-by-32 steps
        let (q1, r1) = dm((hi << 32) | (lo >> 32), d);
        let (q0, r0) = dm((r1 << 32) | (lo & 0xffff_ffff), d);
        return (q1 << 32 | q0, r0);
    }
    let s = d.leading_zeros() as u64;
    let d = d << (s & 63);
    let hi = if s == 0 {
        hi
    } else {
        (hi << (s & 63)) | (lo >> ((64 - s) & 63))
    };
    let lo = lo << (s & 63);
    let d1 = d >> 32;
    let d0 = d & 0xffff_ffff;
    let l1 = lo >> 32;
    let l0 = lo & 0xffff_ffff;
    let (mut q1, mut rh) = dm(hi, d1);
    while q1 >> 32 != 0 || q1.wrapping_mul(d0) > (rh << 32 | l1) {
        q1 = q1.wrapping_sub(1);
        rh = rh.wrapping_add(d1);
        if rh >> 32 != 0 {
            break;
        }
    }
    let un = (hi << 32 | l1).wrapping_sub(q1.wrapping_mul(d));
    let (mut q0, mut rh) = dm(un, d1);
    while q0 >> 32 != 0 || q0.wrapping_mul(d0) > (rh << 32 | l0) {
        q0 = q0.wrapping_sub(1);
        rh = rh.wrapping_add(d1);
        if rh >> 32 != 0 {
            break;
        }
    }
    let r = (un << 32 | l0).wrapping_sub(q0.wrapping_mul(d)) >> (s & 63);
    ((q1 << 32).wrapping_add(q0), r)
}

/// out[0..2] = quotient, out[2..4] = remainder.
#[no_mangle]
pub unsafe extern "C" fn __sbf_udivrem128(out: *mut u64, alo: u64, ahi: u64, blo: u64, bhi: u64) {
    let (qlo, qhi, rlo, rhi);
    if bhi == 0 {
        rhi = 0;
        if ahi == 0 {
            let (q, r) = dm(alo, blo);
            qhi = 0;
            qlo = q;
            rlo = r;
        } else {
            let (q, r) = if ahi < blo { (0, ahi) } else { dm(ahi, blo) };
            qhi = q;
            let (q, r) = div2by1(r, alo, blo);
            qlo = q;
            rlo = r;
        }
    } else {
        qhi = 0;
        if ahi < bhi || (ahi == bhi && alo < blo) {
            qlo = 0;
            rlo = alo;
            rhi = ahi;
        } else {
            let n = bhi.leading_zeros() as u64;
            let v1 = if n == 0 {
                bhi
            } else {
                (bhi << (n & 63)) | (blo >> ((64 - n) & 63))
            };
            let (q1, _) = div2by1(ahi >> 1, (ahi << 63) | (alo >> 1), v1);
            let mut q = q1 >> ((63 - n) & 63);
            if q != 0 {
                q = q.wrapping_sub(1);
            }
            // r = a - q*b
            let plo = q.wrapping_mul(blo);
            let phi = __sbf_mulhu(q, blo).wrapping_add(q.wrapping_mul(bhi));
            let mut xlo = alo.wrapping_sub(plo);
            let mut xhi = ahi.wrapping_sub(phi).wrapping_sub((alo < plo) as u64);
            if xhi > bhi || (xhi == bhi && xlo >= blo) {
                q = q.wrapping_add(1);
                let t = xlo;
                xlo = xlo.wrapping_sub(blo);
                xhi = xhi.wrapping_sub(bhi).wrapping_sub((t < blo) as u64);
            }
            qlo = q;
            rlo = xlo;
            rhi = xhi;
        }
    }
    *out = qlo;
    *out.add(1) = qhi;
    *out.add(2) = rlo;
    *out.add(3) = rhi;
}
