; Every width of multiplication that says whether it overflowed, and i128 division.
target datalayout = "e-m:e-p:64:64-i64:64-i128:128-n32:64-S128"
target triple = "bpfel"
declare {i64, i1} @llvm.smul.with.overflow.i64(i64, i64)
declare {i128, i1} @llvm.smul.with.overflow.i128(i128, i128)
declare {i128, i1} @llvm.umul.with.overflow.i128(i128, i128)
define i64 @entrypoint(ptr %p) { %a = load i64, ptr %p
 %b = load i128, ptr %p
 %c = call {i64, i1} @llvm.smul.with.overflow.i64(i64 %a, i64 %a)
 %d = call {i128, i1} @llvm.smul.with.overflow.i128(i128 %b, i128 %b)
 %e = call {i128, i1} @llvm.umul.with.overflow.i128(i128 %b, i128 %b)
 %f = extractvalue {i64, i1} %c, 1
 %g = extractvalue {i128, i1} %d, 1
 %h = extractvalue {i128, i1} %e, 0
 %i = sdiv i128 %h, %b
 store i128 %i, ptr %p
 %j = xor i1 %f, %g
 %k = zext i1 %j to i64
 ret i64 %k }
