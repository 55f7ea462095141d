; Read-only, but the SBPF step would leave a section of this name out.
target datalayout = "e-m:e-p:64:64-i64:64-i128:128-n32:64-S128"
target triple = "bpfel"
@s = internal constant [4 x i64] [i64 3, i64 1, i64 4, i64 1], section ".table"
define i64 @entrypoint(ptr %p) { %q = load i64, ptr %p
 %g = getelementptr i64, ptr @s, i64 %q
 %o = load i64, ptr %g
 ret i64 %o }
